"""Running text of our own: every number in it is what its expression gives, and every pattern occurs."""

import re
from collections import Counter
from decimal import Decimal
from itertools import islice

import pytest

from modeling_gpt_dag.data.problems import PlanFormat
from modeling_gpt_dag.data.reasoning import equations_text, plan_of
from modeling_gpt_dag.data.running_text import PATTERNS, running_texts

FORM = PlanFormat(3, 5, ["1", "2", "100", "0.01"], ["add", "identity", "multiply", "subtract", "divide"])


@pytest.fixture(scope="module")
def texts():
    return list(islice(running_texts("train", seed=5), 1_000))


def test_every_pattern_occurs_and_those_of_plain_text_compute_nothing(texts):
    counts = Counter(text.group for text in texts)
    assert counts.keys() == {pattern.name for pattern in PATTERNS} and min(counts.values()) > 5
    for text in texts:
        assert bool(text.calculations) != text.group.startswith("plain")


def test_a_computed_number_stands_where_it_says_and_a_plan_gives_it(texts):
    checked = 0
    for text in texts:
        for calculation in text.calculations:
            assert Decimal(text.text[calculation.start : calculation.end]) == calculation.value >= 0
            assert plan_of(text.text, calculation, FORM) is not None, text
            checked += 1
    assert checked > 1_000


def test_what_reads_as_an_equation_is_right_and_among_the_computed_numbers(texts):
    found = 0
    for text in texts:
        places = {(calculation.start, calculation.end) for calculation in text.calculations}
        for equation in equations_text(text.text).calculations:
            assert equation.verdict == "right" and (equation.start, equation.end) in places, text
            found += 1
    assert found > 500


def test_the_prompt_comes_first_and_signs_are_written_in_several_ways(texts):
    assert all(text.text[: text.prompt_length].endswith("\n") and text.text.endswith("\n") for text in texts)
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
    ):
        assert re.search(way, joined), way


def test_training_and_evaluation_never_share_a_text_whatever_their_seeds(texts):
    evaluated = {text.text for seed in (5, 6) for text in islice(running_texts("evaluation", seed), 300)}
    assert len(evaluated) > 500 and not evaluated & {text.text for text in texts}


def test_a_stream_is_seeded():
    first, again, other = (list(islice(running_texts("train", seed), 20)) for seed in (1, 1, 2))
    assert first == again != other
