"""What a recipe trains on: mixtures, questions of a file, pretrained backbones; the recipes of text, made small."""

import json
import subprocess
import sys
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest
from transformers import TrainingArguments

from helpers.backbones import make_backbone
from helpers.scripts import ENVIRONMENT, ROOT
from modeling_gpt_dag import GPTDAGForCausalLM
from modeling_gpt_dag.data.arguments import DataArguments
from modeling_gpt_dag.data.mixtures import question_lines, solutions, training_data
from modeling_gpt_dag.data.packing import collate_blocks
from modeling_gpt_dag.data.problems import PlanFormat
from modeling_gpt_dag.data.question_files import read_questions
from modeling_gpt_dag.training.arguments import ModelArguments
from modeling_gpt_dag.training.build import build_model, build_tokenizer
from modeling_gpt_dag.training.recipes import parse_recipe

slow = pytest.mark.slow
FORM = PlanFormat(2, 8, ["2"], ["add", "identity", "multiply", "subtract"])


@pytest.fixture
def text(tmp_path) -> str:
    file = tmp_path / "text.txt"
    file.write_text("".join(f"Plain words, line {number}.\n" for number in range(400)))
    return str(file)


@pytest.fixture
def questions(tmp_path) -> str:
    rows = [{"prompt": f"{a} and {b} figs ", "answer": a + b} for a in range(12) for b in range(12)]
    file = tmp_path / "questions.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(file)


@pytest.fixture
def training_args(tmp_path):
    return TrainingArguments(output_dir=str(tmp_path), max_steps=5, use_cpu=True, report_to="none")


def test_shares_of_a_mixture_need_not_add_up_to_one():
    args = DataArguments(task="mixture", mixture={"text": 1, "arithmetic": 3.0})
    assert args.task_shares == {"text": 0.25, "arithmetic": 0.75}
    assert DataArguments(task="mixture", mixture='{"wordings": 2}').task_shares == {"wordings": 1.0}
    assert DataArguments(task="text").task_shares == {"text": 1.0}


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"task": "prose"}, "task='prose': must be one of arithmetic, .*reasoning, word_problems, text, mixture"),
        ({"task": "mixture"}, "mixture=None: must give shares, such as"),
        ({"task": "mixture", "mixture": {}}, "mixture={}: must give shares"),
        ({"task": "mixture", "mixture": ["text"]}, r"mixture=\['text'\]: must give shares"),
        ({"task": "text", "mixture": {"text": 1}}, "mixture={'text': 1}: needs --task mixture, not text"),
        ({"task": "mixture", "mixture": {"txt": 1}}, "mixture has 'txt': must be one of .*text"),
        ({"task": "mixture", "mixture": {"mixture": 1}}, "mixture has 'mixture': must"),
        ({"task": "mixture", "mixture": {"text": 0}}, "gives text the share 0: must be a positive number"),
        ({"task": "mixture", "mixture": {"text": -1}}, "gives text the share -1"),
        ({"task": "mixture", "mixture": {"text": "half"}}, "gives text the share 'half'"),
        ({"task": "mixture", "mixture": {"text": float("nan")}}, "gives text the share nan"),
        ({"task": "mixture", "mixture": "text=1"}, "mixture='text=1': must be JSON like"),
    ],
)
def test_wrong_mixtures_are_refused_by_name(args, message):
    with pytest.raises(ValueError, match=message):
        DataArguments(**args)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"task": "text", "streaming": True}, "streaming=True: a stream has no length, so --max_steps"),
        ({"task": "mixture", "mixture": {"text": 1, "arithmetic": 1}, "streaming": True}, "a stream has no length"),
        ({"task": "questions"}, "questions need --questions"),
        ({"task": "reasoning", "reasoning": ["nothing.jsonl"], "num_train_blocks": 4}, "nothing.jsonl"),
        ({"task": "arithmetic", "held_out": True, "num_train_blocks": 4}, "held_out=True"),
        ({"task": "arithmetic"}, "num_train_blocks: follows from --max_steps, which is not given"),
    ],
)
def test_what_cannot_be_trained_on_is_refused_before_any_training(tokenizer, tmp_path, given, message):
    training_args = TrainingArguments(output_dir=str(tmp_path), use_cpu=True)
    with pytest.raises(ValueError, match=message):
        training_data(tokenizer, DataArguments(**given), training_args)


def test_text_has_no_plans_to_train_with(tokenizer, training_args):
    with pytest.raises(ValueError, match="plan_labels=True: text has no plans"):
        training_data(tokenizer, DataArguments(task="text"), training_args, FORM)


def test_every_question_to_train_on_comes_once_before_any_comes_again(questions):
    args = DataArguments(task="questions", questions=questions)
    known = read_questions(args, "train").questions
    lines = list(islice(question_lines(args, seed=0), 2 * len(known)))
    first, second = lines[: len(known)], lines[len(known) :]
    assert set(first) == set(second) and len(set(first)) == len(known) and first != second
    assert not {line.prompt for line in lines} & {
        asked.prompt for asked in read_questions(args, "evaluation").questions
    }


@pytest.fixture
def reasoning(tmp_path) -> str:
    rows = [
        {"question": f"{a} figs and {b}?", "answer": f"{a} + {b} = <<{a}+{b}={a + b}>>{a + b}\n#### {a + b}"}
        for a in range(2, 10)
        for b in range(10, 20)
    ]
    file = tmp_path / "solutions.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(file)


def test_running_texts_are_trained_on_whole_with_their_plans_and_those_evaluated_on_are_left_out(
    tokenizer, training_args, reasoning
):
    args = DataArguments(task="reasoning", reasoning=[reasoning], block_size=64, num_train_blocks=40)
    train, validation = training_data(tokenizer, args, training_args, FORM)
    assert validation is None
    held_out = {text.question for text in solutions(args, "evaluation")}
    known = {text.question for text in solutions(args, "train")}
    assert held_out and len(known) + len(held_out) == 80
    end = tokenizer.eos_token
    asked = {
        text.split("\n")[0] + "\n" for row in train for text in tokenizer.decode(row["input_ids"]).split(end)[1:-1]
    }
    assert len(asked) > 30 and asked <= known
    for row in islice(train, 0, None, 2):  # they begin with a text
        first = tokenizer.decode(row["input_ids"]).split(end)[0]
        labelled = (row["plan_labels"][: len(first)] != -100).any(-1).any(-1).nonzero()[:, 0].tolist()
        number = first.index("= ") + 2
        assert labelled == list(range(number - 1, len(first) - 1))


def test_running_texts_come_from_our_own_patterns_where_no_file_is_given(tokenizer, training_args):
    args = DataArguments(task="reasoning", block_size=512, num_train_blocks=8)
    train, _ = training_data(tokenizer, args, training_args, FORM._replace(depth=3))
    assert (train["plan_labels"][:] != -100).any() and len(train) == 8
    without, _ = training_data(tokenizer, args, training_args)
    assert set(without.column_names) == {"input_ids"}


def test_word_problems_are_trained_on_with_their_plans(tokenizer, training_args):
    args = DataArguments(task="word_problems", block_size=256, num_train_blocks=8)
    train, _ = training_data(tokenizer, args, training_args, FORM._replace(depth=4, num_values=6))
    assert (train["plan_labels"][:] != -100).any() and len(train) == 8
    assert any("?" in tokenizer.decode(row["input_ids"]) for row in train)


@slow
@pytest.mark.parametrize("streaming", [False, True])
def test_a_mixture_has_its_shares_of_every_task(datasets_cache, tokenizer, training_args, text, questions, streaming):
    shares = {"text": 2, "arithmetic": 1, "questions": 1}
    args = DataArguments(task="mixture", mixture=shares, train_files=[text], questions=questions, streaming=streaming)
    args = replace(args, num_train_blocks=800, block_size=48)
    train, validation = training_data(tokenizer, args, training_args)
    texts = [tokenizer.decode(row["input_ids"]) for row in islice(train, 800)]
    counts = [sum(sign in line for line in texts) for sign in ("Plain", "=", "figs")]
    assert len(texts) == 800 and len(validation) > 10
    # A stream is mixed by drawing.
    assert [count / 800 for count in counts] == pytest.approx([0.5, 0.25, 0.25], abs=0.08 if streaming else 0.0)


@slow
def test_questions_in_a_mixture_have_the_plans_that_their_prompts_tell(
    datasets_cache, tokenizer, training_args, questions
):
    args = DataArguments(task="mixture", mixture={"arithmetic": 1, "questions": 1}, questions=questions)
    train, validation = training_data(tokenizer, replace(args, num_train_blocks=20), training_args, FORM)
    labelled = [(row["plan_labels"] != -100).any().item() for row in train]
    assert labelled == [True] * 20 and validation is None


@pytest.mark.parametrize(
    "words", ["no numbers here", "123456789012345678901234567890 and 1.5e9 - --3 .5. 7", "a 1 b 2"]
)
def test_any_text_trains_every_parameter(make_model, encode, words):
    model = make_model(dag_depth=1).train()
    batch = collate_blocks([{"input_ids": row} for row in encode(words)])
    model(**batch).loss.backward()
    assert all(parameter.grad is not None and parameter.grad.isfinite().all() for parameter in model.parameters())


@pytest.fixture
def backbone(tokenizer, tmp_path) -> str:
    make_backbone("gpt2").save_pretrained(tmp_path / "backbone")
    tokenizer.save_pretrained(tmp_path / "backbone")
    return str(tmp_path / "backbone")


def test_a_recipe_puts_a_dag_on_a_pretrained_backbone_and_freezes_it(backbone):
    args = ModelArguments(backbone=backbone, freeze_backbone=True, dag_depth=1)
    tokenizer = build_tokenizer(args)
    model = build_model(args, tokenizer)
    assert isinstance(model, GPTDAGForCausalLM) and model.config.backbone_config.n_embd == 16
    trained = {name for name, parameter in model.named_parameters() if parameter.requires_grad}
    assert trained and {name.split(".")[1] for name in trained} == {"dag", "mixer", "planner_input"}
    free = build_model(replace(args, freeze_backbone=None), tokenizer)
    assert all(parameter.requires_grad for parameter in free.parameters())


def test_a_pretrained_tokenizer_goes_with_a_model_from_scratch(backbone):
    args = ModelArguments(tokenizer_name=backbone, n_layer=1, n_head=2, n_embd=8, n_positions=32)
    tokenizer = build_tokenizer(args)
    assert tokenizer.model_max_length == 32
    assert build_model(args, tokenizer).config.vocab_size == len(tokenizer)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"n_embd": 8, "n_layer": 1, "backbone": "here"}, "n_embd, n_layer: not to be given with a backbone"),
        ({"freeze_backbone": True, "n_embd": 8, "n_head": 1}, "freeze_backbone=True: needs --backbone"),
        ({"gguf_file": "a.gguf", "n_embd": 8, "n_head": 1}, "gguf_file=a.gguf: needs --backbone"),
        ({"tokenizer_name": "nobody/nothing"}, "nobody/nothing: no pretrained tokenizer of this name"),
        ({"backbone": "nobody/nothing"}, "nobody/nothing: no pretrained tokenizer of this name"),
    ],
)
def test_models_that_cannot_be_built_are_refused_by_name(given, message, backbone):
    args = ModelArguments(**{key: backbone if value == "here" else value for key, value in given.items()})
    with pytest.raises(ValueError, match=message):
        build_model(args, build_tokenizer(args))


TINY = [
    "--max_steps",
    "2",
    "--eval_steps",
    "1",
    "--num_eval_blocks",
    "2",
    "--block_size",
    "32",
    "--num_train_blocks",
    "20",
]
TINY += ["--eval_samples", "2", "--eval_digits", "2", "--per_device_train_batch_size", "2", "--num_proc", "1"]
SCRATCH = ["--n_layer", "1", "--n_head", "2", "--n_embd", "16"]


@slow
@pytest.mark.parametrize("name", ["shakespeare", "mixture", "questions", "gpt2_openwebtext", "gpt2_frozen_dag"])
def test_every_recipe_of_text_runs_small_from_local_files(name, tmp_path, text, questions, backbone, monkeypatch):
    """Two steps and what is measured then; what would come from the Hub comes from directories."""
    flags = [*TINY, "--output_dir", str(tmp_path / "run")]
    if name in ("shakespeare", "mixture"):
        flags += [*SCRATCH, "--train_files", text]
    elif name == "questions":
        flags += [*SCRATCH, "--questions", questions]
    else:
        (tmp_path / "hub").mkdir()
        rows = [json.dumps({"text": f"On page {number} stands {number}."}) + "\n" for number in range(400)]
        (tmp_path / "hub" / "train.jsonl").write_text("".join(rows))
        flags += [
            "--dataset_name",
            str(tmp_path / "hub"),
            "--validation_share",
            "0.2",
            "--gradient_accumulation_steps",
            "1",
        ]
        flags += ["--bf16", "false"]
        flags += ["--backbone", backbone] if name == "gpt2_frozen_dag" else [*SCRATCH, "--tokenizer_name", backbone]
    monkeypatch.setitem(ENVIRONMENT, "HF_DATASETS_CACHE", str(tmp_path / "cache"))
    command = [sys.executable, "scripts/train.py", f"configs/train/{name}.yaml", *flags]
    process = subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True)
    assert process.returncode == 0, process.stderr
    history = json.loads((tmp_path / "run" / "trainer_state.json").read_text())["log_history"]
    evaluation = json.loads((tmp_path / "run" / "evaluation.json").read_text())
    if name == "questions":
        assert "eval_loss" not in history[-1] and evaluation["questions"]["n"] == 2
    else:
        assert evaluation["validation_loss"] == history[-1]["eval_loss"] > 0
        assert sum("eval_loss" in record for record in history) == 3  # twice while training, once at the end
    assert [report["task"] for report in evaluation["exact_match"]] == {
        "mixture": ["arithmetic", "wordings", "wordings"],
        "gpt2_frozen_dag": ["wordings", "wordings", "arithmetic"],
    }.get(name, [])
    again = parse_recipe([str(tmp_path / "run" / "recipe.yaml"), "--output_dir", "elsewhere"])
    assert again[1].train_files == ([text] if name in ("shakespeare", "mixture") else None)


@slow
def test_a_stream_with_a_broken_line_ends_the_training_with_its_place(tmp_path, monkeypatch, record_property):
    record_property("fault", ("corrupt line met by a stream while training", "the run ends with file and line"))
    # Some hundred lines are read before the training, to see whether there is any text.
    rows = [json.dumps({"text": f"text to train on, line {number}"}) + "\n" for number in range(1300)]
    rows.append('{"text": "cut o\n')
    (tmp_path / "a.jsonl").write_text("".join(rows))
    flags = [*TINY, *SCRATCH, "--train_files", str(tmp_path / "a.jsonl"), "--streaming", "true"]
    monkeypatch.setitem(ENVIRONMENT, "HF_DATASETS_CACHE", str(tmp_path / "cache"))
    command = [
        sys.executable,
        "scripts/train.py",
        "configs/train/shakespeare.yaml",
        "--output_dir",
        str(tmp_path / "run"),
    ]
    process = subprocess.run(
        [*command, *flags, "--eval_strategy", "no"], cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True
    )
    assert process.returncode != 0 and "Traceback" not in process.stderr
    assert "train.py: " in process.stderr and "a.jsonl, line 1301: broken JSON" in process.stderr
    assert not Path(tmp_path / "run" / "config.json").exists()
