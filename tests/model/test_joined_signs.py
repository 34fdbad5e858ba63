"""A sign whose token is more than a sign, " -": it decides on the number behind it, which is negative."""

import pytest
import torch

from helpers.backbones import attach, computes_latest_two, make_backbone
from helpers.tokenizers import bpe
from modeling_gpt_dag.data.examples import reasoning_example
from modeling_gpt_dag.data.problems import PlanFormat
from modeling_gpt_dag.data.reasoning import Calculation, ReasoningText
from modeling_gpt_dag.decimal_tensor import DecimalTensor
from modeling_gpt_dag.number_grammar import SYMBOLS, grammar_table
from modeling_gpt_dag.number_text import END, NOTHING, next_symbol, read_numbers
from modeling_gpt_dag.plan_search import written_numbers

GRAMMAR = grammar_table()


@pytest.fixture(scope="module")
def tokenizer():
    """With the tokens " -" and "=-", as those of GPT-2 and SmolLM2 are."""
    return bpe("Ġ|-", "=|-")


@pytest.fixture
def subtracting(tokenizer):
    """A model that subtracts the latest number from the one before it, everywhere, with an open gate."""
    settings = {"dag_depth": 1, "dag_operations": ["subtract"], "dag_num_values": 2, "dag_number_words": []}
    backbone = make_backbone("llama")
    backbone.resize_token_embeddings(len(tokenizer))
    return computes_latest_two(attach(backbone, tokenizer, **settings), gate=9.0)


def symbols(*names: str) -> torch.Tensor:
    return torch.tensor([[SYMBOLS.get(name, 0) for name in names]])


def test_what_is_told_of_again_was_decided_at_the_sign():
    text = read_numbers(symbols("5", "is", " -", "2", "5", ".", "5", "is", "-", "7", "="), GRAMMAR)
    assert text.written.tolist() == [[1, 0, 1, 2, 3, 4, 5, 0, 1, 2, 0]]
    assert text.since_decision.tolist() == [[1, 0, 0, 1, 2, 3, 4, 0, 1, 2, 0]]
    without = read_numbers(symbols("5", "is", "-", "2"), GRAMMAR, has_joined_signs=False)
    assert without.joined_sign is None and torch.equal(without.since_decision, without.written)


def test_the_token_that_decides_has_the_number_as_the_one_to_write():
    text = read_numbers(symbols("=", " -", "2", "5", "=", "-", "7", "="), GRAMMAR)
    written = written_numbers(text, torch.arange(8))
    assert written.value.texts() == [None, "-25", None, None, "-7", None, None, None]
    assert written.length.tolist() == [[0, 2, 0, 0, 2, 0, 0, 0]]


def test_only_a_negative_number_goes_on_behind_a_sign_that_stood_there():
    numbers = DecimalTensor.constants(["-25", "25", "0"])
    is_signed = torch.tensor([1, 1, 1])
    following = [next_symbol(numbers, torch.full((3,), count), None, is_signed).tolist() for count in (1, 2, 3)]
    assert following == [[2, NOTHING, NOTHING], [5, NOTHING, NOTHING], [END, NOTHING, NOTHING]]
    assert next_symbol(numbers, torch.full((3,), 1), None, torch.zeros(3)).tolist() == [2, 5, END]


def test_behind_a_joined_sign_the_digits_of_a_negative_result_follow_and_no_others(subtracting, tokenizer):
    for prompt, is_negative in (("3 and 28 give -", True), ("28 and 3 give -", False)):
        ids = tokenizer(prompt, return_tensors="pt")["input_ids"]
        assert tokenizer.decode(ids[0, -1]) == " -"
        dag = subtracting(ids, output_dag=True).dag
        assert dag.value_texts(0, -1)[-1] == ("-25" if is_negative else "25")
        assert (dag.gate[0, -1] > 0.9) == is_negative and (is_negative or dag.gate[0, -1] == 0)
        written = subtracting.generate(ids, max_new_tokens=2, do_sample=False, pad_token_id=0)
        assert not is_negative or tokenizer.decode(written[0, ids.shape[1] :]) == "25"


def test_a_number_that_was_begun_is_written_with_a_cache_as_without(subtracting, tokenizer):
    ids = tokenizer("3 and 28 give -25, so", return_tensors="pt")["input_ids"]
    whole = subtracting(ids, output_dag=True)
    cache, logits, gates = None, [], []
    for token in ids[0]:
        step = subtracting(token.view(1, 1), past_key_values=cache, use_cache=True, output_dag=True)
        cache, logits, gates = step.past_key_values, [*logits, step.logits], [*gates, step.dag.gate]
    torch.testing.assert_close(torch.cat(logits, 1), whole.logits, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(torch.cat(gates, 1), whole.dag.gate)


def test_half_of_the_negative_results_to_train_on_have_their_sign_apart(tokenizer):
    form = PlanFormat(1, 2, [], ["subtract"])
    plan = [(1, 0, 0)]
    for before in ("3 and 28 give ", "3 and 28 make so ", "3-28="):
        start, text = len(before), f"{before}-25\n"
        number = Calculation(start, start + 3, -25, ("subtract", "3", "28"), "right")
        example, labelled = reasoning_example(tokenizer, ReasoningText(text, [number]), form)
        tokens = [tokenizer.decode(token) for token in example.input_ids]
        assert "".join(tokens) == text and labelled == 1
        sign = next(index for index, token in enumerate(tokens) if token.endswith("-") and index >= len(tokens) - 5)
        is_apart = start % 2 == 1
        assert tokens[sign] == ("-" if is_apart else f"{before[-1]}-")
        decides = sign - is_apart
        labels = [tokenizer.decode(token) for token in example.labels if token != -100]
        assert "".join(labels) == ("-25" if is_apart else "25")
        assert example.plans == dict.fromkeys(range(decides, len(tokens) - 1), plan)
