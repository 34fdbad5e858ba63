"""ThroughputLogger: tokens, operations and memory in the record of the loss, training time alone."""

from itertools import count

import psutil
import pytest
import torch
from transformers import TrainerCallback, TrainingArguments
from transformers.trainer_callback import TrainerControl, TrainerState

from modeling_gpt_dag.training import throughput
from modeling_gpt_dag.training.throughput import ThroughputLogger, operations_per_token, peak_memory


@pytest.fixture
def clock(monkeypatch) -> dict[str, float]:
    """Time stands still, but for what a test adds to `now`."""
    clock = {"now": 100.0}
    monkeypatch.setattr(throughput, "perf_counter", lambda: clock["now"])
    return clock


@pytest.fixture
def loop(clock, make_model, tmp_path):
    """Drives the callback as the Trainer does: `loop(tokens, seconds, then=...)` is a step; returns its record."""
    model = make_model(n_layer=1, dag_depth=1)
    args, state, control = TrainingArguments(str(tmp_path), use_cpu=True), TrainerState(), TrainerControl()
    callback = ThroughputLogger(peak_tflops=2.0)
    callback.on_train_begin(args, state, control)

    def step(tokens: int, seconds: float, then=()) -> dict[str, float]:
        clock["now"] += seconds
        state.num_input_tokens_seen += tokens
        state.log_history.append({})
        callback.on_step_end(args, state, control)
        callback.on_log(args, state, control, model=model, logs={"loss": 1.0})
        for event in then:
            clock["now"] += 1_000
            callback.on_log(args, state, control, model=model, logs={"eval_loss": 1.0})
            getattr(callback, event)(args, state, control)
        return state.log_history[-1]

    step.model = model
    return step


def test_rates_are_those_since_the_last_record(loop):
    assert [loop(600, 2.0)["tokens_per_second"], loop(50, 0.5)["tokens_per_second"]] == [300, 100]


def test_evaluating_and_saving_is_no_training_time(loop):
    loop(600, 2.0, then=["on_evaluate", "on_save"])
    assert loop(600, 2.0)["tokens_per_second"] == pytest.approx(300)


def test_operations_follow_from_tokens_and_utilisation_from_operations(loop):
    record = loop(600, 2.0)
    assert record["tflops"] == pytest.approx(300 * 6 * loop.model.num_parameters() / 1e12)
    assert record["mfu"] == pytest.approx(record["tflops"] / 2.0)


def test_a_frozen_parameter_costs_the_forward_pass_alone(make_model):
    model = make_model()
    trained = sum(parameter.numel() for name, parameter in model.named_parameters() if "backbone" not in name)
    frozen = model.num_parameters() - trained
    assert operations_per_token(model) == 6 * (trained + frozen)
    assert operations_per_token(model.freeze_backbone()) == 6 * trained + 2 * frozen


def test_peak_memory_of_a_cpu_is_the_resident_set_of_the_process_in_bytes():
    resident = psutil.Process().memory_info().rss
    assert 0.9 * resident < peak_memory(torch.device("cpu")) < psutil.virtual_memory().total


@pytest.mark.parametrize("peak", [0.0, -1.0])
def test_a_peak_that_cannot_be_is_refused(peak):
    with pytest.raises(ValueError, match=f"peak_tflops={peak}: must be positive"):
        ThroughputLogger(peak_tflops=peak)


@pytest.mark.slow
def test_the_trainer_logs_it_with_the_loss_and_reporters_get_it(make_model, encode, tmp_path, monkeypatch):
    from transformers import Trainer, default_data_collator

    class Reporter(TrainerCallback):
        logs: list[dict] = []

        def on_log(self, args, state, control, logs=None, **kwargs):
            self.logs.append(dict(logs))

    # It is a second later whenever the time is asked for: at a step's end, and when it is logged.
    ticks = count()
    monkeypatch.setattr(throughput, "perf_counter", lambda: next(ticks))
    ids = encode("12+34=46\n")[0]
    settings = {"per_device_train_batch_size": 2, "gradient_accumulation_steps": 3, "max_steps": 4, "logging_steps": 2}
    args = TrainingArguments(str(tmp_path), **settings, use_cpu=True, report_to="none", save_strategy="no")
    rows = [{"input_ids": ids, "labels": ids}] * 24
    callbacks = [ThroughputLogger()]
    trainer = Trainer(
        make_model(dag_depth=1), args, train_dataset=rows, data_collator=default_data_collator, callbacks=callbacks
    )
    trainer.callback_handler.callbacks.insert(0, Reporter())
    trainer.train()
    records = [record for record in trainer.state.log_history if "loss" in record]
    tokens = 2 * 2 * 3 * len(ids)  # steps, rows, micro-batches
    assert [record["tokens_per_second"] for record in records] == [tokens / 3] * 2
    assert [record["num_input_tokens_seen"] for record in records] == [tokens, 2 * tokens]
    assert all({"tflops", "peak_memory_gib"} <= record.keys() and "mfu" not in record for record in records)
    assert [{"step": record["step"], **logs} for record, logs in zip(records, Reporter.logs, strict=False)] == records
