"""The search behind the value loss: complete, exact, and its loss the marginal of the plans it finds."""

import itertools
import math
from decimal import Decimal

import pytest
import torch

from helpers.naive_dag import Result, apply, step
from helpers.numbers import symbols_of
from modeling_gpt_dag.decimal_tensor import DecimalTensor
from modeling_gpt_dag.number_grammar import grammar_table
from modeling_gpt_dag.number_text import read_numbers
from modeling_gpt_dag.plan_choices import IndependentChoice
from modeling_gpt_dag.plan_search import plan_tree, search_plans, value_loss, written_numbers
from modeling_gpt_dag.plans import PlanLogProbs

OPERATIONS = ["add", "identity", "multiply", "subtract"]


def decimals(*texts: str) -> DecimalTensor:
    return DecimalTensor.constants(list(texts), torch.device("cpu"))


def find(numbers: list[str], target: str, depth: int, operations=OPERATIONS, max_plans: int = 1000):
    """Plans found that explain the target best, as tuples of steps."""
    weights = weighed(numbers, target, depth, operations, max_plans)
    return {plan for plan, weight in weights.items() if weight == 1}


def weighed(numbers: list[str], target: str, depth: int, operations=OPERATIONS, max_plans: int = 1000):
    """Weight of each plan found, as a tuple of steps."""
    initial = decimals(*numbers).map(lambda part: part.unsqueeze(0))
    found = search_plans(initial, decimals(target), depth, list(operations), max_plans, precision=10)
    return {
        tuple(map(tuple, plan)): weight
        for plan, weight in zip(found.plans[0].tolist(), found.weight[0].tolist(), strict=True)
        if weight > 0
    }


def reachable(numbers: list[str], depth: int, operations) -> dict[str, int]:
    """Every result of every plan, tried one by one: text -> fewest steps other than identity."""
    states = [(tuple(Result(Decimal(number)) for number in numbers), 0)]
    for _ in range(depth):
        states = {
            ((*slots, result), steps + (name != "identity"))
            for slots, steps in states
            for name in operations
            for left, right in itertools.product(range(len(slots)), repeat=2)
            if (result := step(name, slots[left], slots[right])).value is not None
        }
    fewest: dict[str, int] = {}
    for slots, steps in states:
        value = slots[-1].written()
        if value is None:
            continue
        text = format(value, "f")
        fewest[text] = min(steps, fewest.get(text, depth))
    return fewest


@pytest.mark.parametrize(
    ("numbers", "depth", "operations"),
    [
        (["12", "7", "-3"], 1, OPERATIONS),
        pytest.param(["12", "7", "0.5"], 2, OPERATIONS, marks=pytest.mark.slow),
        (["8", "20"], 2, ["identity", "divide", "max", "power", "log"]),
        pytest.param(["4", "9"], 3, ["add", "identity", "subtract"], marks=pytest.mark.slow),
    ],
)
def test_whatever_a_plan_can_compute_is_found_with_the_fewest_steps(numbers, depth, operations):
    for target, steps in reachable(numbers, depth, operations).items():
        plans = find(numbers, target, depth, operations)
        real = [sum(operations[operation] != "identity" for _, _, operation in plan) for plan in plans]
        # A number that is read may be the result of one operation as well.
        assert min(real) == steps and max(real) <= max(steps, 1), (target, steps, plans)


def test_plans_found_compute_the_target():
    plans = find(["12", "345", "7", "78"], str(12 * 345 + 7 - 78), depth=3)
    assert ((1, 0, 2), (4, 2, 0), (5, 3, 3)) in plans and len(plans) > 1
    for plan in plans:
        slots = [Decimal(12), Decimal(345), Decimal(7), Decimal(78)]
        for left, right, operation in plan:
            slots.append(apply(OPERATIONS[operation], slots[left], slots[right]))
        assert slots[-1] == 12 * 345 + 7 - 78


def test_longer_plans_count_the_less_the_more_results_are_near():
    # 3 * 4 - 5 and other plans of two steps give 7 = 3 + 4, too; so do many of three.
    weights = weighed(["3", "4", "5"], "7", 2)
    direct = ((1, 0, 0), (3, -100, 1))
    by_two = ((1, 0, 2), (3, 2, 3))
    assert weights[direct] == 1 and 0 < weights[by_two] < 0.5
    # The numbers are large and no other result is near. What is left is that there are more plans of two steps.
    large = weighed(["3000000", "1", "4000000"], "7000000", 2)
    assert large[(2, 0, 0), (3, -100, 1)] == 1
    assert 0 < large[(2, 0, 0), (3, 1, 2)] < 0.1
    # Where no short plan hits, the long one explains all.
    assert set(weighed(["12", "7", "100"], "1900", 2).values()) == {1.0}


def test_a_number_that_is_read_may_still_be_computed():
    assert find(["7", "1"], "7", 2) == {((0, -100, 1), (2, -100, 1)), ((1, 0, 2), (2, -100, 1))}


def test_a_target_is_hit_to_the_last_decimal():
    assert find(["1.5", "2"], "3.0", 1) == {((1, 0, 2),), ((0, 0, 0),)}
    assert find(["1.5", "2"], "3", 1) == set() == find(["1.5", "2"], "2.9", 1)
    # 999999999999999999 and 999999999999999998 are one float64.
    assert find(["999999999999999998", "1"], "999999999999999999", 1) == {((1, 0, 0),)}


def test_numbers_without_a_value_are_in_no_plan():
    initial = decimals("5", "3").masked(torch.tensor([True, False])).map(lambda part: part.unsqueeze(0))
    assert not search_plans(initial, decimals("8"), 1, OPERATIONS, 10).weight.any()
    assert not search_plans(initial, decimals("8").masked(torch.tensor([False])), 1, OPERATIONS, 10).weight.any()


def test_a_hit_is_likely_no_chance_where_few_other_results_are_near_for_the_size_of_the_number():
    def no_chance(numbers: list[str], target: str, depth: int) -> float:
        initial = decimals(*numbers).map(lambda part: part.unsqueeze(0))
        return search_plans(initial, decimals(target), depth, OPERATIONS, 10).no_chance.item()

    # Read as it is; the other numbers from 10 to 30 are 10 and 25.
    assert no_chance(["20", "10", "5", "25"], "20", 1) == pytest.approx(math.exp(-2 / 20))
    assert no_chance(["1234", "5678"], "6912", 2) > 0.99
    assert no_chance(["12.34", "56.78"], "69.12", 2) > 0.99
    assert no_chance(["3", "4", "5"], "9", 1) < 0.5
    # Longer plans than the shortest that hits do not count.
    assert no_chance(["3", "4", "5"], "9", 1) == no_chance(["3", "4", "5"], "9", 3)


def test_sums_of_columns_are_found_among_other_plans():
    numbers, operations = ["5", "40", "300", "2000", "7"], ["add", "identity", "sum", "mean", "max_of"]
    assert find(numbers, "2345", 1, operations) == {((3, 0, 2),)}
    assert find(numbers[:4], "115", 1, operations) == {((2, 0, 3),)}
    assert find(numbers, "4690", 2, operations) >= {((3, 0, 2), (5, 5, 0))}
    # Constants are in no range.
    initial = decimals(*numbers).map(lambda part: part.unsqueeze(0))
    without = search_plans(initial, decimals("2352"), 1, operations, 1000, num_numbers=4).weight
    assert not without.any() and search_plans(initial, decimals("2352"), 1, operations, 1000).weight.any()


def test_plans_that_do_the_same_are_tried_once():
    _, plans = plan_tree(2, 1, ("add", "identity", "subtract"), 2)
    # 2 identities, 3 sums in one order, 4 differences
    assert len(plans) == 9 and len(set(map(str, plans.tolist()))) == 9
    _, plans = plan_tree(3, 3, tuple(OPERATIONS), 3)
    assert len(set(map(str, plans.tolist()))) == len(plans)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a12+3=15\n", {0: ("12", 2), 3: ("3", 1), 5: ("15", 2)}),
        ("=-1.50 ", {0: ("-1.50", 5)}),
        ("=1,234 =.5 =007 ", {}),  # the DAG would write them with other characters
        ("12=", {}),  # nothing stands before it
        ("=12", {}),  # nobody knows whether it ends here
    ],
)
def test_the_number_that_follows_each_token_is_known_whole(text, expected):
    written = written_numbers(read_numbers(symbols_of(text), grammar_table()), torch.arange(len(text)))
    found = {
        token: (format(Decimal(int(mantissa)).scaleb(-int(scale)), "f"), int(length))
        for token, (mantissa, scale, valid, length) in enumerate(
            zip(*(part[0] for part in written.value), written.length[0], strict=True)
        )
        if valid
    }
    assert found == expected


def test_the_value_loss_is_the_negative_log_of_the_gate_times_the_probability_of_all_that_hit():
    """2 + 2 = 2 * 2 = 4: two of the plans of one step on one number hit, and 2 is the one other result near 4."""
    operand = torch.tensor([1.0, 0.0]).view(1, 1, 1, 2)
    operation = torch.tensor([0.5, 0.1, 0.3, 0.1]).view(1, 1, 1, 4).requires_grad_()
    gate = torch.tensor([[0.4]], requires_grad=True)
    initial = decimals("2").map(lambda part: part.view(1, 1, 1))
    written = written_numbers(read_numbers(symbols_of("=4 "), grammar_table()), torch.arange(3))
    written = type(written)(written.value.map(lambda part: part[:, :1]), written.length[:, :1])

    def loss_of(gate, written, answers=False):
        is_answer = torch.full((1, 1), answers)
        choice = IndependentChoice(PlanLogProbs(operand.log(), operand.log(), operation.log()), OPERATIONS)
        return value_loss(choice, gate, initial, written, is_answer, 1, OPERATIONS, 5, 1)

    loss = loss_of(gate, written)
    no_chance = math.exp(-1 / 4)
    torch.testing.assert_close(loss, -torch.tensor(0.4 * 0.8).log() * no_chance)
    (loss / no_chance).backward()
    torch.testing.assert_close(operation.grad.flatten(), torch.tensor([-1 / 0.8, 0.0, -1 / 0.8, 0.0]))
    torch.testing.assert_close(gate.grad, torch.tensor([[-1 / 0.4]]))

    nothing = written._replace(value=decimals("7").map(lambda part: part.view(1, 1)))
    assert loss_of(gate, nothing) == 0
    assert loss_of(torch.zeros(1, 1), written) == 0
    # An answer is no chance.
    torch.testing.assert_close(loss_of(gate, written, answers=True), -torch.tensor(0.4 * 0.8).log())
