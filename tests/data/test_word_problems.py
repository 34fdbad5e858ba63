"""Word problems of our own: every schema and every question occurs, and each is answered by what its facts say."""

import re
from collections import defaultdict
from decimal import Decimal
from itertools import islice

import pytest

from modeling_gpt_dag.data.problems import PlanFormat
from modeling_gpt_dag.data.reasoning import exact_value, plan_of
from modeling_gpt_dag.data.word_problem_schemas import SCHEMAS
from modeling_gpt_dag.data.word_problems import NAME, TRAINING, is_new, word_problems

FORM = PlanFormat(4, 8, ["1", "2", "100", "0.01"], ["add", "identity", "multiply", "subtract", "divide"])


@pytest.fixture(scope="module")
def texts():
    return list(islice(word_problems("train", seed=5), 9_000))


def test_there_are_more_than_a_hundred_and_fifty_schemas_and_each_question_occurs(texts):
    names = [schema.name for schema in SCHEMAS]
    assert len(names) == len(set(names)) > 150
    trained = {f"{NAME}{schema.name}, {question.number}" for schema in TRAINING for question in schema.questions}
    assert {text.group for text in texts} == trained


def test_some_schemas_are_never_trained_on_and_the_evaluation_has_them(texts):
    assert 3 < sum(map(is_new, SCHEMAS)) < len(SCHEMAS) / 3
    evaluated = list(islice(word_problems("evaluation", seed=5), 9_000))
    new = {text.group for text in evaluated if text.group.startswith(f"{NAME}new, ")}
    assert new == {
        f"{NAME}new, {schema.name}, {question.number}"
        for schema in SCHEMAS
        if is_new(schema)
        for question in schema.questions
    }
    assert not {text.text for text in evaluated} & {text.text for text in texts}


def test_the_answer_follows_the_prompt_and_is_what_its_expression_gives(texts):
    planned = 0
    for text in texts:
        (answer,) = text.calculations
        assert answer.start == text.prompt_length and text.text[answer.end :] == "\n", text
        assert Decimal(text.text[answer.start : answer.end]) == answer.value == exact_value(answer.expression) >= 0
        planned += plan_of(text.text, answer, FORM) is not None
    assert planned / len(texts) > 0.9


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.name)
def test_every_number_that_a_question_needs_is_told(schema):
    always = "".join(schema.facts[number] for number in schema.needed)
    for question in schema.questions:
        for letter in re.findall(r"[a-z]", question.formula):
            assert letter in schema.facts or f"{{{letter}}}" in always + question.text, (question, letter)
    for letters, sentence in schema.joined.items():
        assert all(f"{{{letter}}}" in sentence and letter in schema.facts for letter in letters), sentence


def test_no_field_and_no_choice_is_left_and_sentences_begin_with_capitals(texts):
    for text in texts:
        assert not re.search(r"[][{}|]|\.\.| \.|  ", text.text), text
        assert not re.search(r"(?:[.?!] |^)[a-z]", text.text[: text.prompt_length]), text


def test_the_same_facts_come_with_several_questions_and_with_numbers_that_do_not_matter(texts):
    questions = defaultdict(set)
    superfluous = 0
    for text in texts:
        numbers = re.findall(r"\d+(?:\.\d+)?", text.text[: text.prompt_length])
        superfluous += len(numbers) > text.calculations[0].num_operations + 1
        name, _, number = text.group.rpartition(", ")
        questions[name].add(number)
    assert superfluous / len(texts) > 0.3
    assert sum(len(numbers) > 1 for numbers in questions.values()) > 40
