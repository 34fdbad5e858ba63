"""Fractions inside, rounding where a number is written: against Python's Fraction and Decimal."""

import decimal
import operator
import random
from decimal import Decimal
from fractions import Fraction

import pytest
import torch

from helpers.naive_dag import ONE_OPERAND, Result, Value, apply, counted, plain, significant, step
from helpers.numbers import PAIRWISE, compute, decimals, fractions_of, parts_of, tensor_of, texts, values_of
from modeling_gpt_dag.dag_operations import OPERATIONS, keep_fractions
from modeling_gpt_dag.exact_dag import execute, written_decimals
from modeling_gpt_dag.fraction_tensor import FractionTensor, written
from modeling_gpt_dag.limb_tensor import LimbTensor
from modeling_gpt_dag.plan_search import search_plans

# The share that may have no result although one would fit: what is computed on the way does not, or float64 does not
# tell how to round.
MAY_REFUSE = {"floor_divide": 0.1, "remainder": 0.1, "round": 0.1}


def random_value(generator: random.Random) -> Value:
    digits = generator.choice([1, 2, 3, 6, 9, 18])
    mantissa = generator.randrange(10**digits) * generator.choice([1, 1, -1])
    if generator.random() < 0.5:
        return plain(Decimal(mantissa).scaleb(-generator.choice([0, 0, 1, 2, digits])))
    denominator = generator.choice([3, 6, 7, 9, 11, 49, generator.randrange(1, 10**digits + 1)])
    return counted(Fraction(mantissa, denominator)) or Decimal(1)


def random_pairs(name: str, seed: int, count: int) -> list[tuple[Value, Value]]:
    generator = random.Random(seed)
    pairs = [(random_value(generator), random_value(generator)) for _ in range(count)]
    if name == "exp":
        return [(a if abs(a) < 50 else a % 40, b) for a, b in pairs]
    if name in ("power", "round"):
        return [(a, Decimal(generator.randint(-9, 12))) for a, _ in pairs]
    return pairs


def check(name: str, pairs: list[tuple[Value, Value]], precision: int = 10):
    """What is given is right; what is refused is rare."""
    left, right = (fractions_of(list(side)) for side in zip(*pairs, strict=True))
    names = [name] if keep_fractions([name]) else [name, "divide"]
    result = compute(names, torch.zeros(len(pairs), dtype=torch.long), left, right, precision)
    found = values_of(result)
    flags = result.rounded.tolist()
    expected = [step(name, Result(a), Result(b), precision) for a, b in pairs]
    # float64 does not know the last digit that a rounded result keeps; it is not written.
    told = [
        Result(value, True).written(precision) if flag else value for value, flag in zip(found, flags, strict=True)
    ]
    wanted = [each.written(precision) if each.was_rounded else each.value for each in expected]
    wrong = [
        (pair, value, right)
        for pair, value, flag, right, result in zip(pairs, told, flags, wanted, expected, strict=True)
        if value is not None and (texts([value]), flag) != (texts([right]), result.was_rounded)
    ]
    assert not wrong, wrong[:3]
    given = sum(value is not None for value in found)
    refused = sum(wanted.value is not None for wanted in expected) - given
    assert given > 0.02 * len(pairs) and refused <= MAY_REFUSE.get(name, 0.02) * len(pairs), (given, refused)


@pytest.mark.parametrize("name", PAIRWISE)
def test_an_operation_on_fractions_gives_pythons_result(name):
    check(name, random_pairs(name, 1, 500))


@pytest.mark.slow
@pytest.mark.parametrize("name", PAIRWISE)
def test_an_operation_on_many_fractions_gives_pythons_result(name):
    check(name, random_pairs(name, 2, 10_000))


@pytest.mark.slow
@pytest.mark.parametrize("precision", [1, 5, 12])
@pytest.mark.parametrize("name", ["log", "sqrt", "exp", "log10", "sin", "cos"])
def test_what_is_no_fraction_is_rounded_to_any_precision(name, precision):
    check(name, random_pairs(name, 3, 3_000), precision)


@pytest.mark.parametrize("precision", [1, 4, 10, 16])
def test_fractions_are_written_as_decimal_rounds_them(precision):
    generator = random.Random(precision)
    values = [random_value(generator) for _ in range(1_000)]
    # Near a power of ten, where a digit more or less shows.
    values += [counted(Fraction(10**places * (7**e - 1), 7**e)) for places in range(5) for e in range(1, 15)]
    values += [Fraction(999999999999999998, 7), Fraction(1, 3 * 10**8), Fraction(10**17 + 3, 10**17 + 1)]
    values += [Fraction(999999999999999989, 100000000000000003)]  # 9.9999999999999996
    found = texts(decimals(written(fractions_of(values), precision)))
    assert found == texts([Result(value).written(precision) for value in values])
    assert sum(value is None for value in found) < 400 < sum(isinstance(value, Fraction) for value in values)


@pytest.mark.parametrize(
    ("value", "precision", "expected"),
    [
        (Fraction(100, 3), 10, "33.33333333"),
        (Fraction(2, 3), 10, "0.6666666667"),
        (Fraction(-2, 3), 3, "-0.667"),
        (Fraction(10**6, 7), 3, "143000"),
        (Fraction(29999, 3000), 3, "10.0"),
        (Fraction(1, 3), None, None),
        (Fraction(1, 3 * 10**9), 10, None),
        (Decimal("0.3333333333333333"), 4, "0.3333333333333333"),
    ],
)
def test_written_examples(value, precision, expected):
    assert texts(decimals(written(fractions_of([value]), precision))) == [expected]


NAMES = ["add", "divide", "identity", "multiply", "sqrt", "subtract"]


def run_steps(numbers: list[str], plan: list[tuple[int, int, str]], precision: int | None = 10):
    """The slots as they are written, and which are exact."""
    steps = torch.tensor([(left, right, NAMES.index(name)) for left, right, name in plan]).view(1, 1, 1, -1, 3)
    initial = tensor_of(numbers).pack().view(2, 1, 1, -1)
    slots = execute(initial, steps, NAMES, precision)[:, 0, 0, 0]
    shown = texts(decimals(written_decimals(slots, precision)))
    return shown, FractionTensor.unpack(slots).exact.tolist()


def test_nothing_is_rounded_inside():
    shown, exact = run_steps(["1", "3"], [(0, 1, "divide"), (2, 1, "multiply")])
    assert (shown, exact) == (["1", "3", "0.3333333333", "1"], [True, True, False, True])
    # 1 / 6 * 6 is 1, and 1 / 6 + 1 / 3 is 0.5: a decimal made of fractions ends at its last digit.
    shown, _ = run_steps(["1", "6", "3"], [(0, 1, "divide"), (3, 1, "multiply"), (0, 2, "divide"), (3, 5, "add")])
    assert shown[-3:] == ["1", "0.3333333333", "0.5"]


def test_what_was_rounded_stays_marked_and_is_written_to_no_more_digits():
    shown, exact = run_steps(["2", "8"], [(0, 0, "sqrt"), (2, 1, "multiply"), (3, 0, "subtract")])
    assert shown[2:] == ["1.414213562", "11.31370850", "9.313708499"]  # 11.313708498984 has fourteen digits
    assert exact == [True, True, False, False, False]
    # The second operand of an operation of one operand marks nothing.
    assert run_steps(["4", "2"], [(1, 1, "sqrt"), (0, 2, "sqrt")])[1][-1]


def test_what_is_computed_from_roots_is_right_to_the_last_digit_written():
    generator = random.Random(11)
    plans = {name: [(0, 0, "sqrt"), (1, 1, "sqrt"), (2, 3, name)] for name in ("add", "multiply", "divide")}
    functions = {"add": operator.add, "multiply": operator.mul, "divide": operator.truediv}
    given = 0
    for name, plan in plans.items():
        for _ in range(100):
            numbers = [str(generator.randrange(2, 10**6)) for _ in range(2)]
            (*_, result), (*_, is_exact) = run_steps(numbers, plan)
            with decimal.localcontext(decimal.Context(prec=50)):
                right = functions[name](*(Decimal(number).sqrt() for number in numbers))
            assert is_exact or result == texts([significant(right, 10)])[0], (name, numbers)
            given += not is_exact
    assert given > 250
    # Two rounded numbers have 26 digits together; a quotient by zero stays none.
    assert run_steps(["2", "3"], [(0, 0, "sqrt"), (1, 1, "sqrt"), (2, 3, "multiply")])[0][-1] == "2.449489743"
    plan = [(0, 0, "sqrt"), (1, 1, "sqrt"), (2, 2, "subtract"), (3, 4, "divide")]
    assert run_steps(["2", "3"], plan)[0][-1] is None


def test_without_a_precision_an_endless_result_is_none_and_an_exact_one_is_given():
    shown, exact = run_steps(["1", "3", "9"], [(0, 1, "divide"), (3, 1, "multiply"), (0, 1, "sqrt")], None)
    assert shown[3:] == [None, "1", "1"] and exact[3:] == [False, True, True]
    assert run_steps(["2"], [(0, 0, "sqrt")], None)[0] == ["2", None]


def test_what_overflows_on_the_way_divides_by_nothing():
    """A wrapped product with more than 63 decimals: 10**64 is 0 modulo 2**64."""
    left = fractions_of([Decimal(99_999_999_999_999_901 + 2 * index).scaleb(-17) for index in range(200)])
    right = fractions_of([Decimal(3 * 2**57)] * 200)
    assert values_of(compute(["divide"], torch.zeros(200, dtype=torch.long), left, right)) == [None] * 200


def test_packed_fractions_come_back_and_what_has_no_value_is_nothing():
    values = [Fraction(1, 3), None, Decimal("-0.50"), Fraction(-22, 7)]
    fractions = fractions_of(values)._replace(rounded=torch.tensor([True, False, True, False]))
    packed = fractions.pack()
    assert packed.shape == (3, 4)
    back = FractionTensor.unpack(packed)
    assert values_of(back) == values and back.rounded.tolist() == [True, False, True, False]
    assert back.exact.tolist() == [False, False, False, False]


def test_a_model_without_fractions_computes_as_before():
    """Two parts to a number, and operations that give what they give beside `divide`, bit by bit."""
    names = [name for name in OPERATIONS if not keep_fractions([name])]
    assert {"add", "max", "round", "percent", "gcd"} <= set(names) <= set(OPERATIONS) - {"divide", "power", "sqrt"}
    generator = random.Random(5)
    numbers = [format(plain(Decimal(generator.randrange(-999, 999)).scaleb(-s)), "f") for s in (0, 0, 1, 2)]
    plans = torch.cat([torch.randint(4, (1, 1, 400, 2, 2)), torch.randint(len(names), (1, 1, 400, 2, 1))], -1)
    initial = tensor_of(numbers).pack().view(2, 1, 1, -1)
    slots = execute(initial, plans, names, 10)
    wide = execute(initial, plans, [*names, "divide"], 10)
    assert (slots.shape[0], wide.shape[0]) == (2, 3)
    assert torch.equal(slots[1], wide[1]) and torch.equal((slots[0] * (slots[1] < 19)), (wide[0] * (wide[1] < 19)))


def test_the_precision_is_no_parameter_and_is_chosen_when_a_model_runs(make_model, encode):
    settings = {"dag_depth": 1, "dag_num_values": 2, "dag_operations": ["divide"], "dag_planner": "independent"}
    ids, seen = encode("100/7="), set()
    for precision in (3, 10, None):
        torch.manual_seed(0)
        model = make_model(dag_precision=precision, **settings)
        with torch.no_grad():
            model.model.dag.slot_head.weight.zero_()
            model.model.dag.query.weight.zero_()
            model.model.dag.slot_head.bias.copy_(torch.tensor([0.0, 9.0, 0.0, 9.0, 0.0, 0.0]))
        dag = model(ids, output_dag=True).dag
        last = (dag.values_mantissa[0, -1, -1].item(), dag.values_scale[0, -1, -1].item(), dag.gate[0, -1] > 0)
        seen.add((precision, *map(int, last), bool(dag.values_exact[0, -1, -1])))
        assert not any("precision" in name for name in model.state_dict())
    assert seen == {(3, 143, 1, 1, False), (10, 1428571429, 8, 1, False), (None, 0, 0, 0, False)}


@pytest.mark.parametrize(
    ("operation", "text"),
    [
        ("divide", "0="),
        ("floor_divide", "0="),
        ("remainder", "0="),
        ("power", "0="),
        ("sqrt", "-4="),
        ("log", "-4="),
        ("log10", "0="),
        ("exp", "999="),
        ("gcd", "0.5="),
        ("round", "0.5="),
        ("multiply", "999999999999="),
        ("lcm", "999999999999.5="),
    ],
)
def test_where_an_operation_is_not_defined_or_overflows_the_gate_is_exactly_shut(make_model, encode, operation, text):
    """The number is both operands."""
    model = make_model(dag_depth=1, dag_num_values=1, dag_operations=[operation])
    dag = model(encode(text), output_dag=True).dag
    assert dag.values_mask[0, -1].tolist() == [True, False]
    assert not dag.values_exact[0, -1, 1]
    assert dag.gate[0, -1] == 0


def test_search_finds_what_is_written_rounded():
    def found(numbers: list[str], target: str, depth: int, precision: int | None) -> bool:
        initial = tensor_of(numbers).map(lambda part: part.unsqueeze(0))
        return bool((search_plans(initial, tensor_of([target]), depth, NAMES, 50, precision).weight > 0).any())

    assert found(["100", "3"], "33.33333333", 1, 10) and not found(["100", "3"], "33.33333334", 1, 10)
    assert not found(["100", "3"], "33.33333333", 1, None)
    # Half a unit of four digits is far more than the search's own tolerance.
    assert found(["100", "3"], "33.33", 1, 4) and not found(["100", "3"], "33.34", 1, 4)
    assert found(["2", "1000"], "1414.213562", 2, 10)
    # 1.414213562373 * 1000 - 1414 magnifies the rounding of the root by 7,000.
    assert found(["2", "1000", "1414"], "0.2135623730", 3, 10) and not found(
        ["2", "1000", "1414"], "0.2135623731", 3, 10
    )


def test_operands_of_new_operations_are_ordered_where_the_order_does_not_matter():
    generator = random.Random(9)
    pairs = [(random_value(generator), random_value(generator)) for _ in range(200)]
    for name in PAIRWISE:
        operation = OPERATIONS[name]
        assert operation.operands == (1 if name in ONE_OPERAND else 2)
        ordered = [(apply(name, a, b), apply(name, b, a)) for a, b in pairs]
        if operation.operands == 2:
            # Of equal numbers max keeps the first: 0.50 and 0.5 are told apart by their zeros alone.
            assert operation.commutative == all(one == other for one, other in ordered), name
        assert all(parts_of(one) for one, _ in ordered if one is not None)


def test_behind_a_numerator_a_bar_is_written_unless_the_denominator_is_1(make_model, encode):
    """One plan of four steps, fraction(slot 1, slot 0) and copies: "8/6=" writes "4/", "8/4=" writes "2"."""
    names = ["fraction", "identity"]
    settings = {"dag_depth": 3, "dag_num_values": 2, "dag_operations": names, "dag_planner": "independent"}
    model = make_model(**settings)
    dag = model.model.dag
    with torch.no_grad():
        for weight in (dag.slot_head.weight, dag.query.weight, dag.operation_head.weight):
            weight.zero_()
        # By step, operand and slot; then by step and operation.
        slots = torch.zeros(3, 2, 5)
        slots[0, 0, 1] = slots[0, 1, 0] = slots[1, 0, 2] = slots[2, 0, 3] = 50.0
        dag.slot_head.bias.copy_(slots.flatten())
        dag.operation_head.bias.copy_(torch.tensor([[50.0, 0.0], [0.0, 50.0], [0.0, 50.0]]).flatten())
    written = model.model.number_memory.written_tokens.tolist()
    bar = written.index(encode("/")[0, 0].item())
    for text, number, has_bar in (
        ("8/6=", "4", True),
        ("8/4=", "2", False),
        ("-8/6=", "-4", True),
        ("8/0=", None, False),
    ):
        output = model(encode(text), output_dag=True).dag
        assert output.value_texts(0, -1)[-1] == number and output.fraction_bar[0, -1].item() == has_bar
    embedding = dag.with_end(model.model._symbol_embedding())
    assert len(written) == 13 and len(embedding) == 14
    for text, symbol in (("8/6=4", bar + 1), ("8/4=2", 12)):  # the end stands between "." and the bar
        state = model(encode(text), output_dag=True).dag
        torch.testing.assert_close(state.dag_hidden[0, -1], embedding[symbol])


def test_a_model_that_writes_fractions_needs_a_token_for_the_bar(make_config):
    config = make_config()
    tokens = {name: ids for name, ids in config.number_tokens.items() if name != "/"}
    with pytest.raises(ValueError, match="no token for '/', which the operation 'fraction' writes"):
        make_config(number_tokens=tokens, dag_operations=["fraction"])
    assert make_config(number_tokens=tokens).writes_fractions is False


@pytest.mark.parametrize(("keeps", "text"), [(True, "0.10"), (False, "0.1")])
def test_trailing_zeros_are_written_or_not(make_model, encode, keeps, text):
    for names in (["multiply"], ["multiply", "divide"]):  # decimals, fractions
        model = make_model(dag_depth=1, dag_num_values=2, dag_operations=names, dag_trailing_zeros=keeps)
        initial = tensor_of(["0.5", "0.2"]).pack().view(2, 1, 1, -1)
        slots = execute(initial, torch.tensor([0, 1, 0]).view(1, 1, 1, 1, 3), names, 10)
        assert written_decimals(slots[..., -1], 10, trailing_zeros=keeps).texts() == [text]
        assert model.model.dag.trailing_zeros is keeps
    limbs = LimbTensor.constants(["0.10"], 40).pack()
    assert written_decimals(limbs, 10, 40, keeps).texts() == [text]
    found = search_plans(
        tensor_of(["0.5", "0.2"]).map(lambda part: part.unsqueeze(0)),
        tensor_of([text]),
        1,
        ["multiply"],
        9,
        10,
        trailing_zeros=keeps,
    )
    assert found.weight.gt(0).any()
