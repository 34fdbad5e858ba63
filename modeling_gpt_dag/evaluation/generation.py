"""Greedy answers to prompts, and what the DAG decided for each."""

import inspect
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor
from tqdm.auto import tqdm
from transformers import BatchEncoding, GenerationMixin, PreTrainedConfig, PreTrainedModel, PreTrainedTokenizerBase

from ..configuration_gpt_dag import GPTDAGConfig
from ..data.examples import chat_prompt
from ..data.problems import END_OF_LINE
from ..gate_mixer import GATE_THRESHOLD
from ..modeling_gpt_dag import DAGOutput


class Decision(NamedTuple):
    """What the DAG of the token before an answer decided; exact numerics only.

    plan: D steps of slot, slot, operation. result: its decimal text, or None. gate_opened: whether the gate presented
    it. opened_early: whether a gate opened before that. opened_within: at that or any later character of the answer.
    """

    plan: list[list[int]]
    result: str | None
    gate_opened: bool
    opened_early: bool
    opened_within: bool


class Answer(NamedTuple):
    """text: generated, up to and with the first line end. gate_above_zero: whether any gate was while writing it.

    decision: None without exact numerics.
    """

    text: str
    gate_above_zero: bool = False
    decision: Decision | None = None


def has_dag(config: PreTrainedConfig) -> bool:
    """Whether a causal language model, of this library or another, has a DAG."""
    return isinstance(config, GPTDAGConfig) and config.dag_depth > 0


def has_plans(config: PreTrainedConfig) -> bool:
    """Whether its DAG decides on plans, which soft numerics does not."""
    return isinstance(config, GPTDAGConfig) and config.has_number_memory


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
    assert isinstance(model, GenerationMixin), "only causal language models answer"
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
        output = model.generate(  # type: ignore[misc]  # typed for a protocol that transformers keeps to itself
            **batch,
            max_new_tokens=max_new_tokens,
            do_sample=False,
            num_beams=1,
            eos_token_id=ends,
            pad_token_id=tokenizer.pad_token_id,
        )
        assert isinstance(output, Tensor), "not asked for a dictionary"
        length = batch["input_ids"].shape[1]
        dag = _dag_of(model, batch, output)
        for row, i in enumerate(chosen):
            text, written = _line(tokenizer, output[row, length:].tolist(), ends)
            answers[i] = Answer(text)
            if dag is not None:
                first = int((batch["attention_mask"][row] == 0).sum())
                answers[i] = _with_gate(answers[i], dag, row, first, length, written)
    return answers


@torch.no_grad()
def continuations(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    texts: Sequence[str],
    max_new_tokens: int,
    **options: Any,
) -> list[str]:
    """What a model writes behind texts that have their special tokens, in one batch, the end of the text included.

    options: of `generate`; greedy by default.
    """
    assert isinstance(model, GenerationMixin), "only causal language models write"
    batch = tokenizer(
        list(texts), add_special_tokens=False, padding=True, padding_side="left", return_tensors="pt"
    ).to(model.device)
    if "logits_to_keep" in inspect.signature(model.forward).parameters:
        # An index copies the last hidden states. With a slice of them PyTorch copies a frozen weight for every row.
        options["logits_to_keep"] = torch.tensor([-1], device=model.device)
    output = model.generate(  # type: ignore[misc]  # typed for a protocol that transformers keeps to itself
        **batch,
        max_new_tokens=max_new_tokens,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        **{"do_sample": False, "num_beams": 1, **options},
    )
    assert isinstance(output, Tensor), "not asked for a dictionary"
    written = []
    for row in output[:, batch["input_ids"].shape[1] - 1 :].tolist():
        end = row.index(tokenizer.eos_token_id, 1) + 1 if tokenizer.eos_token_id in row[1:] else len(row)
        # Some tokenizers leave out the blank of the first token.
        first, text = tokenizer.decode(row[:1]), tokenizer.decode(row[:end])
        assert isinstance(first, str) and isinstance(text, str), "one row is one text"
        written.append(text[len(first) :])
    return written


def _dag_of(model: PreTrainedModel, batch: BatchEncoding, output: Tensor) -> DAGOutput | None:
    """What the DAG did at every token of prompts and answers (B, T); None without one."""
    if not has_dag(model.config):
        return None
    prompt_mask = batch["attention_mask"]
    mask = torch.cat([prompt_mask, torch.ones_like(output[:, prompt_mask.shape[1] :])], 1)
    # The positions that generate() gives: padding has none.
    positions = (mask.cumsum(1) - 1).clamp(min=0)
    return model(output, attention_mask=mask, position_ids=positions, output_dag=True, use_cache=False).dag


def _line(tokenizer: PreTrainedTokenizerBase, tokens: list[int], ends: list[int]) -> tuple[str, int]:
    """The text of generated tokens up to and with the first line end, and how many tokens stand before its end."""
    written = next((number for number, token in enumerate(tokens) if token in ends), len(tokens))
    text = tokenizer.decode(tokens[:written], skip_special_tokens=True)
    assert isinstance(text, str), "one row is one text"
    line, found, _ = text.partition(END_OF_LINE)  # some tokens hold more than a line end
    return line + END_OF_LINE * (found != "" or written < len(tokens)), written


def _with_gate(answer: Answer, dag: DAGOutput, row: int, first: int, length: int, written: int) -> Answer:
    """The answer with what gate and plan did.

    first: index of the row's first token behind the padding. length: of the prompts, padded. written: of the answer.
    """
    assert dag.gate is not None
    gate = dag.gate[row]
    writing = gate[length - 1 : length + written]
    answer = answer._replace(gate_above_zero=bool((writing > 0).any()))
    if dag.plan is None:
        return answer
    token = length - 1
    decision = Decision(
        plan=dag.plan[row, token].tolist(),
        result=dag.value_texts(row, token)[-1],
        gate_opened=bool(gate[token] > GATE_THRESHOLD),
        opened_early=bool((gate[first:token] > GATE_THRESHOLD).any()),
        opened_within=bool((writing > GATE_THRESHOLD).any()),
    )
    return answer._replace(decision=decision)
