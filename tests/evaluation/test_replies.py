"""Whole replies: numbers that are right, words that are the backbone's, and what is refused."""

import copy
import dataclasses
import json
from dataclasses import asdict
from decimal import Decimal

import pytest

from helpers.backbones import attach, make_backbone
from modeling_gpt_dag.data.reply_text import Prompt
from modeling_gpt_dag.evaluation import mending
from modeling_gpt_dag.evaluation.replies import evaluate_replies, is_in_own_words, numbers_score, replies_table

SUM = Prompt("What is 345 plus 678?", ("add", "345", "678"), "sum", True, Decimal(1023))
TALK = Prompt("Who are you?", None, "talk", False)
UNKNOWN = Prompt("How many pens?")


@pytest.mark.parametrize(
    ("prompt", "reply", "alone", "is_own"),
    [
        (SUM, "345 + 678 = 1023. Good.", "345 + 678 = 921. Bad.", True),
        (SUM, "345 + 678 = 1023.", "345 + 678 = 102.", True),
        (SUM, "The answer is 1023.", "The answer is 21921.", True),
        (SUM, "The answer is 1023.", "The answer is 1,023.", True),
        (SUM, "1023", "345 + 678 = 921.", False),
        (SUM, "345 + 678 is 1023.", "345 + 678 is 345 + 678.", True),
        (SUM, "345 + 678 is 99.", "345 + 678 is 345 + 678.", False),
        (SUM, "345 + 678 = 1023. Bye.", "345 + 678 = 1023. Good.", False),
        (SUM, "Well, 345 + 678 = 1023.", "345 + 678 = 1023.", False),
        (SUM, "345 + 678 = 1023", "345 + 678 = 1023", True),
        (UNKNOWN, "On page 5", "On page 6", False),
        (TALK, "I am 4. 1 + 1 = 2", "I am 4. 1 + 1 = 3", True),
        (TALK, "I am 4. It is 5", "I am 4. It is 6", False),
        (TALK, "I am 4.", "I am 4.", True),
    ],
)
def test_own_words_last_to_the_first_number_that_is_mended(prompt, reply, alone, is_own):
    assert is_in_own_words(prompt, reply, alone) is is_own


def test_numbers_are_counted_by_equation_by_reply_and_by_answer():
    asked = [SUM, SUM, UNKNOWN, TALK]
    score = numbers_score(asked, ["345 + 678 = 1023. 1 + 1 = 3.", "It is 1023.", "2 * 3 = 6. The answer is 7.", "Me."])
    assert (score.equations.share, score.equations.n) == (2 / 3, 3)  # what is said again is none
    assert (score.announced.share, score.announced.n) == (1, 1)  # "It is 1023."
    assert (score.replies.share, score.replies.n) == (2 / 3, 3)
    assert (score.answers.share, score.answers.n) == (1 / 2, 2)
    assert numbers_score([TALK], ["Me."]).equations.share is None


def test_the_oracle_is_the_backbone_with_the_right_numbers(tokenizer, monkeypatch):
    said = {
        "12 plus 30?": " 12 + 30 = 99, so it is." + tokenizer.eos_token,
        "12 plus 30? 12 + 30 = 42": ", so it is." + tokenizer.eos_token,
    }
    monkeypatch.setattr(mending, "continuations", lambda model, tokenizer, texts, *_: [said[text] for text in texts])
    asked = [Prompt("12 plus 30?", ("add", "12", "30"))]
    written = mending.mended_replies(None, tokenizer, asked, ["12 plus 30?"], 40, 3)
    assert written == [" 12 + 30 = 42, so it is." + tokenizer.eos_token]
    assert mending.mended_replies(None, tokenizer, asked, ["12 plus 30?"], 40, 1) == [said["12 plus 30?"]]


@pytest.fixture
def model(tokenizer):
    return attach(make_backbone("llama"), tokenizer)


def test_replies_of_model_and_backbone_stand_beside_each_other(model, tokenizer):
    asked = [SUM, TALK, UNKNOWN, Prompt("x" * 60)]
    report, replies = evaluate_replies(model, tokenizer, asked, max_new_tokens=8, batch_size=2)
    assert report.n == 3 and report.too_long == 1 and report.shut_is_alone
    assert report.untouched.n == 1 and report.own_words.n == 2 and set(report.groups) == {"sum", "talk"}
    assert report.groups["sum"].n == 1 and report.shut == report.alone and report.oracle is None
    with_oracle, _ = evaluate_replies(model, tokenizer, asked, max_new_tokens=8, batch_size=2, oracle=True)
    assert with_oracle.oracle is not None and "oracle" in replies_table(with_oracle)
    assert with_oracle.alone == report.alone and "oracle" not in replies_table(report)
    assert all(reply.own_words == (reply.open == reply.alone) for reply in replies)  # random weights compute nothing
    table = replies_table(report)
    assert "gate open" in table and "to the bit" in table and "1 prompts left out" in table
    assert json.loads(json.dumps(asdict(report)))["own_words"]["n"] == 2


def test_the_worst_template_stands_first(model, tokenizer):
    report, _ = evaluate_replies(model, tokenizer, [SUM, TALK], max_new_tokens=4)
    bad, good = numbers_score([SUM], ["1 + 1 = 3. " * 5]), numbers_score([SUM], ["1 + 1 = 2. " * 5])
    groups = report.groups
    groups |= {
        "good": dataclasses.replace(groups["sum"], open=good),
        "bad": dataclasses.replace(groups["sum"], open=bad),
    }
    groups["few"] = dataclasses.replace(groups["sum"], open=numbers_score([SUM], ["1 + 1 = 3"]))
    assert "| worst template, bad |" in replies_table(report)


def test_a_model_without_a_dag_is_refused(tokenizer):
    with pytest.raises(ValueError, match="replies are measured of models with a DAG"):
        evaluate_replies(make_backbone("llama"), tokenizer, [SUM])


def test_a_tokenizer_without_a_template_and_prompts_without_room_are_refused(model, tokenizer):
    without = copy.deepcopy(tokenizer)
    without.chat_template = None
    with pytest.raises(ValueError, match="has no chat template"):
        evaluate_replies(model, without, [SUM])
    report, _ = evaluate_replies(model, without, [SUM], max_new_tokens=4, prompt_template="{question}\n")
    assert report.n == 1
    with pytest.raises(ValueError, match="prompt_template='no': must contain {question}"):
        evaluate_replies(model, without, [SUM], prompt_template="no")
    with pytest.raises(ValueError, match="no prompt is left: the model has no positions for a prompt and 60 tokens"):
        evaluate_replies(model, tokenizer, [SUM], max_new_tokens=60)
