"""What the calculator of every token did with one text, as records: `explain(model, tokenizer, prompt)`.

What is unusual: the text is generated first. Then one forward pass reads all of it, and gives what the steps of
generation gave. A record belongs to the token that owns the calculator, and tells what that token writes *next*.
Inside a number, plan and gate are those of the token before its first character (`Token.decided_at`).

Places in the text are spans of characters, end exclusive, found through the tokenizer's offsets.
"""

import dataclasses
import json
import os
from dataclasses import dataclass
from math import prod
from typing import Any

import torch
from torch import Tensor
from transformers import PreTrainedTokenizerBase

from ..dag_operations import OPERATIONS
from ..gate_mixer import GATE_THRESHOLD
from ..modeling_gpt_dag import GPTDAGForCausalLM
from ..number_grammar import FRACTION_BAR
from ..number_text import BAR, END, NOTHING, WRITTEN_SYMBOLS, NumberText, ReadNumbers, next_symbol

END_OF_NUMBER = "end"
WRITES = [*WRITTEN_SYMBOLS, END_OF_NUMBER, FRACTION_BAR]

Span = tuple[int, int]


@dataclass
class Slot:
    """One value of a scratch list.

    kind: "number" of the text, "constant" of the config, "result" of a step; in soft numerics "hidden" for the scalar
        made from the hidden state.
    value: its decimal text; None where there is none (no such number, no result).
    span: where the number stands, None for other kinds and where there is no such number.
    is_exact: False for a result that is rounded as it is written, or computed from a rounded one. In soft numerics,
        which shows six digits, it says nothing.
    """

    kind: str
    value: str | None
    span: Span | None = None
    is_exact: bool = True

    @property
    def is_empty(self) -> bool:
        """Whether the slot waits for a number that the text does not have."""
        return self.kind == "number" and self.span is None


@dataclass
class Step:
    """One step of a plan: the most probable choices, and the distributions they were taken from.

    operand1, operand2: slots. operation: its name; `operation_probs` go by `Explanation.operations`.
    probability: of the three choices together. used: whether the final result depends on the step.
    In soft numerics nothing is chosen: the value is a mixture by these probabilities.
    """

    operand1: int
    operand2: int
    operation: str
    probability: float
    used: bool
    operand1_probs: list[float]
    operand2_probs: list[float]
    operation_probs: list[float]

    @property
    def operands(self) -> list[int]:
        """The slots that the operation reads."""
        return [self.operand1, self.operand2][: OPERATIONS[self.operation].operands]


@dataclass
class Token:
    """One token of the text and what its calculator did.

    text: its characters; for a special token, which has none, its name. span: where they stand. Tokens that are parts
        of one character share its span. generated: whether the model wrote it.
    gate: how far it opens for what is written next. decided_at: index of the token whose plan and gate hold here.
    slots: numbers of the text latest first, constants, then one result per step.
    result: the final value. written: characters of it that stand already. writes: the character that follows them,
    "end" behind the last one; None where nothing is written. Both of the last are None in soft numerics.
    plan_probability: of the whole plan; what `dag_min_plan_prob` is compared with.
    """

    index: int
    text: str
    span: Span
    generated: bool
    gate: float
    decided_at: int
    slots: list[Slot]
    steps: list[Step]
    plan_probability: float
    result: str | None
    written: int | None
    writes: str | None


@dataclass
class Explanation:
    """text: prompt and what was generated. numerics, operations: of the config. tokens: all of the text."""

    prompt: str
    text: str
    numerics: str
    operations: list[str]
    tokens: list[Token]

    def writes_rounded(self, token: Token) -> bool:
        """Whether the token's gate is open for a rounded result."""
        return token.gate > GATE_THRESHOLD and token.writes is not None and not token.slots[-1].is_exact

    @property
    def writers(self) -> list[Token]:
        """The tokens that wrote what was generated: the last of the prompt to the last but one; all if nothing was."""
        first = next((token.index for token in self.tokens if token.generated), None)
        return self.tokens if first is None else self.tokens[max(first - 1, 0) : -1]

    def followed(self, token: Token) -> bool:
        """Whether the text goes on behind a token with what the token's calculator writes.

        The gate alone does not tell: a small gate may decide where the backbone's hidden state is small.
        """
        following = "".join(after.text for after in self.tokens[token.index + 1 : token.index + 2])
        if token.writes == END_OF_NUMBER:
            return following != "" and following[0] not in WRITTEN_SYMBOLS
        return token.writes is not None and following.strip() == token.writes

    def at(self, position: int | None = None) -> Token:
        """The token at an index; by default the first writer with an open gate.

        Where no gate opened, it is the first writer that was `followed`; where none was, the first writer.
        Raises ValueError for an index outside the text.
        """
        if position is None:
            fired = [token for token in self.writers if token.gate > GATE_THRESHOLD]
            return [*fired, *filter(self.followed, self.writers), self.writers[0]][0]
        if not 0 <= position < len(self.tokens):
            raise ValueError(f"position={position}: the text has tokens 0 to {len(self.tokens) - 1}")
        return self.tokens[position]

    def to_json(self) -> str:
        return json.dumps(dataclasses.asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "Explanation":
        fields = json.loads(text)
        return cls(**fields | {"tokens": [_token_from(token) for token in fields["tokens"]]})


def _token_from(fields: dict[str, Any]) -> Token:
    slots = [Slot(**slot | {"span": slot["span"] and tuple(slot["span"])}) for slot in fields["slots"]]
    steps = [Step(**step) for step in fields["steps"]]
    return Token(**fields | {"span": tuple(fields["span"]), "slots": slots, "steps": steps})


@torch.no_grad()
def explain(
    model: GPTDAGForCausalLM, tokenizer: PreTrainedTokenizerBase, prompt: str, max_new_tokens: int = 32
) -> Explanation:
    """Continue a prompt greedily and tell what every token's calculator did.

    max_new_tokens: 0 explains the prompt alone.
    The model runs in eval mode and is left in the mode it was in.
    Raises ValueError for `dag_depth=0`, for a prompt without tokens and for a tokenizer without offsets.
    """
    if model.config.dag_depth == 0:
        raise ValueError("dag_depth=0: the model is its backbone alone, there is no computation to explain")
    if max_new_tokens < 0:
        raise ValueError(f"max_new_tokens={max_new_tokens}: must be 0 or more")
    if not getattr(tokenizer, "is_fast", False):
        raise ValueError(f"{type(tokenizer).__name__} is not a fast tokenizer; only those know where tokens stand")
    encoding = tokenizer(prompt, return_offsets_mapping=True, return_tensors="pt")
    spans = [tuple(span) for span in encoding.pop("offset_mapping")[0].tolist()]
    if not spans:
        raise ValueError(f"the prompt {prompt!r} has no tokens")
    encoding = encoding.to(model.device)
    ids, training = encoding["input_ids"], model.training
    model.eval()
    try:
        if max_new_tokens > 0:
            ids = model.generate(  # type: ignore[misc]  # typed for a protocol that transformers keeps to itself
                ids,
                attention_mask=encoding["attention_mask"],
                max_new_tokens=max_new_tokens,
                do_sample=False,
                num_beams=1,
                pad_token_id=tokenizer.pad_token_id,
            )
        dag = model(ids, output_dag=True, use_cache=False).dag
    finally:
        model.train(training)
    text, generated_spans = _locate_generated(tokenizer, prompt, ids[0].tolist(), len(spans))
    tokens = _tokens(model, ids, dag, [*spans, *generated_spans], len(spans))
    special = dict(zip(tokenizer.all_special_ids, tokenizer.all_special_tokens, strict=True))
    for token, token_id in zip(tokens, ids[0].tolist(), strict=True):
        token.text = special.get(token_id, text[slice(*token.span)])
    return Explanation(prompt, text, model.config.dag_numerics, list(model.config.dag_operations), tokens)


def _locate_generated(
    tokenizer: PreTrainedTokenizerBase, prompt: str, ids: list[int], prompt_length: int
) -> tuple[str, list[Span]]:
    """The whole text, and the spans of the tokens behind the prompt's.

    The ids are decoded token by token, because the tokenizer may cut the same text into other tokens. A character
    belongs to the first token behind which the decoded text keeps it.
    """

    def decode(part: list[int]) -> str:
        text = tokenizer.decode(part, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        assert isinstance(text, str)  # it is a list for a batch
        return text

    whole = decode(ids)
    prefixes = [decode(ids[:end]) for end in range(prompt_length, len(ids) + 1)]
    offset = len(prompt) - len(prefixes[0])
    ends = [len(os.path.commonprefix([whole, prefix])) + offset for prefix in prefixes]
    special, spans = set(tokenizer.all_special_ids), []
    for place, (start, end) in enumerate(zip(ends, ends[1:], strict=False)):
        if start == end and ids[prompt_length + place] not in special:
            # A part of a character belongs to the character that later tokens complete.
            end = next((later for later in ends[place + 2 :] if later > start), end)
        spans.append((start, end))
    return prompt + whole[len(prefixes[0]) :], spans


def _tokens(model: GPTDAGForCausalLM, ids: Tensor, dag: Any, spans: list[Span], prompt_length: int) -> list[Token]:
    """Records of all tokens; `text` is left to the caller."""
    config = model.config
    exact = config.dag_numerics == "exact"
    index = torch.arange(ids.shape[1], device=ids.device)
    source = written = index.unsqueeze(0)
    read: tuple[NumberText, ReadNumbers] | None = None
    symbols = [NOTHING] * ids.shape[1]
    if exact:
        memory = model.model.number_memory
        text = memory.read(memory.symbols_of_ids(ids), None, None, index, None, model.dtype)
        written, source = text.written, (index - text.since_decision).clamp(min=0)
        _, numbers = memory.latest(text, None, index, source)
        read = text, numbers
        results = dag.decimals.map(lambda tensor: tensor[..., -1])
        next_symbols = next_symbol(results, written, text.separated, text.joined_sign)
        if dag.fraction_bar is not None:
            next_symbols = torch.where((next_symbols == END) & dag.fraction_bar, BAR, next_symbols)
        symbols = next_symbols[0].tolist()
    gates = dag.gate[0].tolist()
    plan_probs = dag.plan_prob[0].tolist() if exact else None
    choices = [probs[0] for probs in (dag.operand1_probs, dag.operand2_probs, dag.operation_probs)]
    # In soft numerics nothing but the largest weights makes a plan.
    plan = dag.plan[0] if exact else torch.stack([probs.argmax(-1) for probs in choices], -1)
    records = []
    for token, span in enumerate(spans):
        slots = _soft_slots(dag, token) if read is None else _exact_slots(config, dag, *read, spans, token)
        steps = _steps([probs[token] for probs in choices], plan[token], list(config.dag_operations))
        if exact:
            _mark_used(steps, len(slots))
        says = gates[token] > 0 and symbols[token] != NOTHING
        records.append(
            Token(
                index=token,
                text="",
                span=span,
                generated=token >= prompt_length,
                gate=gates[token],
                decided_at=int(source[0, token]),
                slots=slots,
                steps=steps,
                plan_probability=prod(step.probability for step in steps) if plan_probs is None else plan_probs[token],
                result=slots[-1].value,
                written=int(written[0, token]) if exact else None,
                writes=WRITES[symbols[token]] if says else None,
            )
        )
    return records


def _exact_slots(
    config: Any, dag: Any, text: NumberText, numbers: ReadNumbers, spans: list[Span], token: int
) -> list[Slot]:
    """The scratch list of one token with the places of its numbers."""
    values = dag.value_texts(0, token)
    kinds = ["number"] * config.dag_num_values + ["constant"] * len(config.dag_constants)
    kinds += ["result"] * config.dag_depth
    exact = dag.values_exact[0, token].tolist()
    slots = [
        Slot(kind, value, is_exact=is_exact or value is None)
        for kind, value, is_exact in zip(kinds, values, exact, strict=True)
    ]
    for rank in range(config.dag_num_values):
        if numbers.exists[0, token, rank]:
            end = numbers.end[:1, token, rank : rank + 1]
            first, last = map(int, text.place(end))
            # Every token of a number in digits ends with its character; the first may begin with a space.
            start = spans[first][1] - 1 if text.written[0, last] else spans[first][0]
            slots[rank].span = (start, spans[last][1])
    return slots


def _soft_slots(dag: Any, token: int) -> list[Slot]:
    first, *results = dag.values[0, token].tolist()
    return [Slot("hidden", f"{first:.6g}"), *(Slot("result", f"{value:.6g}") for value in results)]


def _steps(choices: list[Tensor], plan: Tensor, operations: list[str]) -> list[Step]:
    """choices: probabilities (D, S), (D, S) and (D, O) of operand1, operand2 and operation. plan: (D, 3)."""
    steps = []
    for step, chosen in enumerate(plan.tolist()):
        probs = [choice[step].tolist() for choice in choices]
        probability = prod(row[best] for row, best in zip(probs, chosen, strict=True))
        rows = [[round(value, 6) for value in row] for row in probs]
        left, right, operation = chosen
        steps.append(Step(left, right, operations[operation], probability, True, *rows))
    return steps


def _mark_used(steps: list[Step], num_slots: int):
    """Which steps the last slot depends on."""
    reached = {num_slots - 1}
    for back, step in enumerate(reversed(steps)):
        step.used = num_slots - 1 - back in reached
        reached |= set(step.operands) if step.used else set()
