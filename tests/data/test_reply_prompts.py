"""What a chat model is asked: plain questions with their answers, talk, and the prompts of files."""

import json
from decimal import Decimal
from itertools import islice

import pytest

from modeling_gpt_dag.data.problems import Problem
from modeling_gpt_dag.data.reasoning import exact_value
from modeling_gpt_dag.data.reply_prompts import Prompt, prompts, read_prompts


def test_the_plainest_questions_are_of_one_split_and_have_an_answer():
    train, test = (list(islice(prompts(split, 0, {"questions": 1}), 300)) for split in ("train", "evaluation"))
    assert {prompt.text for prompt in train}.isdisjoint(prompt.text for prompt in test)
    assert len({prompt.expression[0] for prompt in train}) == 4
    assert any(prompt.text.startswith("What is ") and " plus " in prompt.text for prompt in test)
    for prompt in train + test:
        assert prompt.answer == exact_value(prompt.expression) and prompt.computes
        assert all(number in prompt.text for number in prompt.expression[1:])
    assert {Problem("", (), prompt.expression, "").split for prompt in test} == {"evaluation"}


def test_kinds_come_by_their_shares_and_no_prompt_twice():
    drawn = list(islice(prompts("train", 0, {"wordings": 1, "talk": 3}), 400))
    talk = [prompt for prompt in drawn if not prompt.computes]
    assert 270 < len(talk) < 330 and len({prompt.text for prompt in drawn}) == 400
    assert {prompt.group for prompt in talk} == {"talk", "talk with numbers"}


@pytest.mark.parametrize("kind", ["wordings", "stories", "talk"])
def test_prompts_of_the_two_splits_differ(kind):
    train, test = (
        {prompt.text for prompt in islice(prompts(split, 0, {kind: 1}), 120)} for split in ("train", "evaluation")
    )
    assert train.isdisjoint(test)


def test_a_wording_has_its_expression_over_numbers():
    for prompt in islice(prompts("train", 0, {"wordings": 1}), 50):
        assert exact_value(prompt.expression) == prompt.answer


def test_files_are_drawn_until_they_end(tmp_path):
    rows = [{"question": "How many? ", "answer": "3+4 = 7\n#### 7"}, {"prompt": "Who?"}, {"text": "5", "answer": "no"}]
    path = tmp_path / "prompts.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in [*rows, {"other": "x"}]))
    read = read_prompts(str(path))
    assert read == [Prompt("How many?", answer=Decimal(7)), Prompt("Who?"), Prompt("5")]
    assert {prompt.text for prompt in prompts("train", 0, {"files": 1.0}, read)} == {"How many?", "Who?", "5"}


def test_a_file_without_prompts_is_refused(tmp_path):
    (tmp_path / "none.jsonl").write_text('{"other": "x"}\n')
    with pytest.raises(ValueError, match=r"none.jsonl holds no prompt: no record has the text 'question', 'prompt'"):
        read_prompts(str(tmp_path / "none.jsonl"))
