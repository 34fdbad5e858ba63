"""DAGLogger: the right numbers, at logging steps only, nothing left on the model."""

import pytest
import torch
from transformers import TrainingArguments
from transformers.trainer_callback import TrainerControl, TrainerState

from modeling_gpt_dag.dag_logger import DAGLogger


@pytest.fixture
def loop(make_model, encode, tmp_path):
    """Drives the callback through `steps` steps as the Trainer does; returns the state."""

    def run(callback: DAGLogger, steps: int, logging_steps: int, **overrides) -> TrainerState:
        model = make_model(**overrides).train()
        args = TrainingArguments(output_dir=str(tmp_path), logging_steps=logging_steps)
        state, control = TrainerState(logging_steps=logging_steps), TrainerControl()
        callback.on_train_begin(args, state, control, model=model)
        for step in range(steps):
            callback.on_step_begin(args, state, control, model=model)
            for text in ("12+34=46", "7*8="):
                model(encode(text))
            state.global_step = step + 1
            callback.on_step_end(args, state, control, model=model)
            if state.global_step % logging_steps == 0:
                logs = {"loss": 1.0}
                state.log_history.append(dict(logs))
                callback.on_log(args, state, control, logs=logs)
        mixer = getattr(model.model, "mixer", None)
        assert mixer is None or not mixer._forward_hooks
        return state

    return run


def test_every_logging_step_carries_the_metrics_beside_the_loss(loop):
    state = loop(DAGLogger(), steps=4, logging_steps=2)
    expected = {"loss", "gate/mean", "gate/std", "gate/open_fraction", "gate/result_fraction"}
    expected |= {"norm/hidden", "norm/dag_hidden", "norm/fused", "dag_scale"}
    expected |= {f"op_prob/{name}" for name in ("add", "identity", "multiply", "subtract")}
    assert [set(record) for record in state.log_history] == [expected] * 2
    record = state.log_history[0]
    assert sum(value for name, value in record.items() if name.startswith("op_prob/")) == pytest.approx(1)


@pytest.mark.parametrize("numerics", ["exact", "soft"])
def test_statistics_are_those_of_the_forward_pass(make_model, encode, numerics):
    model = make_model(dag_numerics=numerics)
    ids = encode("12+34=46")
    seen = []
    model.model.mixer.register_forward_hook(lambda *hooked: seen.append(DAGLogger.statistics(*hooked, ["a"] * 4)))
    dag = model(ids, output_dag=True).dag
    fused = model.model(ids).last_hidden_state
    assert torch.equal(seen[0]["gate/mean"], dag.gate.mean())
    assert torch.equal(seen[0]["norm/fused"], fused.norm(dim=-1).mean())


def test_nothing_runs_between_logging_steps(loop, monkeypatch):
    calls = []
    statistics = DAGLogger.statistics
    monkeypatch.setattr(DAGLogger, "statistics", lambda self, *hooked: calls.append(1) or statistics(*hooked))
    loop(DAGLogger(), steps=7, logging_steps=3)
    assert len(calls) == 4  # two logging steps of two micro-batches


def test_without_a_dag_there_is_nothing_to_log(loop):
    assert loop(DAGLogger(), steps=1, logging_steps=1, dag_depth=0).log_history == [{"loss": 1.0}]
