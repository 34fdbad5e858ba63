"""The hand-written control: complete in notation, a few key words in language."""

import pytest

from modeling_gpt_dag.data.arguments import TaskArguments
from modeling_gpt_dag.data.tasks import evaluation_problems
from modeling_gpt_dag.evaluation.regex_solver import solve


@pytest.mark.parametrize(
    ("prompt", "answer"),
    [
        ("1234567890*7=", "8641975230"),
        ("12-345=", "-333"),
        ("3-3*0=", "3"),
        ("2+3*4-5=", "9"),
        ("(2+3)*(4-5)=", "-5"),
        ("10-(3-2)=", "9"),
        ("0.1+0.2=", "0.3"),
        ("-5+3=", "-2"),
        ("99999999999999999*9=", "899999999999999991"),
        ("-0*5=", "0"),
        ("2+=", None),
        ("(2+3=", None),
        ("What is 3 plus 4? ", "7"),
        ("What is 3 plus 4 times 5? ", "23"),
        ("Subtract 3 from 10: ", "7"),
        ("Take 3 away from 10: ", "7"),
        ("Ann had 12 pens and lost 5. Now Ann has ", "7"),
        ("The product of 12 and 3 is ", "36"),
        ("Twice 21 is ", "42"),
        ("One pays $12.50 and spent $2.25. Left: $", "10.25"),
        ("See page 3 of chapter 4.\n", None),
        ("Hello", None),
    ],
)
def test_the_rules_give_the_decimal_text(prompt, answer):
    assert solve(prompt) == answer


@pytest.mark.parametrize(
    "task",
    [TaskArguments(), TaskArguments(task="expressions", parentheses_share=0.5)],
    ids=["arithmetic", "expressions with parentheses"],
)
def test_notation_is_solved_without_exception(task):
    problems = evaluation_problems(task, 50, seed=3, digits=[1, 4, 7])
    assert len(problems) == 50 and all(solve(problem.prompt) == problem.answer for problem in problems)


def test_language_is_beyond_key_words():
    problems = evaluation_problems(TaskArguments(task="wordings"), 100, seed=3, digits=[2])
    right = sum(solve(problem.prompt) == problem.answer for problem in problems)
    assert 30 < right < 80
