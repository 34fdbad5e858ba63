"""Greedy answers to prompts, and what the DAG decided for each."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from tqdm.auto import tqdm
from transformers import (
    PreTrainedConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from ..configuration_gpt_dag import GPTDAGConfig
from ..dag import GATE_THRESHOLD
from ..data.examples import chat_prompt
from ..data.problems import END_OF_LINE
from ..decimal_tensor import format_decimal


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
                    false_fires=bool((gate[before] > GATE_THRESHOLD).any()),
                    fired_within=bool((writing > GATE_THRESHOLD).any()),
                )
            answers[i] = answer
    return answers


def has_dag(config: PreTrainedConfig) -> bool:
    """Whether a causal language model, of this library or another, has a DAG."""
    return isinstance(config, GPTDAGConfig) and config.dag_depth > 0


def _decision(dag: Any, row: int, token: int) -> dict[str, Any]:
    """What the DAG of one token decided: plan, result, fired."""
    choices = (dag.operand1_probs, dag.operand2_probs, dag.operation_probs)
    plan = torch.stack([probs[row, token].argmax(-1) for probs in choices], -1).tolist()
    mantissa, scale = int(dag.values_mantissa[row, token, -1]), int(dag.values_scale[row, token, -1])
    has_value = bool(dag.values_mask[row, token, -1])
    result = format_decimal(mantissa, scale) if has_value else None
    return {"plan": plan, "result": result, "fired": bool(dag.gate[row, token] > GATE_THRESHOLD)}
