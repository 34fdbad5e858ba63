"""Plans of questions that come with their answer alone: exactly those that the prompt or the answer tells."""

import pytest

from modeling_gpt_dag.data.answered_plans import with_plans, written_expression
from modeling_gpt_dag.data.number_places import numbers_of
from modeling_gpt_dag.data.problems import PlanFormat
from modeling_gpt_dag.data.tasks import Line

NAMES = ["identity", "add", "subtract", "multiply", "divide", "fraction", "denominator", "gcd"]
FORM = PlanFormat(3, 4, ["1"], NAMES)


def steps(prompt: str, answer: str, form: PlanFormat = FORM) -> list[list[tuple[int, int, str]]]:
    """The steps of each plan but for copies, operations by name."""
    (line,) = with_plans([Line(prompt, answer, "\n")], form)
    plans = [plan for plan in (line.plan, line.denominator_plan) if plan is not None]
    named = [[(left, right, form.operations[operation]) for left, right, operation in plan] for plan in plans]
    return [[step for step in plan if step[2] != "identity"] for plan in named]


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("What is -6 - (-7 + 3)? ", ("subtract", 0, ("add", 1, 2))),
        ("Calculate (-1)/(-15)*(25 - 28). ", ("multiply", ("divide", 0, 1), ("subtract", 2, 3))),
        ("3 x 4 − 5 = ", ("subtract", ("multiply", 0, 1), 2)),
        ("3 ÷ 4, that is ", ("divide", 0, 1)),
        ("3 -4 ", None),  # the reader sees -4
        ("-(3 + 4) ", None),
        ("3 + 4 and 5 + 6 ", None),
        ("Add 3 and 4. ", None),
        ("3 + ", None),
    ],
)
def test_an_expression_is_found_where_a_prompt_writes_one(text, expression):
    assert written_expression(text, numbers_of(text)) == expression


@pytest.mark.parametrize(
    ("prompt", "answer", "expected"),
    [
        ("What is 2 + 3*4? ", "14", [[(1, 0, "multiply"), (2, 5, "add")]]),
        ("Add 24 and 4.5. ", "28.5", [[(0, 1, "add")]]),
        ("Take 24 from 4.5. ", "-19.5", [[(0, 1, "subtract")]]),
        # Two operations give it, and none does.
        ("2 and 2 make ", "4", []),
        ("Add 24 and 4.5. ", "29", []),
        # Numbers of the same value are one.
        ("Put 6 to 6: ", "12", [[(0, 1, "add")]]),
        # A quotient is a fraction, whatever it is; behind the bar its numerator is one more number.
        ("Divide 8 by -6. ", "-4/3", [[(1, 0, "fraction")], [(2, 1, "denominator")]]),
        ("Divide 35 by -7. ", "-5", [[(1, 0, "fraction")]]),
        ("What is 1/2 + 3? ", "7/2", [[(2, 1, "divide"), (5, 0, "add"), (6, 4, "fraction")]]),
        ("What is 5/2? ", "2.5", [[(1, 0, "divide")]]),
        ("What is 5/0? ", "0", []),
        ("What is 1 + 2 + 3 + 4 + 5? ", "15", []),  # five numbers
        ("1,23 + 4 ", "5", []),  # a number that is not read
    ],
)
def test_a_plan_is_labelled_where_prompt_and_answer_tell_one(prompt, answer, expected):
    found = steps(prompt, answer)
    assert found[: len(expected)] == expected and bool(found) == bool(expected)


def test_questions_in_the_same_words_ask_for_the_same():
    """Each pair has several operations that give its answer; one gives all."""
    form = PlanFormat(2, 4, [], ["identity", "add", "subtract", "multiply", "abs", "gcd"])
    questions = [
        ("Which is {} @ {}? ", "2 2 4"),
        ("Which is {} @ {}? ", "3 2 6"),
        ("How far is {} from {}? ", "3 8 5"),
    ]
    questions += [("How far is {} from {}? ", "9 2 7"), ("Take {} and {}. ", "4 2 2"), ("Take {} and {}. ", "9 3 12")]
    lines = []
    for words, numbers in questions:
        left, right, answer = numbers.split()
        lines.append(Line(words.format(left, right), answer, "\n"))
    plans = [line.plan for line in with_plans(lines, form)]
    names = [None if plan is None else [form.operations[operation] for _, _, operation in plan] for plan in plans]
    product, distance = ["multiply", "identity"], ["subtract", "abs"]
    # Nothing gives both answers of the last pair, so each stands for itself: 4 - 2 or the divisor, and 9 + 3.
    assert names == [product, product, distance, distance, None, ["add", "identity"]]


def test_without_the_operation_fractions_are_not_labelled():
    form = PlanFormat(2, 4, [], ["identity", "divide"])
    assert steps("Divide 8 by 6. ", "4/3", form) == [] and steps("Divide 8 by 4. ", "2", form) == [[(1, 0, "divide")]]


def test_the_plans_stand_at_the_characters_that_they_write():
    (line,) = with_plans([Line("Divide 8 by -6. ", "-4/3", "\n")], FORM)
    assert [(first, end) for first, end, _ in line.plans()] == [(0, 3), (3, 5)]  # "-4/", "3" and the end
    assert [plan for _, _, plan in line.plans()] == [line.plan, line.denominator_plan]
    assert Line("1+1=", "2", "\n").plans() == []


def test_many_lines_are_read_as_each_alone():
    questions = [(f"What is {a}*{b} - {a}? ", str(a * b - a)) for a in range(2, 50) for b in range(2, 30)]
    lines = [Line(prompt, answer, "\n") for prompt, answer in questions]
    together = with_plans(lines, FORM)
    assert all(line.plan is not None for line in together)
    assert together[::97] == [with_plans([line], FORM)[0] for line in lines[::97]]


def test_where_no_operation_is_to_be_searched_nothing_is_labelled():
    assert steps("Add 24 and 4.5. ", "28.5", PlanFormat(1, 4, [], ["identity"])) == []
    assert with_plans([], FORM) == [] and steps("How many? ", "3") == []
