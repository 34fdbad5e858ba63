"""Evaluation: greedy decoding, strict match of the whole answer with its sign and its end.

What is unusual: problems without an exact value in 18 digits are not scored; they are counted, and so is how often the
DAG's gate opened on them, which must be never.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from tqdm.auto import tqdm
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from .data import OPERATORS, Problem, evaluation_problems

END_OF_LINE = "\n"


def load(directory: str) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """Model (in eval mode) and tokenizer of a GPT-DAG directory.

    Raises FileNotFoundError where there is none; ValueError where it holds another kind of model, or where its weights
    do not fit its config, naming both sides.
    """
    if not (Path(directory) / "config.json").is_file():
        raise FileNotFoundError(f"{directory} is not a model directory: it has no config.json")
    config = AutoConfig.from_pretrained(directory)
    if config.model_type != "gpt_dag":
        raise ValueError(f"{directory} holds a model of type {config.model_type!r}, not a GPT-DAG")
    # from_pretrained would initialise what is missing; a model to be used must be whole.
    model, report = AutoModelForCausalLM.from_pretrained(
        directory, ignore_mismatched_sizes=True, output_loading_info=True
    )
    misfits = [
        f"{name}: {tuple(saved)} saved, {tuple(built)} built" for name, saved, built in report["mismatched_keys"]
    ]
    misfits += [f"{name}: not saved" for name in sorted(report["missing_keys"])]
    misfits += [f"{name}: saved, not built" for name in sorted(report["unexpected_keys"])]
    if misfits:
        raise ValueError(f"the weights in {directory} do not fit its config.json: " + "; ".join(misfits))
    return model.eval(), AutoTokenizer.from_pretrained(directory)


@torch.no_grad()
def answer_lines(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    prompts: list[str],
    max_new_tokens: int,
    batch_size: int = 128,
    progress: bool = False,
) -> list[tuple[str, bool]]:
    """For each prompt the greedily generated text, up to and with the first line end, and whether a gate was open.

    Prompts are batched by length, so that none waits for the padding of another.
    """
    end = tokenizer.encode(END_OF_LINE, add_special_tokens=False)[-1]
    by_length = sorted(range(len(prompts)), key=lambda i: len(prompts[i]))
    answers: list[tuple[str, bool]] = [("", False)] * len(prompts)
    for start in tqdm(range(0, len(prompts), batch_size), desc="answering", disable=not progress):
        chosen = by_length[start : start + batch_size]
        batch = tokenizer(
            [prompts[i] for i in chosen],
            add_special_tokens=False,
            padding=True,
            padding_side="left",
            return_tensors="pt",
        ).to(model.device)
        length = batch["input_ids"].shape[1]
        output = model.generate(
            **batch,
            max_new_tokens=max_new_tokens,
            do_sample=False,
            num_beams=1,
            eos_token_id=end,
            pad_token_id=tokenizer.pad_token_id,
        )
        mask = torch.cat([batch["attention_mask"], torch.ones_like(output[:, length:])], 1)
        dag = model(output, attention_mask=mask, output_dag=True, use_cache=False).dag
        for row, i in enumerate(chosen):
            text = tokenizer.decode(output[row, length:], skip_special_tokens=True)
            line, found, _ = text.partition(END_OF_LINE)
            written = len(tokenizer.encode(line, add_special_tokens=False)) + len(found)
            gate_open = dag is not None and bool((dag.gate[row, length - 1 : length - 1 + written] > 0).any())
            answers[i] = (line + found, gate_open)
    return answers


def evaluate_arithmetic(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    operators: str = OPERATORS,
    digits: int = 4,
    num_samples: int = 500,
    seed: int = 0,
    batch_size: int = 128,
    progress: bool = False,
    num_operators: Sequence[int] = (1,),
) -> dict[str, Any]:
    """Exact match on evaluation problems `a+b=` or, with several operators, `a+b*c=`, operands of `digits` digits.

    Returns `exact_match` (0..1, over the `n` problems with an exact value), the same `per_operator`, or
    `per_num_operators` where problems have several, and `left_out`: how many problems have no exact value in 18
    digits, and on how many of those the gate opened.
    Raises ValueError for unknown operators, and for digits or numbers of operators below 1.
    """
    problems = evaluation_problems(
        num_samples, seed, operators=operators, digits=[digits], num_operators=list(num_operators)
    )
    single = max(num_operators) == 1
    longest = max(len(problem.answer) for problem in problems)
    answers = answer_lines(
        model, tokenizer, [problem.prompt for problem in problems], longest + 1, batch_size, progress
    )
    scored: dict[str, list[bool]] = {group: [] for group in (operators if single else map(str, num_operators))}
    left_out: list[bool] = []
    for problem, (line, gate_open) in zip(problems, answers, strict=True):
        if problem.is_exact:
            group = problem.operators[0] if single else str(len(problem.operators))
            scored[group].append(is_exact_match(line, problem))
        else:
            left_out.append(gate_open)
    return {
        "task": "arithmetic" if single else "expressions",
        "operators": operators,
        "digits": digits,
        "seed": seed,
        **_mean([hit for hits in scored.values() for hit in hits]),
        "per_operator" if single else "per_num_operators": {group: _mean(hits) for group, hits in scored.items()},
        "left_out": {"n": len(left_out), "gate_open": sum(left_out)},
    }


def is_exact_match(line: str, problem: Problem) -> bool:
    """The answer, its sign and its end; nothing before, between or after."""
    return line == problem.answer + END_OF_LINE


def _mean(hits: list[bool]) -> dict[str, Any]:
    return {"exact_match": sum(hits) / len(hits) if hits else None, "n": len(hits)}


def arithmetic_table(reports: list[dict[str, Any]]) -> str:
    """Reports of `evaluate_arithmetic`, one per digit count, as a Markdown table by operator or number of these."""
    single = "per_operator" in reports[0]
    key = "per_operator" if single else "per_num_operators"
    groups = list(reports[0][key])
    names = [f"`{group}`" if single else f"{group} operator{'s' * (group != '1')}" for group in groups]
    lines = ["| digits | " + " | ".join(names) + " | all | n | left out |", "|---|" + "---|" * (len(groups) + 3)]

    def percent(cell: dict[str, Any]) -> str:
        return "-" if cell["exact_match"] is None else f"{100 * cell['exact_match']:.1f} %"

    for report in reports:
        cells = [percent(report[key][group]) for group in groups]
        row = [str(report["digits"]), *cells, percent(report), str(report["n"]), str(report["left_out"]["n"])]
        lines.append("| " + " | ".join(row) + " |")
    return "\n".join(lines)
