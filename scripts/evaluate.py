"""Measure exact match of a trained GPT-DAG, and what it is made of: greedy decoding, the whole answer and its end.

python scripts/evaluate.py --model runs/arithmetic --task arithmetic --digits 7 --output report.json
python scripts/evaluate.py --model runs/expressions --task expressions --digits 4 7 --ablation gate_shut
"""

import json
import sys
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from modeling_gpt_dag.data import TaskArguments
from modeling_gpt_dag.evaluation import (
    evaluate_task,
    factors_table,
    gate_shut,
    load,
    random_planner,
    results_table,
)
from modeling_gpt_dag.recipes import parse_flags


@dataclass(kw_only=True)
class Arguments(TaskArguments):
    model: str = field(metadata={"help": "directory of a trained GPT-DAG"})
    digits: list[int] = field(default_factory=lambda: [4], metadata={"help": "digits of each operand, one row each"})
    num_samples: int = field(default=500, metadata={"help": "problems to draw"})
    seed: int = field(default=0, metadata={"help": "of the problems"})
    batch_size: int = field(default=128, metadata={"help": "problems answered at a time"})
    ablation: Literal["none", "gate_shut", "random_planner"] = field(
        default="none", metadata={"help": "measure the model without what its DAG writes, or with random plans"}
    )
    output: str | None = field(default=None, metadata={"help": "JSON file to write the report to"})


def ablated(model, ablation: str):
    """Context in which the model is measured; raises ValueError where it has no part to take away."""
    if ablation == "none":
        return nullcontext()
    config = model.config
    if config.dag_depth == 0 or (ablation == "random_planner" and config.dag_numerics == "soft"):
        raise ValueError(f"--ablation {ablation}: the model has dag_depth={config.dag_depth}, {config.dag_numerics}")
    return gate_shut(model) if ablation == "gate_shut" else random_planner(model)


def main():
    try:
        args = parse_flags(Arguments, sys.argv[1:])
        model, tokenizer = load(args.model)
        with ablated(model, args.ablation):
            reports = [
                evaluate_task(
                    model, tokenizer, args, digits, args.num_samples, args.seed, args.batch_size, progress=True
                )
                for digits in args.digits
            ]
    except (FileNotFoundError, ValueError) as error:
        raise SystemExit(f"evaluate.py: {error}") from error
    print(results_table(reports))
    if all(report["factors"] is not None for report in reports):
        print()
        print(factors_table(reports))
    if args.output is not None:
        Path(args.output).write_text(json.dumps(reports, indent=2) + "\n")


if __name__ == "__main__":
    main()
