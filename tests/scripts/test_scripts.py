"""The scripts as a user runs them: training to a threshold, several processes, wrong input."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.scripts import ENVIRONMENT, ROOT, run, script

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def smoke(tmp_path_factory) -> str:
    directory = str(tmp_path_factory.mktemp("runs") / "smoke")
    script("train", "configs/train/smoke.yaml", "--output_dir", directory)
    return directory


@pytest.mark.parametrize(
    ("operators", "digits", "threshold"),
    [("+-*", 4, 0.995), ("+-*", 7, 0.99), ("+-", 10, 0.99), ("+-", 13, 0.99)],
)
def test_the_headline_recipe_computes_exactly_beyond_its_training_lengths(
    headline, tmp_path, operators, digits, threshold
):
    output = tmp_path / "report.json"
    arguments = ["--operators", operators, "--digits", str(digits), "--num_samples", "500", "--output", str(output)]
    script("evaluate", "--model", headline, "--task", "arithmetic", *arguments)
    (report,) = json.loads(output.read_text())
    assert report["n"] == 500 and report["exact_match"] >= threshold
    assert set(report["groups"]) == set(operators) and report["breakdown"]["plan"] >= threshold


def test_the_headline_recipe_computes_with_more_digits_than_it_was_trained_with(headline, tmp_path):
    output = tmp_path / "report.json"
    flags = ["--digits", "50", "100", "--dag_digits", "128", "--num_samples", "60", "--output", str(output)]
    script("evaluate", "--model", headline, *flags)
    fifty, hundred = json.loads(output.read_text())
    assert set(fifty["groups"]) == {"+", "-", "*"} and fifty["n"] == 60 and fifty["exact_match"] == 1
    assert set(hundred["groups"]) == {"+", "-"} and hundred["n"] > 30 and hundred["exact_match"] == 1
    assert hundred["left_out"]["gate_above_zero"] == 0


def test_the_gate_is_shut_on_problems_beyond_exactness(headline, tmp_path):
    output = tmp_path / "report.json"
    script("evaluate", "--model", headline, "--operators", "*", "--digits", "12", "--output", str(output))
    assert json.loads(output.read_text())[0]["left_out"] == {"n": 500, "gate_above_zero": 0}


@pytest.mark.parametrize("ablation", ["gate_shut", "random_planner"])
def test_without_its_calculator_the_model_cannot_calculate(headline, tmp_path, ablation):
    output = tmp_path / "report.json"
    flags = ["--digits", "4", "7", "--num_samples", "100", "--ablation", ablation, "--output", str(output)]
    script("evaluate", "--model", headline, *flags)
    reports = json.loads(output.read_text())
    assert [report["digits"] for report in reports] == [4, 7]
    assert all(report["exact_match"] <= 0.05 and report["n"] == 100 for report in reports)


def test_generate_answers_through_the_pipeline(headline):
    answers = script("generate", "--model", headline, "--prompt", "1234567890*7=", "12-345=").splitlines()
    assert answers == ["1234567890*7=8641975230", "12-345=-333"]


def test_explain_prints_and_writes_what_was_computed(headline, tmp_path):
    flags = ["--model", headline, "--prompt", "12+34=46\n1234567890*7="]
    text = script("explain", *flags)
    assert "step 1   multiply(slot 1, slot 0) = 8641975230 in slot 8" in text
    assert max(map(len, text.splitlines())) <= 80
    for suffix in ("html", "svg"):
        script("explain", *flags, "--position", "12", "--output", str(tmp_path / f"e.{suffix}"))
        assert (tmp_path / f"e.{suffix}").stat().st_size > 10_000
    error = script("explain", *flags, "--output", str(tmp_path / "e.pdf"), ok=False)
    assert "must be one of .txt, .md, .html, .json, .png, .svg" in error and "Traceback" not in error
    error = script("explain", *flags, "--position", "999", ok=False)
    assert "position=999: the text has tokens 0 to 32" in error and "Traceback" not in error


def test_the_run_logs_the_dag_beside_the_loss_and_saves_a_whole_directory(smoke):
    history = json.loads((Path(smoke) / "trainer_state.json").read_text())["log_history"]
    assert all("gate/mean" in record for record in history if "loss" in record)
    files = {file.name for file in Path(smoke).iterdir()}
    assert {"config.json", "model.safetensors", "generation_config.json", "tokenizer.json"} <= files
    assert json.loads((Path(smoke) / "config.json").read_text())["use_cache"] is True


@pytest.mark.parametrize(
    "launcher",
    [["accelerate.commands.launch"], ["torch.distributed.run", "--nproc_per_node", "2"]],
    ids=["accelerate launch", "torchrun, two processes"],
)
@pytest.mark.parametrize("numerics", ["exact", "soft"])
def test_launchers_train(tmp_path, launcher, numerics):
    flags = ["--dag_depth", "2", "--dag_numerics", numerics, "--output_dir", str(tmp_path / "run")]
    output = run(sys.executable, "-m", *launcher, "scripts/train.py", "configs/train/smoke.yaml", *flags)
    assert output.count("| digits |") == 1
    assert (tmp_path / "run" / "model.safetensors").exists()


def test_a_run_continues_from_its_checkpoint(tmp_path):
    flags = ["--output_dir", str(tmp_path), "--save_strategy", "steps", "--save_steps", "2"]
    script("train", "configs/train/smoke.yaml", *flags, "--max_steps", "2")
    script("train", "configs/train/smoke.yaml", *flags, "--max_steps", "4", "--resume_from_checkpoint", "true")
    assert json.loads((tmp_path / "trainer_state.json").read_text())["global_step"] == 4


def test_a_directory_that_holds_a_run_is_not_overwritten_unless_asked(smoke):
    error = script("train", "configs/train/smoke.yaml", "--output_dir", smoke, ok=False)
    assert "already holds a run" in error and "--overwrite_output_dir" in error
    script("train", "configs/train/smoke.yaml", "--output_dir", smoke, "--overwrite_output_dir")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--dag_dept", "2"], "unknown flag --dag_dept; did you mean dag_depth?"),
        (["--dag_depth", "-1"], "dag_depth=-1"),
        (["--n_embd", "33"], "hidden_size=33: must be a multiple of num_attention_heads=2"),
        (["--block_size", "500"], "block_size=500 does not fit n_positions=128"),
        (["--operators", "^"], "operators='^'"),
        (["--peak_tflops", "0"], "peak_tflops=0.0: must be positive"),
    ],
)
def test_train_refuses_in_one_line(tmp_path, arguments, message):
    error = script("train", "configs/train/smoke.yaml", "--output_dir", str(tmp_path), *arguments, ok=False)
    assert message in error and "Traceback" not in error


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--task", "nonsense"], "invalid choice: 'nonsense' (choose from 'arithmetic', 'expressions',"),
        (["--task", "questions"], "questions need --questions"),
        (["--tolerance", "-1"], "tolerance=-1.0: must be at least 0"),
        (["--task", "questions", "--questions", "none.jsonl"], "there is no file none.jsonl"),
        (
            ["--task", "questions", "--questions", "nobody/nothing"],
            "nobody/nothing is no file, and no dataset could be loaded",
        ),
        (
            ["--task", "questions", "--questions", "a.jsonl", "--questions_format", "odd"],
            "known formats: prompt (prompt, answer), gpt3",
        ),
        (["--task", "questions", "--folds", "."], "folds='.': needs --task questions and a --model with {fold} in"),
        (["--dag_depth", "2"], "unknown flag --dag_depth"),
        (["--digits", "many"], "argument --digits: invalid int value: 'many'"),
    ],
)
def test_evaluate_refuses_in_one_line(smoke, arguments, message):
    error = script("evaluate", "--model", smoke, *arguments, ok=False)
    assert message in error and error.count("\n") == 1


def test_questions_from_a_file_and_from_a_dataset_are_evaluated(headline, tmp_path, monkeypatch):
    monkeypatch.setitem(ENVIRONMENT, "HF_HOME", str(tmp_path / "cache"))
    rows = [{"prompt": f"{a}-{b}=", "answer": str(a - b)} for a, b in ((1234567, 89), (5, 5000), (70, 6))]
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "test.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    flags = ["--model", headline, "--task", "questions"]
    outputs = ["--output", str(tmp_path / "report.json"), "--answers_file", str(tmp_path / "records.jsonl")]
    table = script("evaluate", *flags, "--questions", str(tmp_path / "data" / "test.jsonl"), *outputs)
    assert "| prompt, n = 3 |" in table and "| strict match | 100.0 % |" in table
    (report,) = json.loads((tmp_path / "report.json").read_text())
    assert report["numeric_match"]["share"] == report["strict_match"]["share"] == 1.0
    records = [json.loads(line) for line in (tmp_path / "records.jsonl").read_text().splitlines()]
    assert [record["prediction"] for record in records] == ["1234478\n", "-4995\n", "64\n"]
    # A directory is read as a dataset of the Hub is.
    dataset = [
        "--questions",
        str(tmp_path / "data"),
        "--questions_split",
        "test",
        "--num_samples",
        "2",
    ]
    assert "| numeric match | 0.0 % |" in script("evaluate", *flags, *dataset, "--ablation", "gate_shut")


def test_each_fold_is_asked_of_its_own_model_and_all_are_told_of_together(headline, tmp_path):
    for fold, rows in {"fold0": ["7-5", "60-9", "8-8"], "fold1": ["12-30"]}.items():
        (tmp_path / fold).mkdir()
        asked = [{"prompt": f"{row}=", "answer": str(eval(row)), "size": len(row)} for row in rows]
        (tmp_path / fold / "dev.jsonl").write_text("".join(json.dumps(row) + "\n" for row in asked))
        (tmp_path / fold / "train.jsonl").write_text("")
        (tmp_path / f"model-{fold}").symlink_to(headline)
    (tmp_path / "model-fold1").unlink()
    flags = ["--model", str(tmp_path / "model-{fold}"), "--task", "questions", "--group_by", "size"]
    flags += ["--output", str(tmp_path / "report.json")]
    error = script("evaluate", *flags, "--folds", str(tmp_path), ok=False)
    assert "model-fold1 is not a model directory" in error
    (tmp_path / "model-fold1").symlink_to(headline)
    printed = script("evaluate", *flags, "--folds", str(tmp_path))
    assert "fold0: 100.0 % of 3" in printed and "fold1: 100.0 % of 1" in printed and "| prompt, n = 4 |" in printed
    together, first, second = json.loads((tmp_path / "report.json").read_text())
    assert (together["n"], first["n"], second["n"]) == (4, 3, 1) and together["groups"]["3"]["n"] == 2
    assert "holds no folds" in script("evaluate", *flags, "--folds", str(tmp_path / "fold0"), ok=False)
    (tmp_path / "fold1" / "test.jsonl").write_text("")
    error = script("evaluate", *flags, "--folds", str(tmp_path), ok=False)
    assert "fold1 holds dev.jsonl and test.jsonl: keep one to measure on" in error


def test_the_evaluation_harness_runs_on_a_published_repository(headline, tmp_path):
    pytest.importorskip("lm_eval")
    repository = str(tmp_path / "repository")
    script("push_to_hub", "--model", headline, "--repo_id", "me/it", "--dry_run", "--output_dir", repository)
    (tmp_path / "problems.jsonl").write_text('{"prompt": "98765+4321=", "answer": "103086"}\n' * 3)
    command = [sys.executable, "-m", "lm_eval", "--model", "hf", "--device", "cpu", "--tasks", "gpt_dag_arithmetic"]
    command += ["--model_args", f"pretrained={repository},trust_remote_code=True", "--output_path", str(tmp_path)]
    command += ["--include_path", str(ROOT / "configs" / "lm_eval"), "--batch_size", "2"]
    environment = ENVIRONMENT | {"HF_HOME": str(tmp_path / "cache")}
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True)
    (results,) = tmp_path.glob("**/results_*.json")
    assert json.loads(results.read_text())["results"]["gpt_dag_arithmetic"]["exact_match,none"] == 1.0


@pytest.mark.parametrize("name", ["generate", "evaluate", "explain", "demo"])
def test_a_missing_or_foreign_model_is_refused_in_one_line(tmp_path, name):
    prompt = ["--prompt", "1+1="] if name in ("generate", "explain") else []
    assert "is not a model directory" in script(name, "--model", str(tmp_path), *prompt, ok=False)
    (tmp_path / "config.json").write_text('{"model_type": "gpt2"}')
    error = script(name, "--model", str(tmp_path), *prompt, ok=False)
    assert "type 'gpt2', not a GPT-DAG" in error and "Traceback" not in error


def test_publishing_without_network_writes_a_repository_with_recipe_and_results(smoke, tmp_path):
    flags = ["--model", smoke, "--repo_id", "me/smoke", "--dry_run"]
    assert "--dry_run needs --output_dir" in script("push_to_hub", *flags, ok=False)
    script("push_to_hub", *flags, "--output_dir", str(tmp_path / "repository"))
    card = (tmp_path / "repository" / "README.md").read_text()
    assert "max_steps: 5" in card and "| 2 | 0.0 %" in card and "type: exact_match" in card
    error = script("push_to_hub", *flags, "--output_dir", str(tmp_path / "repository"), ok=False)
    assert "is not empty" in error and "Traceback" not in error


def test_conversion_from_the_shell(tmp_path):
    from helpers.nanogpt import reference_weights, save

    checkpoint = save(tmp_path, reference_weights(bias=True, depth=3), dag_depth=3)
    output = script("convert", "--checkpoint", checkpoint, "--output_dir", str(tmp_path / "converted"))
    assert "dag_depth 3" in output and "value_to_embed_layer.weight" in output
    error = script("convert", "--checkpoint", str(tmp_path / "no.pt"), "--output_dir", str(tmp_path), ok=False)
    assert "there is no checkpoint" in error and "Traceback" not in error


def test_the_cost_of_logging_is_measured():
    output = script("benchmark_logger", "configs/train/smoke.yaml", "--max_steps", "31")
    assert "wall clock: 10 steps without" in output and "one probe of" in output
