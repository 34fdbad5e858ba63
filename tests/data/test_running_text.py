"""Running text of our own: every number in it is what its expression gives, and every pattern occurs."""

import re
from decimal import Decimal
from itertools import islice

import pytest

from modeling_gpt_dag.data.problems import PlanFormat
from modeling_gpt_dag.data.reasoning import equations_text, exact_value, plan_of
from modeling_gpt_dag.data.running_text import running_texts
from modeling_gpt_dag.data.running_text_patterns import PATTERNS, PLAIN
from modeling_gpt_dag.data.running_text_stories import LEDGERS, STORIES

FORM = PlanFormat(5, 10, ["1", "2", "100", "0.01"], ["add", "identity", "multiply", "subtract", "divide"])
GROUPS = (
    [pattern.name for pattern in PATTERNS + PLAIN]
    + [f"story: {story.name}" for story in STORIES]
    + [f"ledger: {ledger.name}" for ledger in LEDGERS]
)


@pytest.fixture(scope="module")
def texts():
    return list(islice(running_texts("train", seed=5), 2_500))


def test_there_are_more_than_a_hundred_patterns_and_every_one_occurs(texts):
    assert len(GROUPS) == len(set(GROUPS)) > 100
    assert {text.group for text in texts} == set(GROUPS)


def test_a_number_is_computed_in_every_text_that_is_not_plain(texts):
    for text in texts:
        assert bool(text.calculations) != text.group.startswith("plain"), text


def test_a_computed_number_stands_where_it_says_and_is_what_its_expression_gives(texts):
    planned = total = 0
    for text in texts:
        for calculation in text.calculations:
            written = text.text[calculation.start : calculation.end]
            assert Decimal(written) == calculation.value == exact_value(calculation.expression) >= 0, text
            planned += plan_of(text.text, calculation, FORM) is not None
            total += 1
    assert total > 5_000 and planned / total > 0.9


def test_what_reads_as_an_equation_is_right_and_among_the_computed_numbers(texts):
    found = 0
    for text in texts:
        places = {(calculation.start, calculation.end) for calculation in text.calculations}
        for equation in equations_text(text.text).calculations:
            if equation.verdict == "right":
                assert (equation.start, equation.end) in places, text
                found += 1
    assert found > 2_000


def test_the_prompt_comes_first_and_signs_are_written_in_several_ways(texts):
    assert all(text.text.endswith("\n") for text in texts)
    assert 0.05 < sum(text.prompt_length == 0 for text in texts) / len(texts) < 0.2
    joined = "".join(text.text for text in texts)
    for way in (
        r"\d \* \$?\d",
        r"\d\*\$?\d",
        r"\d x \d",
        r"\d × \d",
        r"\d ÷ \d",
        r"\d/\d",
        r"\d\+\d",
        r"\d = \$?\d",
        r"\d=\$?\d",
        r"\d \\times \d",
        r"\d%? of \$?\d",
        r"= \$\d",
        r"\d [a-z]+ \+ \d+ [a-z]+ ?=",
        r"\d,\d{3}",
        r"\* \.\d",
        r"\d times \d+ [a-z]",
    ):
        assert re.search(way, joined), way


def test_training_and_evaluation_never_share_a_text_whatever_their_seeds(texts):
    evaluated = {text.text for seed in (5, 6) for text in islice(running_texts("evaluation", seed), 300)}
    assert len(evaluated) > 500 and not evaluated & {text.text for text in texts}


def test_a_stream_is_seeded():
    first, again, other = (list(islice(running_texts("train", seed), 20)) for seed in (1, 1, 2))
    assert first == again != other
