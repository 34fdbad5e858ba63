"""Stories of word problems: each question is answered by its numbers, and goes on being so with others."""

import random
import re

import pytest

from modeling_gpt_dag.data.number_places import numbers_of
from modeling_gpt_dag.data.reasoning import fraction_value, leaves, num_operations
from modeling_gpt_dag.data.word_problem_stories import stories, told

CONSTANTS = {"1", "2", "100"}
NAMES = ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
WORDS = {name: str(value) for value, name in enumerate(NAMES, 2)}
WORDS |= {"dozen": "12", "triple": "3", "half": "0.5", "quarter": "0.25"}
NUMBER = re.compile(r"\d+(?:\.\d+)?")


def numbers_in(text):
    return NUMBER.findall(text)


def named_in(text):
    """Numbers in words, and constants."""
    return CONSTANTS | {WORDS[word] for word in re.findall("[a-z]+", text.lower()) if word in WORDS}


def test_there_are_many_stories_and_most_have_several_questions():
    told_once = {story.facts for story in stories()}
    assert len(told_once) == len(stories()) > 2_000
    assert all(len(story.questions) > 1 for story in stories())
    questions = [expression for story in stories() for expression, _ in story.questions]
    assert len(questions) > 9_000
    assert sum(num_operations(expression) > 1 for expression in questions) / len(questions) > 0.25


def test_each_question_is_computed_from_numbers_that_are_told_and_has_a_sensible_answer():
    for story in stories():
        facts = numbers_in(story.facts)
        assert len(facts) == len(set(facts)), story.facts
        for expression, question in story.questions:
            assert question.endswith((".", "?")), question
            asked = numbers_in(question)
            assert not set(asked) & set(facts) and len(asked) + len(facts) <= 5, (story.facts, question)
            known = {*facts, *asked} | named_in(f"{story.facts} {question}")
            assert set(leaves(expression)) <= known, (expression, question)
            value = fraction_value(expression)
            assert value is not None and value > 0 and (100 * value).denominator == 1, (story.facts, question)


def test_a_model_reads_the_numbers_that_stand_there():
    for story in stories()[::10]:
        assert [number.value for number in numbers_of(story.facts)] == numbers_in(story.facts)


def test_other_numbers_are_drawn_and_leave_words_and_answer_sensible():
    generator = random.Random(7)
    changed = []
    for story in stories()[::23]:
        for index, (expression, question) in enumerate(story.questions):
            text, other = told(story, index, generator)
            before = f"{story.facts} {question}"
            assert NUMBER.sub("", text) == NUMBER.sub("", before)
            value = fraction_value(other)
            assert value is not None and value > 0 and set(leaves(other)) <= {*numbers_in(text)} | named_in(text), text
            assert value.denominator == 1 or fraction_value(expression).denominator > 1
            changed.append(text != before)
    assert sum(changed) / len(changed) > 0.9


@pytest.mark.parametrize("index", [0, 1])
def test_the_order_of_the_numbers_stays(index):
    story = stories()[0]
    text, _ = told(story, index, random.Random(8))

    def ranks(written):
        found = [float(number) for number in NUMBER.findall(written)][: len(NUMBER.findall(story.facts))]
        return [sorted(found).index(number) for number in found]

    assert ranks(text) == ranks(story.facts)
