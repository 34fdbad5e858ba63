"""Computing the cells of a report: train, measure, and keep each result as soon as it is there.

What is unusual: a cell's file holds one result per evaluation setting, so a column added later is measured on the
model that is there, and nothing else is computed again. A model that had to be trained anew starts its cell anew:
results of two models never share a file.
"""

import json
import os
import re
import subprocess
import sys
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from tqdm.auto import tqdm
from transformers import PreTrainedModel, PreTrainedTokenizerBase, PrinterCallback, Trainer

from ..checkpoints.loading import load
from ..data.packing import collate_blocks
from ..data.text import validation_blocks
from ..data.wordings import plain_lines
from ..evaluation.ablations import ablated
from ..evaluation.exact_match import drawn_problems, evaluate_task, false_gate_rate, hits_by, is_exact_match
from ..evaluation.regex_solver import solve
from ..evaluation.reports import ExactMatch, GateRate, LeftOut, TaskReport, ValidationLoss
from ..training.recipes import parse_recipe
from .spec import Cell, Column, Measure, Training

RESULTS = Path("results")
RUNS = Path("runs/report")


def commit() -> str:
    """Of the repository this package lies in, `+` where code or recipes differ from it; "unknown" without git."""
    root = Path(__file__).parents[2]
    git = ["git", "-C", str(root)]
    head = subprocess.run([*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
    if head.returncode != 0:
        return "unknown"
    code = [name for name in ("modeling_gpt_dag", "scripts", "configs") if (root / name).exists()]
    changes = subprocess.run([*git, "status", "--porcelain", "--", *code], capture_output=True, text=True).stdout
    return head.stdout.strip() + ("+" if changes else "")


def read_cell(cell: Cell) -> dict[str, Any]:
    """What is known of the cell; without results where there is none."""
    file = RESULTS / f"{cell.name}.json"
    return json.loads(file.read_text()) if file.is_file() else {"evaluations": {}}


def _write(file: Path, content: dict[str, Any]):
    """Whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    part.write_text(json.dumps(content, indent=1) + "\n")
    part.replace(file)


def is_finished(cell: Cell) -> bool:
    return cell.columns.keys() <= read_cell(cell)["evaluations"].keys()


class TrainingError(RuntimeError):
    """A training that failed, with the end of what it said."""


def train(training: Training, train_script: Path, threads: int) -> dict[str, Any]:
    """The record of a run: of the one that is there, or of a new one in a process of its own."""
    directory = RUNS / training.name
    record = directory / "training.json"
    if record.is_file():
        return json.loads(record.read_text())
    directory.mkdir(parents=True, exist_ok=True)
    flags = ["--seed", training.seed, "--output_dir", directory, "--eval_samples", 0, "--disable_tqdm", "true"]
    command = [sys.executable, train_script, training.path, *training.flags, *flags, "--overwrite_output_dir", "true"]
    log = directory / "train.log"
    started = {"commit": commit(), "threads": threads}
    wall = time.perf_counter()
    with log.open("w") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdout=output,
            stderr=subprocess.STDOUT,
            env=os.environ | {"OMP_NUM_THREADS": str(threads)},
        )
        # Not process.wait(): only the kernel knows the CPU time of this child alone, while others train beside it.
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        with log.open() as output:
            tail = "".join(deque(output, maxlen=15))
        raise TrainingError(f"{' '.join(map(str, command[1:]))} failed with status {process.returncode}:\n{tail}")
    result = {
        "sha256": training.sha256,
        "seed": training.seed,
        "steps": json.loads((directory / "trainer_state.json").read_text())["global_step"],
        "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 1),
        "wall_seconds": round(time.perf_counter() - wall, 1),
        **started,
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "recipe": training.recipe,
    }
    _write(record, result)
    return result


Result = ExactMatch | GateRate | ValidationLoss


def result_of(measure: Measure, fields: dict[str, Any] | None) -> Result | None:
    """A result as a cell's file has it."""
    if fields is None:
        return None
    if measure == "false_gate_rate":
        return GateRate.from_json(fields)
    if measure == "validation_loss":
        return ValidationLoss(**fields)
    return (TaskReport if "task" in fields else ExactMatch).from_json(fields)


def _plain(column: Column) -> list[str]:
    return list(islice(plain_lines(seed=0, held_out=column.held_out), column.num_samples))


def validation_loss(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, training: Training) -> ValidationLoss:
    """The Trainer's, over those blocks of the recipe's text that are held back."""
    _, data, args, _ = parse_recipe([training.path, *training.flags, "--disable_tqdm", "true"])
    blocks = validation_blocks(tokenizer, data, data.block_size)
    trainer = Trainer(model, args, data_collator=collate_blocks, eval_dataset=blocks)
    trainer.remove_callback(PrinterCallback)
    return ValidationLoss(trainer.evaluate()["eval_loss"], len(blocks))


def evaluate_model(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, column: Column, training: Training
) -> Result | None:
    """The column's result; None where the model has no gate that could open."""
    if column.measure == "exact_match":
        return evaluate_task(model, tokenizer, column, column.digits, column.num_samples)
    if column.measure == "validation_loss":
        return validation_loss(model, tokenizer, training)
    if model.config.dag_depth == 0 or model.config.dag_gate == "none":
        return None
    return false_gate_rate(model, tokenizer, _plain(column))


def evaluate_solver(column: Column) -> Result | None:
    """The column's result for the regex solver, as strictly: an answer to a plain line counts as an open gate.

    None for the validation loss, as it is no language model.
    """
    if column.measure == "validation_loss":
        return None
    if column.measure == "false_gate_rate":
        lines = _plain(column)
        return GateRate.of(sum(solve(line) is not None for line in lines), len(lines))
    problems = drawn_problems(column, column.digits, column.num_samples, seed=0)
    answers = [solve(problem.prompt) for problem in problems]
    lines = ["" if answer is None else f"{answer}\n" for answer in answers]
    left_out = LeftOut(sum(not problem.has_answer for problem in problems), None)
    return ExactMatch.of(hits_by(lambda problem: problem.group, problems, lines, is_exact_match), None, left_out)


def evaluate_cell(cell: Cell, training: dict[str, Any] | None):
    """Measure what is missing of a cell and write its file after each column."""
    known, measured_by = read_cell(cell), commit()
    if known.get("training") != training:
        known = {"evaluations": {}}
    content = {
        "title": cell.title,
        "ablation": cell.ablation,
        "parameters": None,
        "training": training,
        "evaluations": known["evaluations"],
    }
    missing = {key: column for key, column in cell.columns.items() if key not in known["evaluations"]}

    def record(key: str, column: Column, result: Result | None):
        fields = None if result is None else asdict(result)
        content["evaluations"][key] = {"settings": column.settings, "commit": measured_by, "result": fields}
        _write(RESULTS / f"{cell.name}.json", content)

    if cell.training is None:
        for key, column in missing.items():
            record(key, column, evaluate_solver(column))
        return
    model, tokenizer = load(str(RUNS / cell.training.name))
    content["parameters"] = model.num_parameters()
    with ablated(model, cell.ablation):
        for key, column in missing.items():
            record(key, column, evaluate_model(model, tokenizer, column, cell.training))


def selected(cells: Sequence[Cell], pattern: str | None) -> list[Cell]:
    """The cells whose title or file name has the regular expression; raises ValueError where none has."""
    try:
        chosen = [cell for cell in cells if re.search(pattern or "", f"{cell.title}\n{cell.name}", re.IGNORECASE)]
    except re.error as error:
        raise ValueError(f"--only {pattern}: not a regular expression: {error}") from error
    if not chosen:
        titles = "\n".join(cell.title for cell in cells)
        raise ValueError(f"--only {pattern}: no cell has it in its title; there are\n{titles}")
    return chosen


def run_cells(cells: Sequence[Cell], train_script: Path, jobs: int = 1) -> dict[str, str]:
    """Compute what is missing, `jobs` trainings side by side; returns what failed, title -> why."""
    threads = max(1, (os.cpu_count() or 1) // jobs)
    torch.set_num_threads(threads)
    # The cells of one trained model.
    groups: dict[str, list[Cell]] = {}
    todo = [cell for cell in cells if not is_finished(cell)]
    for cell in todo:
        groups.setdefault(cell.training.name if cell.training else cell.name, []).append(cell)
    failures = {}
    with ThreadPoolExecutor(jobs) as pool, tqdm(total=len(cells), initial=len(cells) - len(todo), unit="cell") as bar:

        def prepare(cell: Cell) -> dict[str, Any] | None:
            if cell.training is None:
                return None
            bar.set_postfix_str(f"training {cell.title}")
            return train(cell.training, train_script, threads)

        futures = {pool.submit(prepare, group[0]): group for group in groups.values()}
        try:
            for future in as_completed(futures):
                for cell in futures[future]:
                    bar.set_postfix_str(f"measuring {cell.title}")
                    try:
                        evaluate_cell(cell, future.result())
                    except (TrainingError, ValueError, OSError) as error:
                        failures[cell.title] = str(error)
                    bar.update()
        finally:
            # An interrupted report does not begin what still waits.
            pool.shutdown(wait=False, cancel_futures=True)
    return failures
