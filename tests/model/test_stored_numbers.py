"""Numbers of a fixed model on a fixed text, as they were stored: a refactoring must not move them.

They are no oracle; `test_dag.py` and others say what is right. Where a change moves them on purpose, print and store
the new ones: `stored(output, model)` below.
"""

import pytest
import torch

# Of the test below: the loss, some logits, and of some parameters the gradient's first and largest entry and norm.
TRAINING = {
    "logits": [
        2.7879288,
        4.1425261,
        4.0915766,
        0.99180239,
        3.1191747,
        4.188221,
        -4.7279596,
        -3.7823529,
        -1.5534067,
        -4.3706894,
        -2.7081029,
        -0.12666558,
    ],
    "loss": [22.648611],
    "model.dag.slot_head.weight": [0.085209124, 0.67526484, 2.8952494],
    "model.mixer.gate_head.bias": [0.12470078, 0.12470078, 0.12470078],
    "model.dag.end_embedding": [0.016931387, 0.09425547, 0.23237021],
}
INFERENCE = {
    "logits": [
        2.7897844,
        4.1430988,
        4.0906725,
        0.96983105,
        3.1035037,
        4.1841669,
        -4.7279596,
        -3.7823529,
        -1.5534067,
        -4.6769538,
        -3.5478303,
        -1.2149385,
    ],
}
SOFT = {
    "logits": [
        2.6397343,
        1.1304438,
        -0.76240289,
        7.1952929,
        5.2631106,
        1.5451713,
        -0.83494544,
        -3.8233693,
        -5.5145354,
        7.5745044,
        5.1391869,
        0.96015877,
    ],
}
PARAMETERS = ["model.dag.slot_head.weight", "model.mixer.gate_head.bias", "model.dag.end_embedding"]


def set_weights(model):
    """Weights that depend on no random generator."""
    with torch.no_grad():
        for number, (name, parameter) in enumerate(model.named_parameters()):
            if parameter.ndim > 1 or name.endswith("end_embedding"):
                wave = torch.arange(parameter.numel(), dtype=torch.float64).mul(0.7).add(number).sin()
                parameter.copy_(wave.view_as(parameter) * 0.4)


def stored(output, model) -> dict[str, list[float]]:
    """Few numbers that depend on all others."""
    numbers = {"logits": output.logits[:, 5::10, 20::97].flatten().tolist()}
    if output.loss is not None:
        numbers["loss"] = [output.loss.item()]
        gradients = {name: parameter.grad.flatten() for name, parameter in model.named_parameters()}
        for name in PARAMETERS:
            gradient = gradients[name]
            numbers[name] = [part.item() for part in (gradient[0], gradient.abs().max(), gradient.norm())]
    return numbers


@pytest.fixture
def batch(tokenizer) -> dict[str, torch.Tensor]:
    """Two texts, the second padded on the left, with labels of answers and with two labelled plans."""
    batch = dict(tokenizer(["12+34=46\n7*8=56\n", "-1.5-2=-3.5\n"], return_tensors="pt", padding=True))
    labels = batch["input_ids"].masked_fill(batch["attention_mask"] == 0, -100)
    labels[0, :6] = -100
    plans = torch.full((*labels.shape, 3, 3), -100)
    plans[0, 5] = torch.tensor([[1, 0, 0], [5, -100, 1], [6, -100, 1]])
    plans[1, 10, 0] = torch.tensor([1, 0, 3])
    return {**batch, "labels": labels, "plan_labels": plans}


def assert_stored(found: dict[str, list[float]], expected: dict[str, list[float]]):
    assert found.keys() == expected.keys()
    for name, numbers in expected.items():
        assert found[name] == pytest.approx(numbers, rel=1e-5, abs=1e-6), name


def test_training_with_all_losses_gives_the_stored_numbers(make_model, batch):
    """Plans and searched positions are drawn, so that the order of random draws is stored too."""
    weights = {"dag_plan_loss_weight": 0.5, "dag_value_loss_weight": 0.7, "dag_gate_loss_weight": 0.3}
    model = make_model(dag_num_plans=4, dag_value_positions=3, **weights).train()
    set_weights(model)
    torch.manual_seed(0)
    output = model(**batch)
    output.loss.backward()
    assert_stored(stored(output, model), TRAINING)


@pytest.mark.parametrize(("numerics", "expected"), [("exact", INFERENCE), ("soft", SOFT)], ids=["exact", "soft"])
def test_inference_gives_the_stored_numbers(make_model, batch, numerics, expected):
    model = make_model(dag_numerics=numerics)
    set_weights(model)
    output = model(batch["input_ids"], attention_mask=batch["attention_mask"])
    assert_stored(stored(output, model), expected)
