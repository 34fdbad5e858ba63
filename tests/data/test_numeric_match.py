"""Numbers in answers: exact decimals, found in text."""

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from modeling_gpt_dag.data.numeric_match import is_numeric_match, number_in, parse_answer, parse_number


@pytest.mark.parametrize(
    ("prediction", "reference", "hit"),
    [
        ("8", "8.0", True),
        ("$1,234.50 in all", "1234.5", True),
        ("-$3", "-3", True),
        ("\u22123", "-3", True),
        (".5", "0.50", True),
        ("80", "8", False),
        ("8.0000000000000000001", "8", False),
        ("9007199254740993", "9007199254740992", False),  # equal as floats
        ("3", "-3", False),
        ("none", "8", False),
        ("", "0", False),
    ],
)
def test_numbers_are_compared_as_exact_decimals(prediction, reference, hit):
    assert is_numeric_match(prediction, reference) is hit


def test_a_benchmark_may_allow_a_difference():
    assert is_numeric_match("0.3334", "0.3333", tolerance=1e-4)
    assert not is_numeric_match("0.3335", "0.3333", tolerance=1e-4)
    assert not is_numeric_match("none", "0", tolerance=1)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("7 of 12.", "7", "12"),
        ("9-4", "9", "4"),
        ("(2)-1", "2", "1"),
        ("No.5", "5", "5"),
        ("1,2345", "1", "2345"),
        ("12,000,000 people", "12000000", "12000000"),
        ("x = -6.25\n", "-6.25", "-6.25"),
    ],
)
def test_the_first_and_the_last_number_of_a_text_are_found(text, first, last):
    assert number_in(text) == Decimal(first) and number_in(text, "last") == Decimal(last)


def test_another_choice_of_number_is_refused():
    with pytest.raises(ValueError, match="answer_number='second': must be 'first' or 'last'"):
        number_in("1", "second")


@pytest.mark.parametrize("text", ["", "1/2", "8 apples", "1 2", "nan", "1,23"])
def test_a_reference_that_is_no_number_is_refused(text):
    with pytest.raises(ValueError, match="is no number"):
        parse_number(text)


@pytest.mark.slow
def test_the_metric_loads_without_network_and_agrees_with_the_package(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    code = """
import evaluate
metric = evaluate.load("metrics/numeric_exact_match")
texts = {"predictions": ["$1,234.50 in all", "80", "1 or 2"], "references": ["1234.5", "8", "2"]}
print(metric.compute(**texts), metric.compute(**texts, answer_number="last"))
"""
    root = Path(__file__).parents[2]
    process = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert process.stdout == f"{ {'numeric_exact_match': 1 / 3} } { {'numeric_exact_match': 2 / 3} }\n"


@pytest.mark.parametrize(
    ("prediction", "reference", "matches"),
    [
        ("-4/3\n", "-4/3", True),
        ("-8/6\n", "-4/3", True),
        ("It is 4/3.", "4/3", True),
        ("4/3\n", "-4/3", False),
        ("4\n", "4/3", False),
        ("8/2\n", "4", False),  # the first number is 8
        ("8/2\n", "8", True),
        ("1/0\n", "1/2", False),
        ("0.5\n", "1/2", True),
    ],
)
def test_a_reference_may_be_a_fraction(prediction, reference, matches):
    assert is_numeric_match(prediction, reference) is matches


@pytest.mark.parametrize("text", ["1/0", "1/", "/2", "1.5/2", "1/2/3", "a/b"])
def test_what_is_neither_a_number_nor_a_fraction_is_refused(text):
    with pytest.raises(ValueError, match="is no number|divides by zero"):
        parse_answer(text)
