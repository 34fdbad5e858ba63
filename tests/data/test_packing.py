"""Packed lines: labels where answers are written, options followed or refused."""

import re
from itertools import islice

import pytest
import torch

from modeling_gpt_dag.data.arguments import TaskArguments
from modeling_gpt_dag.data.packing import collate_blocks, line_pieces, packed, packed_dataset
from modeling_gpt_dag.data.problems import PlanFormat
from modeling_gpt_dag.data.tasks import Line, evaluation_problems, training_lines

FORM = PlanFormat(2, 8, [], ["add", "identity", "multiply", "subtract"])
DIGITS = [1, 2, 3, 4]


def test_plan_labels_stand_where_the_answer_is_written_and_nowhere_else(tokenizer):
    task = TaskArguments(task="expressions", num_operators=[1, 2])
    columns = packed(line_pieces(tokenizer, training_lines(task, 0, DIGITS, plan_format=FORM)), 20, 48, FORM)
    assert columns["plan_labels"].shape == (20, 48, 2, 3)
    num_lines = num_heads = 0
    for ids, plans in zip(columns["input_ids"], columns["plan_labels"], strict=True):
        text = tokenizer.decode(ids)
        labelled = (plans[:, 0, 0] != -100).tolist()
        for line in re.finditer(r"\n([^=\n]+)=([^\n]*)", text):  # lines that begin in this block
            num_lines += 1
            first, last = line.start(2) - 1, line.end() - 1
            assert labelled[line.start() + 1 : last + 1] == [i >= first for i in range(line.start() + 1, last + 1)]
        head = text.partition("\n")[0]
        if any(labelled[: len(head)]):  # the block happens to begin where a line does
            num_heads += 1
            prompt, _, answer = head.partition("=")
            assert str(eval(prompt)).startswith(answer)
    assert num_lines >= 40 and num_heads >= 10  # every other block begins with a line


def test_every_other_block_begins_with_a_line_and_the_others_continue_the_block_before(tokenizer):
    lines = iter([Line("1+2=", "3", "\n"), Line("plain\n")] * 500)
    blocks = [tokenizer.decode(ids) for ids in packed(line_pieces(tokenizer, lines), 4, 10)["input_ids"]]
    assert blocks == ["1+2=3\nplai", "n\n1+2=3\npl", "1+2=3\nplai", "n\n1+2=3\npl"]


@pytest.mark.slow
def test_a_batch_of_a_packed_dataset_has_its_plans_and_labels_that_are_its_text(tokenizer):
    lines = training_lines(TaskArguments(), 0, DIGITS, plan_format=FORM)
    dataset = packed_dataset(line_pieces(tokenizer, lines), 4, 24, FORM)
    batch = collate_blocks([dataset[1], dataset[3]])
    assert batch["labels"].equal(batch["input_ids"]) and batch["plan_labels"].shape == (2, 24, 2, 3)
    assert all(tensor.dtype == torch.int64 and len(tensor) == 2 for tensor in batch.values())


def test_a_share_of_the_lines_is_plain():
    lines = list(islice(training_lines(TaskArguments(task="wordings"), 0, DIGITS, plain_line_share=0.3), 2000))
    plain = [line for line in lines if not line.answer]
    assert 0.26 < len(plain) / 2000 < 0.34 and all(line.prompt.endswith("\n") for line in plain)


@pytest.mark.parametrize(
    "task",
    [
        TaskArguments(),
        TaskArguments(task="expressions", num_operators=[1], operators="+"),
        TaskArguments(task="expressions", parentheses_share=0.5),
        TaskArguments(task="wordings"),
    ],
    ids=lambda task: f"{task.task} {task.parentheses_share}",
)
@pytest.mark.parametrize("digits", [[1], DIGITS])
def test_training_and_evaluation_never_share_a_problem(task, digits):
    training = {line.prompt for line in islice(training_lines(task, 1, digits), 300)}
    evaluation = {problem.prompt for problem in evaluation_problems(task, 100, 1, digits)}
    assert evaluation and not training & evaluation


@pytest.mark.parametrize(
    ("task", "options", "message"),
    [
        ({"held_out": True}, {}, "held_out=True"),
        ({}, {"plain_line_share": 1.0}, "plain_line_share=1.0"),
        ({"operators": "+^"}, {}, "operators="),
        ({"task": "wordings"}, {"digits": [0]}, "digits="),
    ],
)
def test_impossible_options_are_refused_before_any_line_is_drawn(task, options, message):
    with pytest.raises(ValueError, match=message):
        training_lines(TaskArguments(**task), 0, **{"digits": DIGITS, **options})


def test_an_unknown_task_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="task='file': must be one of arithmetic, expressions, formulas, wordings"):
        training_lines(TaskArguments(task="file"), 0, [1])
