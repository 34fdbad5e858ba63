"""`dag_digits`: a model that was trained at 18 digits reads, computes and shows longer numbers."""

import json

import pytest
import torch
from transformers import AutoModelForCausalLM, DynamicCache

from helpers.naive_dag import readable_numbers, run_plan
from helpers.numbers import decimals, texts
from modeling_gpt_dag.explain.records import Explanation, explain

SHORT = "12+34=46\n-3.5*2=-7.0\n1,234-"
LONG = "98765432109876543210.5*-1,234,567,890,123,456,789,012=7+0.00000000000000000005="


@pytest.fixture
def saved(make_model, tmp_path):
    """Directory of a model with 18 digits, and the model."""
    model = make_model(dag_constants=["100"], n_positions=128)
    model.save_pretrained(tmp_path)
    return tmp_path, model


def test_no_parameter_depends_on_it(saved, encode):
    """On numbers that 18 digits hold the logits are the same, bit by bit."""
    directory, model = saved
    loaded = AutoModelForCausalLM.from_pretrained(directory, dag_digits=128)
    assert loaded.model.dag.digits == 128
    expected = model.state_dict()
    assert loaded.state_dict().keys() == expected.keys()
    assert all(torch.equal(tensor, expected[name]) for name, tensor in loaded.state_dict().items())
    assert torch.equal(loaded(encode(SHORT)).logits, model(encode(SHORT)).logits)
    assert not torch.equal(loaded(encode(LONG)).logits, model(encode(LONG)).logits)


def test_it_may_be_edited_in_the_saved_config(saved, encode):
    directory, _ = saved
    path = directory / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"dag_digits": 40}))
    loaded = AutoModelForCausalLM.from_pretrained(directory)
    dag = loaded(encode("1" * 40 + "+"), output_dag=True).dag
    assert dag.value_texts(0, 40)[0] == "1" * 40
    loaded.save_pretrained(directory / "again")
    assert AutoModelForCausalLM.from_pretrained(directory / "again").config.dag_digits == 40


@pytest.mark.parametrize("planner", ["independent", "joint"])
def test_the_output_shows_what_python_computes(make_model, encode, planner):
    operations = ["add", "identity", "multiply", "subtract", "divide", "max"]
    model = make_model(
        dag_digits=40, dag_constants=["9" * 30], dag_operations=operations, dag_planner=planner, n_positions=128
    )
    dag = model(encode(LONG), output_dag=True).dag
    assert dag.values_mantissa is None and dag.values_limbs.shape == (1, len(LONG), 9, 6)
    seen = 0
    for token in range(len(LONG)):
        # Within a number the plan of the token before it is told of again, on the numbers of that token.
        if token + 1 < len(LONG) and LONG[token] in "*=+":
            numbers = (readable_numbers(LONG[: token + 1], 40) + [None] * 5)[:5] + [*map(_decimal, ["9" * 30])]
            plan = [(left, right, operations[operation]) for left, right, operation in dag.plan[0, token].tolist()]
            expected = run_plan(numbers, plan, 6, 40)
            assert dag.value_texts(0, token) == texts(expected), token
            assert dag.values_mask[0, token].tolist() == [value is not None for value in expected]
            seen += sum(value is not None and len(str(value)) > 19 for value in expected)
    assert seen > 5


def _decimal(text: str):
    return readable_numbers(text + " ", 40)[0]


def test_soft_numerics_has_no_exact_values(make_model, encode):
    dag = make_model(dag_numerics="soft")(encode(SHORT), output_dag=True).dag
    with pytest.raises(ValueError, match="soft numerics has no exact values"):
        dag.value_texts(0, 0)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
def test_long_numbers_hold_in_the_cache(make_model, encode, dtype):
    """Token by token: the cache keeps symbols, small integers that half precision holds."""
    model = make_model(dag_digits=128, n_positions=128).to(dtype)
    line = "1" * 60 + "23456789-" + "9" * 50 + "=0"
    cache = DynamicCache(config=model.config)
    for part in encode(line).split(1, 1):
        dag = model(part, past_key_values=cache, output_dag=True).dag
    assert texts(decimals(dag.decimals))[:3] == ["9" * 50, "1" * 60 + "23456789", None]


def test_training_on_short_numbers_is_the_same_with_more_digits(make_model, encode):
    """The search for plans of the value loss as well, which knows 18 digits."""
    losses = []
    for digits in (18, 40):
        torch.manual_seed(0)
        model = make_model(dag_digits=digits, dag_value_loss_weight=0.7, dag_num_plans=4).train()
        ids = encode(SHORT)
        torch.manual_seed(0)
        loss = model(ids, labels=ids).loss
        loss.backward()
        losses.append(torch.stack([loss, model.model.dag.slot_head.weight.grad.norm()]))
    assert torch.equal(*losses)


@pytest.mark.parametrize(
    ("line", "is_searched"), [("12345678+1=12345679\n", True), ("1" * 19 + "+1=" + "1" * 18 + "2\n", False)]
)
def test_to_the_value_loss_a_number_of_more_than_18_digits_has_no_value(make_model, encode, line, is_searched):
    losses = []
    for weight in (0.0, 0.7):
        torch.manual_seed(0)
        model = make_model(dag_digits=40, dag_value_loss_weight=weight).train()
        ids = encode(line)
        labels = ids.masked_fill(torch.arange(ids.shape[1]) < line.index("=") + 1, -100)
        torch.manual_seed(0)
        losses.append(model(ids, labels=labels).loss)
    assert torch.equal(*losses) != is_searched and losses[1].isfinite()


def test_an_explanation_shows_long_values(make_model, tokenizer):
    model = make_model(dag_digits=40, dag_depth=1, dag_constants=["7"], dag_operations=["multiply"])
    explanation = explain(model, tokenizer, "9" * 25 + "-1=", max_new_tokens=2)
    token = explanation.tokens[27]
    values = [slot.value for slot in token.slots]
    assert values[:2] == ["1", "9" * 25]
    left, right = (values[operand] for operand in token.steps[0].operands)
    assert values[-1] == (None if left is None or right is None else str(int(left) * int(right)))
    assert Explanation.from_json(explanation.to_json()) == explanation
