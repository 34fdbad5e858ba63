"""Word problems of our own: every schema and every question occurs, and each is answered by what its facts say."""

import re
from collections import defaultdict
from decimal import Decimal
from itertools import islice

import pytest

from modeling_gpt_dag.data.problems import PlanFormat
from modeling_gpt_dag.data.reasoning import exact_value, plan_of
from modeling_gpt_dag.data.word_problem_schemas import SCHEMAS
from modeling_gpt_dag.data.word_problem_stories import stories
from modeling_gpt_dag.data.word_problems import NAME, STORIES_SHARE, is_new, word_problems

FORM = PlanFormat(4, 8, ["1", "2", "100", "0.01"], ["add", "identity", "multiply", "subtract", "divide"])


@pytest.fixture(scope="module")
def texts():
    return list(islice(word_problems("train", seed=5), 2_000))


@pytest.fixture(scope="module")
def of_schemas():
    return list(islice(word_problems("train", seed=5, stories_share=0), 9_000))


def test_there_are_more_than_a_hundred_and_fifty_schemas_and_each_question_occurs(texts, of_schemas):
    names = [schema.name for schema in SCHEMAS]
    assert len(names) == len(set(names)) > 150
    trained = [schema for schema in SCHEMAS if not is_new(schema)]
    asked = {f"{NAME}{schema.name}, {question.number}" for schema in trained for question in schema.questions}
    assert {text.group for text in of_schemas} == asked
    is_story = [re.search(r"story, \d operations?$", text.group) is not None for text in texts]
    assert abs(sum(is_story) / len(texts) - STORIES_SHARE) < 0.05


def test_some_schemas_and_stories_are_never_trained_on_and_the_evaluation_has_them(texts, of_schemas):
    for sources in (SCHEMAS, stories()):
        assert len(sources) / 20 < sum(map(is_new, sources)) < len(sources) / 3
    evaluated = list(islice(word_problems("evaluation", seed=5, stories_share=0), 9_000))
    new = {text.group for text in evaluated if text.group.startswith(f"{NAME}new, ")}
    assert new == {
        f"{NAME}new, {schema.name}, {question.number}"
        for schema in SCHEMAS
        if is_new(schema)
        for question in schema.questions
    }
    assert not {text.text for text in evaluated} & {text.text for text in of_schemas}
    groups = {text.group for text in islice(word_problems("evaluation", seed=5, stories_share=1), 300)}
    assert groups >= {f"{NAME}new, story, 1 operation", f"{NAME}new, story, 2 operations", f"{NAME}story, 1 operation"}
    number = re.compile(r"\d+(\.\d+)?")
    words = {number.sub("", story.facts) for story in stories() if is_new(story)}
    trained = "\n".join(number.sub("", text.text) for text in texts)
    assert not any(fact in trained for fact in words)


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


def test_no_field_and_no_choice_is_left_and_sentences_begin_with_capitals(of_schemas):
    for text in of_schemas:
        assert not re.search(r"[][{}|]|\.\.| \.|  ", text.text), text
        assert not re.search(r"(?:[.?!] |^)[a-z]", text.text[: text.prompt_length]), text


def test_the_same_facts_come_with_several_questions_and_with_numbers_that_do_not_matter(of_schemas):
    questions = defaultdict(set)
    superfluous = 0
    for text in of_schemas:
        numbers = re.findall(r"\d+(?:\.\d+)?", text.text[: text.prompt_length])
        superfluous += len(numbers) > text.calculations[0].num_operations + 1
        name, _, number = text.group.rpartition(", ")
        questions[name].add(number)
    assert superfluous / len(of_schemas) > 0.3
    assert sum(len(numbers) > 1 for numbers in questions.values()) > 40
