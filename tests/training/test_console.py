"""The console: one line a logging step; files and reporters keep every value."""

import json
from types import SimpleNamespace

import pytest
from transformers import PrinterCallback, ProgressCallback, Trainer, TrainingArguments

from helpers.scripts import ROOT
from modeling_gpt_dag.training.console import console_line, log_lines
from modeling_gpt_dag.training.run import prepare_run

STATE = SimpleNamespace(global_step=50, max_steps=1000)
LOGS = {
    "loss": 2.34567,
    "learning_rate": 4.9e-4,
    "gate/open_fraction": 0.1234,
    "op_prob/add": 0.31,
    "op_prob/identity": 0.05,
    "op_prob/multiply": 0.52,
    "op_prob/subtract": 0.12,
    "tokens_per_second": 23456.7,
    "slot/0/q50": 12.0,
}


def test_a_logging_step_is_loss_rate_gate_likely_operations_and_speed():
    parts = ["step   50/1000", "loss 2.3457", "learning rate 4.90e-04", "gate open 12.3 %", "multiply 0.52, add 0.31"]
    assert console_line(LOGS, STATE) == "  ".join([*parts, "23,457 tokens/s"])


@pytest.mark.parametrize(
    ("logs", "line"),
    [
        ({"loss": 1.0, "grad_norm": 2.0}, "step   50/1000  loss 1.0000"),
        ({"eval_loss": 1.5, "eval_runtime": 3.0}, "step   50/1000  validation loss 1.5000"),
        ({"train_runtime": 65.4, "train_loss": 0.5}, "50 steps in 65 s, mean loss 0.5000"),
        ({"mine": 3}, "step   50/1000  mine 3"),
    ],
    ids=["without DAG", "evaluation", "summary", "other"],
)
def test_other_records_have_lines_of_their_own(logs, line):
    assert console_line(logs, STATE) == line


@pytest.mark.parametrize("disable_tqdm", [True, False])
def test_lines_take_the_place_of_dictionaries_and_bars_stay(make_model, tmp_path, disable_tqdm):
    args = TrainingArguments(output_dir=str(tmp_path), use_cpu=True, report_to="none", disable_tqdm=disable_tqdm)
    trainer = Trainer(make_model(), args)
    log_lines(trainer)
    kinds = [type(callback) for callback in trainer.callback_handler.callbacks]
    assert PrinterCallback not in kinds and ProgressCallback not in kinds
    assert sum(issubclass(kind, ProgressCallback) for kind in kinds) == (not disable_tqdm)


@pytest.mark.slow
@pytest.mark.parametrize(("flags", "lines"), [([], 3), (["--log_console", "full"], 0)], ids=["line", "full"])
def test_a_run_prints_a_line_a_step_and_keeps_every_value(tmp_path, datasets_cache, capsys, flags, lines):
    sizes = ["--num_train_blocks", "12", "--max_steps", "3", "--logging_steps", "1", "--disable_tqdm", "true"]
    run = prepare_run(
        [str(ROOT / "configs" / "train" / "smoke.yaml"), "--output_dir", str(tmp_path / "run"), *sizes, *flags]
    )
    trainer = run.trainer()
    trainer.train()
    printed = capsys.readouterr().out.splitlines()
    assert sum(line.startswith("step ") and "tokens/s" in line for line in printed) == lines
    assert sum("'gate/open_fraction'" in line for line in printed) == (0 if lines else 3)
    trainer.save_state()
    history = json.loads((tmp_path / "run" / "trainer_state.json").read_text())["log_history"]
    assert all(
        {"loss", "gate/open_fraction", "slot/0/filled", "tokens_per_second"} <= row.keys() for row in history[:3]
    )
