"""What the DAG costs, as ratios to GPT-2 with as many blocks, measured in turn in one process.

    python scripts/benchmark.py --suite train prefill decode growth memory
    python scripts/benchmark.py --suite depth length --rounds 20
    python scripts/benchmark.py --suite gpu --device cuda --dtype bfloat16 --peak_tflops 989

Figures are kept in a JSON file, whose table RESULTS.md shows; what is measured again replaces what was there.
"""

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import torch

from modeling_gpt_dag.command_line.errors import in_one_line
from modeling_gpt_dag.command_line.flags import parse_flags
from modeling_gpt_dag.report.benchmark import CASES, SUITES, measure
from modeling_gpt_dag.report.benchmark_tables import cost_table, read_results, results_text
from modeling_gpt_dag.report.cells import commit
from modeling_gpt_dag.report.figures import draw_costs
from modeling_gpt_dag.report.markdown import replace_between


@dataclass
class Arguments:
    suite: list[str] = field(
        default_factory=lambda: ["train", "prefill", "decode", "growth", "memory"],
        metadata={"help": f"what to measure: {', '.join(SUITES)}"},
    )
    rounds: int = field(default=11, metadata={"help": "alternations of the two that are compared"})
    device: str = field(default="cpu", metadata={"help": "cpu or cuda"})
    dtype: Literal["float32", "bfloat16"] = field(default="float32", metadata={"help": "training: of autocast"})
    threads: int = field(default=2, metadata={"help": "of the CPU"})
    clock: Literal["wall", "processor"] = field(
        default="wall", metadata={"help": "processor: time on processors, for a machine that does other things too"}
    )
    peak_tflops: float | None = field(
        default=None, metadata={"help": "10**12 operations per second the device can do; adds MFU"}
    )
    json: str = field(default="results/benchmark.json", metadata={"help": "file of the figures"})
    table: str = field(default="RESULTS.md", metadata={"help": "file to write the tables into, between its markers"})
    plot: str | None = field(default=None, metadata={"help": "picture of the cost against D and T"})


def main():
    with in_one_line("benchmark.py", ValueError, RuntimeError, AssertionError):
        args = parse_flags(Arguments, sys.argv[1:])
        unknown = [suite for suite in args.suite if suite not in SUITES]
        if unknown:
            raise ValueError(f"suite {unknown[0]!r} is unknown; known are {', '.join(SUITES)}")
        if args.rounds < 2:
            raise ValueError(f"rounds={args.rounds}: at least 2, for quartiles")
        device = torch.device(args.device)
        where = torch.cuda.get_device_name(device) if device.type == "cuda" else f"CPU, threads: {args.threads}"
    torch.set_num_threads(args.threads)
    file, version = Path(args.json), commit()
    results = read_results(file)
    machine = f"{where}, {args.dtype}, {args.clock} clock"
    given = {"device": "cpu", "dtype": "float32", "threads": 2, "clock": "wall", "rounds": 11, "peak_tflops": None}
    flags = "".join(
        f" --{name} {getattr(args, name)}" for name, usual in given.items() if getattr(args, name) != usual
    )
    for case in (case for case in CASES if case.suite in args.suite):
        result = measure(case, args.rounds, device, getattr(torch, args.dtype), args.clock, args.peak_tflops)
        result |= {"machine": machine, "flags": flags, "commit": version}
        results[f"{machine}: {case.suite}: {case.title}"] = result
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(results, indent=1) + "\n")
        print(cost_table([result]).splitlines()[-1], flush=True)
    replace_between(Path(args.table), "benchmark", results_text(results, "scripts/benchmark.py"))
    if args.plot is not None:
        draw_costs(results, Path(args.plot))


if __name__ == "__main__":
    main()
