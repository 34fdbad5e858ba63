"""Variants of questions: the equation with the new numbers gives the new answer, as whole as the old one."""

import random
from fractions import Fraction

import pytest

from modeling_gpt_dag.data.number_places import numbers_of
from modeling_gpt_dag.data.question_variants import tidy, varied
from modeling_gpt_dag.data.reasoning import fraction_value, leaves


@pytest.mark.parametrize(
    ("question", "equation"),
    [
        ("Ida had 52 kites and 7 balls. She sold 9 kites. How many kites are left?", ("subtract", "52.0", "9.0")),
        ("there are 24 jars on 6 shelves . how many jars are on a shelf ?", ("divide", "24", "6")),
        ("A pen costs 3 dollars, a cap 8. What do 4 pens and a cap cost?", ("add", ("multiply", "4", "3"), "8")),
    ],
)
def test_the_equation_gives_the_answer_over_numbers_of_the_new_text(question, equation):
    generator = random.Random(3)
    texts = set()
    for _ in range(200):
        variant = varied(question, equation, generator)
        assert variant is not None
        text, changed, value = variant
        read = {Fraction(number.value) for number in numbers_of(text) if number.value is not None}
        assert {Fraction(leaf) for leaf in leaves(changed)} <= read, text
        assert value == fraction_value(changed) > 0 and value.denominator == 1
        texts.add(text)
    assert len(texts) > 150


def test_a_fact_that_does_not_matter_is_added_behind_the_first_sentence_and_not_where_all_is_asked_for():
    generator = random.Random(4)
    left = "Ida had 52 kites. She sold 9. How many kites are left?"
    all_of_them = "Ida had 52 kites. Ben had 9. How many kites did they have altogether?"
    variants = [varied(left, ("subtract", "52", "9"), generator) for _ in range(300)]
    longer = [text for text, _, _ in variants if len(numbers_of(text)) == 3]
    assert 100 < len(longer) < 200
    assert all(text.startswith("Ida had") and text.endswith("How many kites are left?") for text in longer)
    variants = [varied(all_of_them, ("add", "52", "9"), generator) for _ in range(100)]
    assert all(len(numbers_of(text)) == 2 for text, _, _ in variants)


@pytest.mark.parametrize(
    ("question", "equation"),
    [
        ("In 1999 it had 1 door. How many doors?", ("multiply", "1999", "1")),  # a year, and one thing
        ("It takes 0.5 kg and 0.25 kg. How much?", ("add", "0.5", "0.25")),  # below 1, as shares are
        ("He has 3 hats. How many?", "3"),  # nothing is computed
    ],
)
def test_what_has_no_variant_has_none(question, equation):
    assert varied(question, equation, random.Random(5)) is None


def test_decimals_stay_as_many():
    generator = random.Random(9)
    for _ in range(50):
        text, expression, value = varied(
            "A pen costs $3.50 and a cap $12.25. What do both cost?", ("add", "3.50", "12.25"), generator
        )
        pen, cap = [number.value for number in numbers_of(text)][:2]
        assert expression == ("add", pen, cap) and len(pen.split(".")[1]) == len(cap.split(".")[1]) == 2
        assert value == Fraction(pen) + Fraction(cap)


def test_other_years_are_not_drawn_and_numbers_stay_apart():
    generator = random.Random(6)
    for _ in range(50):
        text, _, _ = varied(
            "In 1999 Ida had 12 kites and 5 of them broke. How many?", ("subtract", "12", "5"), generator
        )
        assert "1999" in text and len({number.value for number in numbers_of(text)}) >= 3


@pytest.mark.parametrize(
    ("apart", "joined"),
    [
        ("tom has $ 5 . how much more does i need ?", "Tom has $5. How much more does I need?"),
        ("Ida 's jar , 3 % full , does n't leak .", "Ida's jar, 3% full, does n't leak."),
        ("It is 2.5 m long. How wide?", "It is 2.5 m long. How wide?"),
    ],
)
def test_words_that_are_apart_are_joined(apart, joined):
    assert tidy(apart) == joined
