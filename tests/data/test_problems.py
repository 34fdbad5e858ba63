"""Generated problems: right answers, right plans, seeded, split by what is computed and not by how it is written."""

import ast
import re
import string
from decimal import Decimal
from itertools import count, islice

import pytest

from helpers.naive_dag import readable_numbers, run_plan
from modeling_gpt_dag.data.problems import Expression, PlanFormat, Problem, arithmetic_problems, distinct
from modeling_gpt_dag.data.templates import HELD_OUT, ITEMS, NAMES, PLAIN_CLAUSES, PLAIN_HELD_OUT, THINGS
from modeling_gpt_dag.data.wordings import TRAINING, plain_lines, wording_problems

OPERATIONS = ["add", "identity", "multiply", "subtract"]
FORM = PlanFormat(depth=3, num_values=5, constants=["2"], operations=OPERATIONS)
STREAMS = {
    "precedence": lambda seed: arithmetic_problems("train", seed, num_operators=[1, 2, 3]),
    "parentheses": lambda seed: arithmetic_problems("train", seed, num_operators=[2, 3], parentheses_share=1.0),
    "wordings": lambda seed: wording_problems("train", seed),
    "held-out wordings": lambda seed: wording_problems("train", seed, held_out=True),
}
ONE_PLUS_TWO_TIMES_THREE = Problem("1+2*3=", ("1", "2", "3"), ("add", 0, ("multiply", 1, 2)), "")


@pytest.mark.parametrize("parentheses", [0.0, 1.0])
def test_expressions_are_written_as_they_are_computed(parentheses):
    generator = arithmetic_problems("train", seed=3, num_operators=[1, 2, 3], parentheses_share=parentheses)
    for problem in islice(generator, 200):
        assert problem.answer == str(eval(problem.prompt.rstrip("=")))
        assert list(problem.numbers) == re.findall(r"\d+", problem.prompt)


def parsed(text: str) -> Expression:
    """The expression as Python reads it: in the same order of evaluation, numbers by the order in which they stand."""
    names = {ast.Add: "add", ast.Sub: "subtract", ast.Mult: "multiply"}
    places = count()

    def expression(node: ast.expr) -> Expression:
        if isinstance(node, ast.Constant):
            return next(places)
        return names[type(node.op)], expression(node.left), expression(node.right)

    return expression(ast.parse(text, mode="eval").body)


def without_each_pair(text: str) -> list[str]:
    """The text without one of its pairs of parentheses, for each of them."""
    others, opened = [], []
    for place, character in enumerate(text):
        if character == "(":
            opened.append(place)
        elif character == ")":
            start = opened.pop()
            others.append(text[:start] + text[start + 1 : place] + text[place + 1 :])
    return others


def test_parentheses_stand_where_the_order_of_evaluation_needs_them_and_nowhere_else():
    """a+(b+c) too: the order is kept even where the sum would be the same."""
    problems = list(islice(arithmetic_problems("train", 3, num_operators=[3], parentheses_share=1.0), 300))
    for problem in problems:
        text = problem.prompt.rstrip("=")
        assert parsed(text) == problem.expression
        for other in without_each_pair(text):
            assert parsed(other) != problem.expression, text
    assert 0.4 < sum("(" in problem.prompt for problem in problems) / 300 < 0.9


@pytest.mark.parametrize("stream", STREAMS)
def test_plans_compute_the_answer(stream):
    for problem in islice(STREAMS[stream](5), 200):
        plan = [(left, max(right, 0), OPERATIONS[operation]) for left, right, operation in problem.plan(FORM)]
        slots = [Decimal(number) for number in reversed(problem.numbers)]
        slots += [None] * (5 - len(slots)) + [Decimal(2)]
        assert len(plan) == 3 and run_plan(slots, plan, size=6)[-1] == Decimal(problem.answer)


@pytest.mark.parametrize(
    ("form", "message"),
    [
        (PlanFormat(1, 5, [], OPERATIONS), "needs 2 steps"),
        (PlanFormat(3, 2, [], OPERATIONS), "needs 3 numbers"),
        (PlanFormat(2, 5, [], ["add"]), "needs the operation multiply"),
    ],
)
def test_a_plan_that_does_not_fit_the_model_is_refused(form, message):
    with pytest.raises(ValueError, match=rf"'1\+2\*3=' {message}"):
        ONE_PLUS_TWO_TIMES_THREE.plan(form)


def test_a_plan_that_needs_another_constant_is_refused():
    with pytest.raises(ValueError, match="needs the constant 2"):
        Problem("twice 3 is ", ("3",), ("multiply", 0, "2"), "").plan(FORM._replace(constants=["100"]))


def test_problems_that_compute_the_same_are_on_the_same_side_however_they_are_written():
    for a in range(12):
        for b in range(12):
            numbers = (str(a), str(b))
            sides = {
                Problem("", numbers, ("add", 0, 1), "").split,
                Problem("", numbers[::-1], ("add", 0, 1), "").split,
                Problem("", ("99", *numbers), ("add", 2, 1), "").split,
            }
            assert len(sides) == 1


@pytest.mark.parametrize("stream", STREAMS)
def test_the_same_seed_gives_the_same_problems_and_another_seed_others(stream):
    first, again, other = (list(islice(STREAMS[stream](seed), 50)) for seed in (5, 5, 6))
    assert first == again != other


def test_options_are_followed():
    problems = list(islice(arithmetic_problems("train", 0, operators="-", digits=[3], num_operators=[2]), 50))
    assert all(re.fullmatch(r"\d{3}-\d{3}-\d{3}=", problem.prompt) for problem in problems)


def test_distinct_problems_are_few_where_there_are_few():
    problems = distinct(arithmetic_problems("evaluation", 0, operators="+", digits=[1]), 500)
    assert 0 < len(problems) == len({problem.prompt for problem in problems}) < 40


def test_problems_without_an_exact_value_are_recognised():
    def product(*numbers: int) -> Problem:
        return Problem("", tuple(map(str, numbers)), ("multiply", 0, 1), "")

    assert product(10**9, 10**8).has_answer and not product(10**9, 10**9).has_answer
    inner = Problem("", (str(10**9), str(10**9), "1"), ("subtract", ("multiply", 0, 1), 2), "")
    assert not inner.has_answer


def test_operands_are_negative_in_the_share_asked_for():
    problems = list(islice(arithmetic_problems("train", 3, num_operators=[1, 2], negative_operand_share=0.3), 500))
    numbers = [number for problem in problems for number in problem.numbers]
    assert 0.25 < sum(number.startswith("-") for number in numbers) / len(numbers) < 0.35
    assert all(problem.answer == str(eval(problem.prompt.rstrip("="))) for problem in problems)
    asked = list(islice(wording_problems("train", 3, negative_operand_share=1.0), 500))

    def about_things(problem: Problem) -> bool:
        return re.search(r"[$]|costs|packs|Left over", problem.prompt) is not None

    assert sum(map(about_things, asked)) > 100
    for problem in asked:
        negative = [number.startswith("-") for number in problem.numbers]
        assert not any(negative) or not about_things(problem)
    assert sum("-" in problem.prompt for problem in asked) > 100
    with pytest.raises(ValueError, match="negative_operand_share=2"):
        wording_problems("train", 0, negative_operand_share=2)


def test_negative_zero_is_zero():
    assert Problem("", ("0", "-3"), ("multiply", 0, 1), "").answer == "0"


def test_expressions_as_people_write_them_are_read_as_they_were_meant():
    options = {"num_operators": [1, 2], "parentheses_share": 0.3, "negative_operand_share": 0.1}
    stream = arithmetic_problems("train", 0, "+-*/", **options, decimal_share=0.3, notation_share=0.8)
    problems = list(islice(stream, 600))
    for problem in problems:
        assert readable_numbers(problem.prompt)[::-1] == [Decimal(number) for number in problem.numbers], (
            problem.prompt
        )
    text = "".join(problem.prompt for problem in problems)
    assert all(sign in text for sign in ("×", "÷", " x ", " * ", "$", ",", " = ", ": "))
    single = [problem for problem in problems if problem.group == "1 operator" and problem.expression[0] == "divide"]
    answers = [problem.answer for problem in single if problem.has_answer]
    rounded = [answer for answer in answers if len(answer.replace(".", "").lstrip("-0")) == 10]
    assert len(answers) > 60 and 15 < len(rounded) < len(answers) - 15
    assert any(Decimal(each.numbers[1]) == 0 for each in single if not each.has_answer)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"operators": "+^"}, "operators="),
        ({"notation_share": 2}, "notation_share="),
        ({"decimal_share": -1}, "decimal_share="),
        ({"operators": ""}, "operators="),
        ({"digits": [0]}, "digits="),
        ({"num_operators": [0]}, "num_operators="),
        ({"parentheses_share": 1.5}, "parentheses_share="),
    ],
)
def test_impossible_options_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        arithmetic_problems("train", 0, **options)


def test_templates_are_as_many_as_promised_and_evaluated_ones_are_in_no_training():
    training, held_out = ({template.text for template in templates} for templates in (TRAINING, HELD_OUT))
    assert len(training) == len(TRAINING) >= 40 and len(held_out) == len(HELD_OUT) >= 15
    assert not training & held_out
    # Sentences differ where their templates do: no template has a word from a list that another may draw.
    drawn = {*NAMES, *THINGS, *ITEMS}
    plain = [*PLAIN_CLAUSES, *PLAIN_HELD_OUT]
    for text in [*training, *held_out, *(template.ending for template in TRAINING + HELD_OUT), *plain]:
        literals = " ".join(literal for literal, *_ in string.Formatter().parse(text))
        assert not drawn & set(re.findall(r"\w+", literals)), text


def test_sentences_of_the_evaluation_never_occur_in_training_whatever_their_numbers():
    def sentences(stream) -> set[str]:
        return {re.sub(r"\d+", "#", text) for text in islice(stream, 1000)}

    asked, held_out = (
        sentences(problem.prompt for problem in wording_problems("train", 0, held)) for held in (False, True)
    )
    assert len(held_out) >= 24 and not asked & held_out
    assert not sentences(plain_lines(0)) & sentences(plain_lines(0, held_out=True))


def test_words_of_a_prompt_that_a_model_reads_move_its_numbers_to_other_slots():
    problem = Problem("5 is two times 3 and ", ("5", "3"), ("multiply", 0, 1), "")
    assert problem.plan(FORM)[0] == (1, 0, OPERATIONS.index("multiply"))
    assert problem.plan(FORM._replace(words=["cardinals"]))[0] == (2, 0, OPERATIONS.index("multiply"))
    for held_out in (False, True):
        for each in islice(wording_problems("train", 0, held_out), 100):
            each.plan(
                PlanFormat(3, 8, ["2", "1", "3"], ["add", "identity", "multiply", "subtract", "divide"], ["one"])
            )


def test_the_numbers_of_a_wording_are_those_of_its_text():
    for held_out in (False, True):
        for problem in islice(wording_problems("train", 0, held_out), 300):
            assert list(problem.numbers) == re.findall(r"\d+(?:\.\d+)?", problem.prompt)


def test_plain_lines_differ_and_are_seeded():
    first, again, other = (list(islice(plain_lines(seed), 50)) for seed in (5, 5, 6))
    assert first == again != other and len(set(first)) > 40
    assert all(re.search(r"\d", line) and line.endswith("\n") for line in first)


@pytest.mark.parametrize(
    ("expression", "numbers", "answer"),
    [
        (("divide", 0, 1), ("100", "3"), "33.33333333"),
        (("multiply", ("divide", 0, 1), 1), ("1", "3"), "1"),
        (("divide", 0, 1), ("12.50", "4"), "3.125"),
        (("add", 0, 1), ("12.30", "4.50"), "16.80"),
        (("add", ("divide", 0, 1), ("divide", 0, 2)), ("1", "3", "6"), "0.5"),
        (("mean", 0, 2), ("1", "1", "2"), "1.333333333"),
        (("divide", 0, 1), ("2", "3"), "0.6666666667"),
    ],
)
def test_quotients_are_exact_inside_and_rounded_where_they_are_written(expression, numbers, answer):
    problem = Problem("", numbers, expression, "")
    assert problem.has_answer and problem.answer == answer


@pytest.mark.parametrize(
    ("expression", "numbers"),
    [
        (("divide", 0, 1), ("1", "0")),
        (("divide", 0, 1), ("1", "999999999999999999")),  # more than 18 decimals
        (("add", ("divide", 0, 1), ("divide", 0, 2)), ("1", "999999999989", "999999999961")),
    ],
)
def test_what_exact_numerics_cannot_hold_or_write_has_no_answer(expression, numbers):
    assert not Problem("", numbers, expression, "").has_answer


def test_numbers_of_more_digits_have_answers_where_the_model_has_as_many():
    problem = Problem("", ("9" * 30, "1"), ("add", 0, 1), "")
    assert not problem.has_answer and not problem.has_answer_within(30) and problem.has_answer_within(31)
