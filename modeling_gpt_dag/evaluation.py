"""Evaluation: greedy decoding, strict match of the whole answer with its sign and its end, and what it is made of.

What is unusual: an exact match has factors, and each is measured: the plan computes the right function of the numbers
(checked on other numbers, so that a lucky hit does not count), the executed result is right, the gate lets it be
written, the text is right. Problems without an exact value in 18 digits are not scored; they are counted, and so is
how often the DAG's gate opened on them, which must be never.
"""

import operator
import random
import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors import SafetensorError
from tqdm.auto import tqdm
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoTokenizer,
    PreTrainedConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from .checkpoints import CHECKSUMS, WEIGHTS, verify_checksums
from .configuration_gpt_dag import GPTDAGConfig
from .data import TaskArguments, evaluation_problems
from .decimal_tensor import format_decimal
from .problems import PlanFormat, Problem
from .statistics import wilson_interval

END_OF_LINE = "\n"
FIRED = 0.5  # a gate above it presents the result
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def load(directory: str) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """Model (in eval mode) and tokenizer of a GPT-DAG directory.

    Raises FileNotFoundError where there is none; ValueError where it holds another kind of model, or weights that are
    truncated, not what the checksums beside them say, or do not fit its config, naming both sides.
    """
    if not (Path(directory) / "config.json").is_file():
        raise FileNotFoundError(f"{directory} is not a model directory: it has no config.json")
    config = AutoConfig.from_pretrained(directory)
    if config.model_type != "gpt_dag":
        raise ValueError(f"{directory} holds a model of type {config.model_type!r}, not a GPT-DAG")
    if (Path(directory) / CHECKSUMS).is_file():
        verify_checksums(directory, WEIGHTS)
    try:
        # from_pretrained would initialise what is missing; a model to be used must be whole.
        model, report = AutoModelForCausalLM.from_pretrained(
            directory, ignore_mismatched_sizes=True, output_loading_info=True
        )
    except SafetensorError as error:
        raise ValueError(f"the weights in {directory} are truncated or no safetensors: {error}") from error
    misfits = [
        f"{name}: {tuple(saved)} saved, {tuple(built)} built" for name, saved, built in report["mismatched_keys"]
    ]
    misfits += [f"{name}: not saved" for name in sorted(report["missing_keys"])]
    misfits += [f"{name}: saved, not built" for name in sorted(report["unexpected_keys"])]
    if misfits:
        raise ValueError(f"the weights in {directory} do not fit its config.json: " + "; ".join(misfits))
    return model.eval(), AutoTokenizer.from_pretrained(directory)


class Answer(NamedTuple):
    """text: generated, up to and with the first line end. gate_open: whether any gate was above 0 while writing it.

    In exact numerics also, of the decision the answer was begun with: plan, D steps of slot, slot, operation; result,
    its decimal text or None; fired, whether the gate presented it. false_fires: whether a gate fired before that;
    fired_within: whether one did at that or any later character of the answer.
    """

    text: str
    gate_open: bool = False
    plan: list[list[int]] | None = None
    result: str | None = None
    fired: bool = False
    false_fires: bool = False
    fired_within: bool = False


@torch.no_grad()
def answer_lines(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    prompts: Sequence[str],
    max_new_tokens: int,
    batch_size: int = 128,
    progress: bool = False,
    chat: bool = False,
) -> list[Answer]:
    """Greedy answers to prompts, which are batched by length, so that none waits for the padding of another.

    The end of the text ends an answer as the end of the line does. chat: prompts are put to the tokenizer's template.
    """
    ends = [tokenizer.encode(END_OF_LINE, add_special_tokens=False)[-1], tokenizer.eos_token_id]
    if chat:
        prompts = [chat_prompt(tokenizer, prompt) for prompt in prompts]
    by_length = sorted(range(len(prompts)), key=lambda i: len(prompts[i]))
    answers: list[Answer] = [Answer("")] * len(prompts)
    for start in tqdm(range(0, len(prompts), batch_size), desc="answering", disable=not progress):
        chosen = by_length[start : start + batch_size]
        batch = tokenizer(
            [prompts[i] for i in chosen],
            add_special_tokens=not chat,  # the template has its own
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
            eos_token_id=ends,
            pad_token_id=tokenizer.pad_token_id,
        )
        dag = None
        if has_dag(model.config):
            mask = torch.cat([batch["attention_mask"], torch.ones_like(output[:, length:])], 1)
            # The positions that generate() gives: padding has none.
            positions = (mask.cumsum(1) - 1).clamp(min=0)
            dag = model(output, attention_mask=mask, position_ids=positions, output_dag=True, use_cache=False).dag
        for row, i in enumerate(chosen):
            tokens = output[row, length:].tolist()
            written = next((number for number, token in enumerate(tokens) if token in ends), len(tokens))
            text = tokenizer.decode(tokens[:written], skip_special_tokens=True)
            line, found, _ = text.partition(END_OF_LINE)  # some tokens hold more than a line end
            answer = Answer(line + END_OF_LINE * (found != "" or written < len(tokens)))
            if dag is not None:
                gate = dag.gate[row]
                writing = gate[length - 1 : length + written]
                answer = answer._replace(gate_open=bool((writing > 0).any()))
            if dag is not None and model.config.dag_numerics == "exact":
                before = slice(int((batch["attention_mask"][row] == 0).sum()), length - 1)
                answer = answer._replace(
                    **_decision(dag, row, length - 1),
                    false_fires=bool((gate[before] > FIRED).any()),
                    fired_within=bool((writing > FIRED).any()),
                )
            answers[i] = answer
    return answers


def has_dag(config: PreTrainedConfig) -> bool:
    """Whether a causal language model, of this library or another, has a DAG."""
    return isinstance(config, GPTDAGConfig) and config.dag_depth > 0


def chat_prompt(tokenizer: PreTrainedTokenizerBase, prompt: str) -> str:
    """The prompt as a user's message, up to where the assistant's begins."""
    message = [{"role": "user", "content": prompt.strip()}]
    return tokenizer.apply_chat_template(message, tokenize=False, add_generation_prompt=True)


def _decision(dag: Any, row: int, token: int) -> dict[str, Any]:
    """What the DAG of one token decided: plan, result, fired."""
    choices = (dag.operand1_probs, dag.operand2_probs, dag.operation_probs)
    plan = torch.stack([probs[row, token].argmax(-1) for probs in choices], -1).tolist()
    mantissa, scale = int(dag.values_mantissa[row, token, -1]), int(dag.values_scale[row, token, -1])
    has_value = bool(dag.values_mask[row, token, -1])
    result = format_decimal(mantissa, scale) if has_value else None
    return {"plan": plan, "result": result, "fired": bool(dag.gate[row, token] > FIRED)}


def is_exact_match(line: str, problem: Problem) -> bool:
    """The answer, its sign and its end; nothing before, between or after.

    Where a sentence goes on behind the answer its other words are not compared, the number must end all the same.
    """
    if problem.ending == END_OF_LINE:
        return line == problem.answer + END_OF_LINE
    number = NUMBER.match(line)
    return number is not None and number.group() == problem.answer and line[number.end() :] != ""


PYTHON_OPERATIONS: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "add": operator.add,
    "identity": lambda a, b: a,
    "multiply": operator.mul,
    "subtract": operator.sub,
    "divide": operator.truediv,
    "max": max,
    "min": min,
}


def is_plan_right(plan: list[list[int]], problem: Problem, format: PlanFormat) -> bool:
    """Whether the plan computes the problem's function of its numbers: equal on three draws of other numbers.

    Operations that have no rational result on most numbers (power, log) are right in no plan.
    """
    generator = random.Random(0)
    for _ in range(3):
        numbers = tuple(str(generator.randint(10**6, 10**9)) for _ in problem.numbers)
        slots: list[Fraction | None] = [None] * format.num_values
        latest = [Fraction(number) for number in reversed(numbers)][: format.num_values]
        slots[: len(latest)] = latest
        slots += [Fraction(constant) for constant in format.constants]
        for left, right, operation in plan:
            name = format.operations[operation]
            operands = slots[left], slots[right] if name != "identity" else Fraction(0)
            known = name in PYTHON_OPERATIONS and None not in operands and (name != "divide" or operands[1] != 0)
            slots.append(PYTHON_OPERATIONS[name](*operands) if known else None)
        if slots[-1] is None or slots[-1] != Fraction(problem._replace(numbers=numbers).values()[-1]):
            return False
    return True


def plan_format(config: GPTDAGConfig) -> PlanFormat:
    """What plans of a model of this config can say."""
    return PlanFormat(config.dag_depth, config.dag_num_values, config.dag_constants, config.dag_operations)


def evaluate_problems(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    problems: Sequence[Problem],
    batch_size: int = 128,
    progress: bool = False,
    chat: bool = False,
) -> dict[str, Any]:
    """Exact match and its factors; model: any causal language model, without DAG it has no factors.

    Returns `exact_match` (0..1), `n` and `interval` (95 %, Wilson) over the problems with an exact value, the same of
    each of `groups`; `factors`, shares of the scored problems: `plan`, `result`, `gate` (it fired where the answer
    begins), `text`, and `false_fires` (it fired before), None without exact numerics; `left_out`: how many problems
    have no exact value in 18 digits, and on how many of those the gate opened.
    """
    longest = max(len(problem.answer + problem.ending) for problem in problems)
    prompts = [problem.prompt for problem in problems]
    answers = answer_lines(model, tokenizer, prompts, longest + 1, batch_size, progress, chat)
    scored = [pair for pair in zip(problems, answers, strict=True) if pair[0].is_exact]
    hits: dict[str, list[bool]] = {}
    for problem, answer in scored:
        hits.setdefault(problem.group, []).append(is_exact_match(answer.text, problem))
    factors = None
    config = model.config
    if has_dag(config) and config.dag_numerics == "exact" and scored:
        form = plan_format(config)
        factors = {
            "plan": _share([is_plan_right(answer.plan, problem, form) for problem, answer in scored]),
            "result": _share([answer.result == problem.answer for problem, answer in scored]),
            "gate": _share([answer.fired for _, answer in scored]),
            "text": _share([is_exact_match(answer.text, problem) for problem, answer in scored]),
            "false_fires": _share([answer.false_fires for _, answer in scored]),
        }
    left_out = [answer for problem, answer in zip(problems, answers, strict=True) if not problem.is_exact]
    return {
        **score([hit for group in hits.values() for hit in group]),
        "groups": {group: score(hits[group]) for group in sorted(hits)},
        "factors": factors,
        "left_out": {"n": len(left_out), "gate_open": sum(answer.gate_open for answer in left_out)},
    }


def _share(hits: list[bool]) -> float:
    return sum(hits) / len(hits)


def score(hits: list[bool]) -> dict[str, Any]:
    """`exact_match`, `n`, `interval`; None where nothing was scored."""
    low, high = wilson_interval(sum(hits), len(hits)) if hits else (None, None)
    return {"exact_match": _share(hits) if hits else None, "n": len(hits), "interval": [low, high]}


def drawn_problems(task: TaskArguments, digits: int, num_samples: int, seed: int) -> list[Problem]:
    """Those of `evaluate_task`."""
    lengths = list(range(1, 5)) if task.task == "wordings" and digits <= 4 else [digits]
    return evaluation_problems(task, num_samples, seed, lengths)


def evaluate_task(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    task: TaskArguments,
    digits: int = 4,
    num_samples: int = 500,
    seed: int = 0,
    batch_size: int = 128,
    progress: bool = False,
    chat: bool = False,
) -> dict[str, Any]:
    """`evaluate_problems` of a generated task, operands of `digits` digits (wordings: also shorter ones up to 4).

    Raises ValueError for options that the task does not have.
    """
    problems = drawn_problems(task, digits, num_samples, seed)
    report = evaluate_problems(model, tokenizer, problems, batch_size, progress, chat)
    return {"task": task.task, "held_out": task.held_out, "digits": digits, "seed": seed, **report}


@torch.no_grad()
def false_fires(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, lines: Sequence[str], batch_size: int = 64
) -> dict[str, Any]:
    """On how many lines, in which nothing is to be computed, the gate fires at any token: `fired`, `n`, `interval`."""
    fired = 0
    for start in range(0, len(lines), batch_size):
        chosen = list(lines[start : start + batch_size])
        batch = tokenizer(chosen, add_special_tokens=False, padding=True, padding_side="right", return_tensors="pt")
        dag = model(**batch.to(model.device), output_dag=True, use_cache=False).dag
        fired += int(((dag.gate > FIRED) & batch["attention_mask"].bool()).any(-1).sum())
    return fires(fired, len(lines))


def fires(fired: int, n: int) -> dict[str, Any]:
    """`fired`, `n`, `interval`; an interval of None where there is no line."""
    return {"fired": fired, "n": n, "interval": list(wilson_interval(fired, n)) if n else [None, None]}


def percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f} %"


def _row_name(report: dict[str, Any]) -> str:
    return f"{report['digits']}{', held out' if report['held_out'] else ''}"


def results_table(reports: list[dict[str, Any]]) -> str:
    """Reports of `evaluate_task`, one per row, as a Markdown table by group."""
    groups = sorted({group for report in reports for group in report["groups"]})
    lines = ["| digits | " + " | ".join(groups) + " | all | n | left out |", "|---|" + "---|" * (len(groups) + 3)]
    for report in reports:
        cells = [percent(report["groups"].get(group, {"exact_match": None})["exact_match"]) for group in groups]
        row = [
            _row_name(report),
            *cells,
            percent(report["exact_match"]),
            str(report["n"]),
            str(report["left_out"]["n"]),
        ]
        lines.append("| " + " | ".join(row) + " |")
    return "\n".join(lines)


def factors_table(reports: list[dict[str, Any]]) -> str:
    """What the exact matches of `evaluate_task` reports are made of, as a Markdown table."""
    names = {
        "plan": "plan right",
        "result": "result right",
        "gate": "gate fired",
        "text": "text right",
        "false_fires": "fired too early",
    }
    lines = ["| digits | " + " | ".join(names.values()) + " |", "|---|" + "---|" * len(names)]
    for report in reports:
        lines.append(
            "| " + " | ".join([_row_name(report), *(percent(report["factors"][factor]) for factor in names)]) + " |"
        )
    return "\n".join(lines)
