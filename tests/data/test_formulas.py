"""Formulas: what is written is what is meant, every operation occurs, and the reader reads their numbers."""

import math
import re
from decimal import Decimal
from itertools import islice

import pytest
import torch

from modeling_gpt_dag.dag_operations import OPERATIONS
from modeling_gpt_dag.data.formulas import CONSTANTS, FORMULAS, formula_problems
from modeling_gpt_dag.data.number_places import numbers_of
from modeling_gpt_dag.data.problems import Expression, PlanFormat, Problem
from modeling_gpt_dag.decimal_tensor import DecimalTensor
from modeling_gpt_dag.exact_dag import execute, written_decimals

NAMES = [name for name in OPERATIONS if OPERATIONS[name].over_range is None]
FORM = PlanFormat(6, 8, CONSTANTS, NAMES)


def first_place(expression: Expression) -> int:
    """Of the first number in an expression."""
    while isinstance(expression, tuple):
        expression = expression[1]
    return expression


@pytest.fixture(scope="module")
def problems() -> list[Problem]:
    return list(islice(formula_problems("train", seed=3), 6_000))


def test_every_formula_and_every_length_occurs_and_most_have_an_answer_and_a_plan(problems):
    groups = {formula.group for formula in FORMULAS} | {f"{count} operators" for count in (2, 3, 4, 5, 6)}
    assert {problem.group for problem in problems} == groups and len(groups) > 30
    answered = [problem for problem in problems if problem.has_answer]
    assert len(answered) > 0.9 * len(problems)
    names = set()
    for problem in answered:
        plan = problem.plan(FORM)
        names |= {NAMES[operation] for _, _, operation in plan}
    assert names == set(NAMES) - {"fraction", "denominator"}


def test_the_reader_reads_the_numbers_that_a_formula_counts_on(problems):
    for problem in problems[:2_000]:
        read = [place.value for place in numbers_of(problem.prompt + "=")]
        assert None not in read, problem
        assert [Decimal(str(number)) for number in read] == list(map(Decimal, problem.numbers)), problem


def test_long_expressions_mean_what_python_computes(problems):
    checked = 0
    for problem in problems:
        written = re.search(r"[(\d-][-+*/()\d×÷ ]*[\d)]", problem.prompt)
        if problem.group.endswith("operators") and problem.has_answer and written:
            source = written.group().replace("×", "*").replace("÷", "/")
            assert math.isclose(eval(source), float(problem.answer), rel_tol=1e-9), problem  # noqa: S307
            checked += 1
    assert checked > 1_000


@pytest.mark.parametrize(
    ("group", "function"),
    [
        ("square root", math.sqrt),
        ("exp", math.exp),
        ("log", math.log),
        ("log10", math.log10),
        ("sin", math.sin),
        ("cos", math.cos),
        ("tan", math.tan),
        ("sin of degrees", lambda a: math.sin(math.radians(a))),
        ("cos of pi", lambda a: math.cos(math.pi * a)),
        ("abs", abs),
    ],
)
def test_functions_mean_what_python_computes(problems, group, function):
    chosen = [problem for problem in problems if problem.group == group and problem.has_answer]
    assert len(chosen) > 20
    for problem in chosen:
        expected = function(float(problem.numbers[first_place(problem.expression)]))
        assert math.isclose(expected, float(problem.answer), rel_tol=1e-6, abs_tol=1e-8), problem


def test_answers_are_what_the_plans_write_when_they_are_executed(problems):
    answered = [problem for problem in problems[:3_000] if problem.has_answer]
    initial, plans = [], []
    for problem in answered:
        numbers = [place.value for place in problem.read([])][:8]
        texts = [format(Decimal(str(number)), "f") for number in numbers] + ["0"] * (8 - len(numbers))
        initial.append(DecimalTensor.constants([*texts, *CONSTANTS]).pack())
        plans.append([(one, other if other >= 0 else one, operation) for one, other, operation in problem.plan(FORM)])
    slots = execute(torch.stack(initial, 1).unsqueeze(2), torch.tensor(plans)[:, None, None], NAMES, precision=10)
    written = written_decimals(slots[:, :, 0, 0, -1], 10).texts()
    wrong = [
        (each.prompt, each.answer, text) for each, text in zip(answered, written, strict=True) if each.answer != text
    ]
    assert not wrong, (len(wrong), wrong[:5])


def test_what_stands_in_a_formula_twice_is_computed_once():
    degrees = ("divide", ("multiply", 0, CONSTANTS[0]), "180")
    tangent = ("divide", ("sin", degrees, degrees), ("cos", degrees, degrees))
    problem = Problem("tan(30 degrees) = ", ("30",), tangent, "tan of degrees")
    names = [NAMES[operation] for _, _, operation in problem.plan(FORM)]
    assert names == ["multiply", "divide", "sin", "cos", "divide", "identity"]
    assert problem.answer.startswith("0.57735026")


def test_training_and_evaluation_share_no_problem(problems):
    evaluated = {problem.prompt for problem in islice(formula_problems("evaluation", seed=3), 1_000)}
    assert not evaluated & {problem.prompt for problem in problems}
