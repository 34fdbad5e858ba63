"""DAGLogger by hand: the right numbers, nothing left on the model, nothing missing in silence."""

import logging

import pytest
import torch
from transformers import TrainingArguments
from transformers.trainer_callback import TrainerControl, TrainerState

from helpers.plans import ALL_PLANS
from modeling_gpt_dag.plans import plan_log_prob
from modeling_gpt_dag.training.dag_logger import DAGLogger
from modeling_gpt_dag.training.dag_probe import probe_table

OPERATIONS = ["add", "identity", "multiply", "subtract"]
TEXTS = ("12+34=46", "7*8=-56.")


@pytest.fixture
def step(make_model, encode):
    """Metrics of one training step on TEXTS, with the model and the outputs they are of; `.state` is the mixer's."""

    def step(**overrides):
        model = make_model(**overrides).train()
        ids = encode(*TEXTS)
        dag_logger = DAGLogger()

        def keep(mixer, inputs, output):
            step.state = inputs[2]

        with dag_logger.capture(model):
            hook = model.model.mixer.register_forward_hook(keep)
            outputs = model(ids, labels=ids, output_dag=True, output_hidden_states=True)
            hook.remove()
            for tensor in (outputs.dag.dag_hidden, outputs.dag.values, outputs.hidden_states[-1]):
                if tensor.requires_grad:
                    tensor.retain_grad()
            outputs.loss.backward()
        return dag_logger.get_wandb_logging_dict(model), model, outputs

    return step


def hooks_of(model) -> int:
    return sum(len(module._forward_hooks) + len(module._forward_pre_hooks) for module in model.modules())


@pytest.fixture
def loop(make_model, encode, tmp_path):
    """Drives the callback through `steps` steps as the Trainer does; returns the state and hooks of each step."""

    def run(callback: DAGLogger, steps: int, **overrides) -> tuple[TrainerState, list[int]]:
        model, hooks = make_model(**{"n_layer": 1, "dag_depth": 1, "dag_num_plans": 2, **overrides}).train(), []
        args = TrainingArguments(str(tmp_path), logging_steps=2, logging_first_step=True)
        state, control = TrainerState(logging_steps=2), TrainerControl()
        callback.on_train_begin(args, state, control, model=model)
        for state.global_step in range(steps):
            callback.on_step_begin(args, state, control, model=model)
            hooks.append(hooks_of(model))
            ids = encode("12+34=46")
            model(ids, labels=ids).loss.backward()
            state.global_step += 1
            callback.on_step_end(args, state, control, model=model)
            assert hooks_of(model) == 0
            if state.global_step % 2 == 0 or state.global_step == 1:
                state.log_history.append({"loss": 1.0})
                callback.on_log(args, state, control, model=model, logs={"loss": 1.0})
        return state, hooks

    return run


@pytest.mark.parametrize(("numerics", "slots"), [("exact", 8), ("soft", 4)])
def test_a_step_leaves_every_metric(step, numerics, slots):
    expected = {
        f"gate/{name}" for name in ("mean", "std", "open_fraction", "open_fraction_numeric", "result_fraction")
    }
    expected |= {f"norm/{name}" for name in ("hidden", "dag_hidden", "fused", "dag_to_orig_ratio")}
    expected |= {f"{kind}/{name}" for kind in ("op_prob", "op_grad") for name in OPERATIONS}
    expected |= {f"dag_{which}_grad_{name}" for which in ("output", "scratch") for name in ("norm", "mean", "std")}
    expected |= {f"orig_hidden_grad_{name}" for name in ("norm", "mean", "std")}
    expected |= {"dag_scale", "op_logits_mean", "plan_entropy"}
    held = {f"slot/{slot}/filled" for slot in range(slots)}
    metrics, _, _ = step(dag_numerics=numerics)
    for name in (name for name in held if metrics[name] > 0):
        held = held | {name.replace("filled", statistic) for statistic in ("mean", "std", "q05", "q50", "q95")}
    assert set(metrics) == expected | held


@pytest.mark.parametrize("numerics", ["exact", "soft"])
def test_metrics_of_the_forward_pass_are_those_of_its_outputs(step, numerics):
    metrics, model, outputs = step(dag_numerics=numerics)
    dag = outputs.dag
    assert metrics["gate/mean"] == pytest.approx(dag.gate.mean().item())
    assert metrics["gate/std"] == pytest.approx(dag.gate.std(correction=0).item(), abs=1e-6)
    assert metrics["gate/open_fraction"] == pytest.approx((dag.gate > 0.5).float().mean().item())
    numeric = dag.gate[dag.gate > 0]
    assert metrics["gate/open_fraction_numeric"] == pytest.approx((numeric > 0.5).float().mean().item())
    assert metrics["norm/fused"] == pytest.approx(outputs.hidden_states[-1].norm(dim=-1).mean().item())
    assert metrics["dag_scale"] == model.model.mixer.dag_scale.item()
    for name, prob in zip(OPERATIONS, dag.operation_probs.mean((0, 1, 2)).tolist(), strict=True):
        assert metrics[f"op_prob/{name}"] == pytest.approx(prob)


def test_plan_entropy_is_minus_the_expected_log_probability_of_a_plan(step):
    metrics, _, outputs = step(dag_depth=1, dag_num_values=2)
    dag = outputs.dag
    plans = torch.cartesian_prod(torch.arange(2), torch.arange(2), torch.arange(4))
    logs = [probs.clamp(min=1e-30).log() for probs in (dag.operand1_probs, dag.operand2_probs, dag.operation_probs)]
    plans = plans.view(1, 1, -1, 1, 3).expand(*dag.gate.shape, -1, -1, -1)
    log_prob = plan_log_prob(type("Plan", (tuple,), {"operation": logs[2]})(logs), plans)
    assert metrics["plan_entropy"] == pytest.approx(-(log_prob.exp() * log_prob).sum(-1).mean().item(), rel=1e-5)


def test_slots_are_summarised_over_the_tokens_where_they_hold_a_value(step):
    metrics, _, outputs = step()
    values, mask = outputs.dag.values, outputs.dag.values_mask
    for slot in (0, 7):
        held = values[..., slot][mask[..., slot]]
        assert metrics[f"slot/{slot}/filled"] == pytest.approx(mask[..., slot].double().mean().item())
        assert metrics[f"slot/{slot}/mean"] == pytest.approx(held.mean().item())
        assert metrics[f"slot/{slot}/std"] == pytest.approx(held.std(correction=0).item())
        assert metrics[f"slot/{slot}/q95"] == held.quantile(0.95, interpolation="nearest").item()


@pytest.mark.parametrize("numerics", ["exact", "soft"])
def test_gradients_are_those_autograd_leaves_on_the_same_tensors(step, numerics):
    metrics, model, outputs = step(dag_numerics=numerics)
    written, (batch, tokens) = outputs.dag.dag_hidden.grad, outputs.dag.gate.shape
    if numerics == "exact":
        # The operations' logits are biased by a parameter: its gradient is the sum of theirs.
        bias = model.model.dag.operation_head.bias.grad.view(3, 4)
        embedding = model.get_input_embeddings()(model.model.number_memory.written_tokens)
        final = written @ torch.cat([embedding, model.model.dag.end_embedding.unsqueeze(0)]).T
        kept = 1 - outputs.dag.gate * (1 - step.state.ends)
        past_dag = kept.unsqueeze(-1) * outputs.hidden_states[-1].grad
    else:
        bias = model.model.dag.plan_out.bias.grad.view(3, -1)[:, -4:]
        final, past_dag = outputs.dag.values.grad[..., -1], outputs.hidden_states[-1].grad
    for name, gradient in zip(OPERATIONS, bias.sum(0).tolist(), strict=True):
        assert metrics[f"op_grad/{name}"] == pytest.approx(gradient / (batch * tokens * 3), rel=1e-4, abs=1e-9)
    for name, gradient in (("dag_output", written), ("dag_scratch", final), ("orig_hidden", past_dag)):
        assert metrics[f"{name}_grad_norm"] == pytest.approx(gradient.norm().item(), rel=1e-5)
        assert metrics[f"{name}_grad_mean"] == pytest.approx(gradient.mean().item(), rel=1e-3, abs=1e-9)
        assert metrics[f"{name}_grad_std"] == pytest.approx(gradient.std(correction=0).item(), rel=1e-4)


def test_watching_changes_no_gradient(make_model, encode):
    model, ids, gradients = make_model(**ALL_PLANS).train(), encode(*TEXTS), []
    for context in (DAGLogger().capture(model), torch.enable_grad()):
        model.zero_grad()
        with context:
            model(ids, labels=ids).loss.backward()
        gradients.append(torch.cat([parameter.grad.flatten() for parameter in model.parameters()]))
    torch.testing.assert_close(*gradients)


def test_micro_batches_add_up_to_one_large_batch(make_model, encode):
    model, ids, metrics = make_model(**ALL_PLANS).train(), encode(*TEXTS, "9-10=-1\n"), []
    for sizes in ([3], [2, 1]):
        dag_logger = DAGLogger()
        with dag_logger.capture(model):
            for part in ids.split(sizes):
                (model(part, labels=part).loss * len(part) / 3).backward()
        metrics.append(dag_logger.get_wandb_logging_dict(model))
    whole, parts = metrics
    assert set(whole) == set(parts)
    for name in (name for name in whole if "/q" not in name):
        assert parts[name] == pytest.approx(whole[name], rel=1e-4, abs=1e-8), name


def test_the_dag_of_a_frozen_backbone_is_logged(make_model, encode):
    model, ids, dag_logger = make_model().train().freeze_backbone(), encode(*TEXTS), DAGLogger()
    with dag_logger.capture(model):
        model(ids, labels=ids).loss.backward()
    assert dag_logger.get_wandb_logging_dict(model)["orig_hidden_grad_norm"] > 0


def test_where_no_number_stands_what_is_over_numbers_is_left_out(make_model, encode):
    model, ids, dag_logger = make_model().train(), encode("Hello"), DAGLogger()
    with dag_logger.capture(model):
        model(ids, labels=ids).loss.backward()
    metrics = dag_logger.get_wandb_logging_dict(model)
    assert metrics["gate/result_fraction"] == 0 and "gate/open_fraction_numeric" not in metrics
    assert {metrics[name] for name in metrics if name.startswith("slot/")} == {0.0}
    assert {name.rsplit("/")[-1] for name in metrics if name.startswith("slot/")} == {"filled"}


def test_only_logging_steps_are_watched_and_carry_the_metrics_beside_the_loss(loop):
    state, hooks = loop(DAGLogger(), steps=4)
    assert [step + 1 for step, count in enumerate(hooks) if count > 0] == [1, 2, 4]
    assert all({"loss", "gate/mean", "op_grad/add"} <= set(record) for record in state.log_history)
    assert len(state.log_history) == 3


def test_without_a_dag_it_is_said_once_that_there_is_nothing_to_log(loop, caplog):
    dag_logger = DAGLogger()
    with caplog.at_level(logging.WARNING):
        state, hooks = loop(dag_logger, steps=2, dag_depth=0)
        loop(dag_logger, steps=2, dag_depth=0)
    assert state.log_history == [{"loss": 1.0}] * 2 and set(hooks) == {0}
    (record,) = caplog.records
    assert "nothing to log" in record.message


def test_a_missing_metric_is_an_error_with_its_name(make_model, encode):
    model, ids, dag_logger = make_model(), encode(*TEXTS), DAGLogger()
    with pytest.raises(RuntimeError, match="nothing was captured"):
        dag_logger.get_wandb_logging_dict(model)
    with dag_logger.capture(model):
        model(ids)
    with pytest.raises(RuntimeError, match="dag_output_grad_mean, .*op_grad/add"):
        dag_logger.get_wandb_logging_dict(model)
    with dag_logger.capture(model):
        model(ids, labels=ids).loss.backward()
    with pytest.raises(RuntimeError, match=r"nothing to log for op_grad/add, .*training mode"):
        dag_logger.get_wandb_logging_dict(model)


def test_a_metric_that_is_not_finite_is_an_error_with_its_name(make_model, encode):
    model, ids, dag_logger = make_model().train(), encode(*TEXTS), DAGLogger()
    with torch.no_grad():
        model.model.mixer.dag_scale.fill_(float("inf"))
    with dag_logger.capture(model):
        model(ids, labels=ids).loss.backward()
    with pytest.raises(FloatingPointError, match="dag_scale = inf"):
        dag_logger.get_wandb_logging_dict(model)


def test_a_record_out_of_turn_is_refused(loop, make_model, tmp_path):
    dag_logger = DAGLogger()
    state, _ = loop(dag_logger, steps=3)
    with pytest.raises(RuntimeError, match="step 3 is logged out of turn"):
        dag_logger.on_log(TrainingArguments(str(tmp_path)), state, TrainerControl(), logs={"loss": 1.0})


def test_what_cannot_be_logged_rightly_is_refused(make_model, tmp_path):
    with pytest.raises(ValueError, match="probe_steps=0"):
        DAGLogger("1+1=", probe_steps=0)
    with pytest.raises(ValueError, match="probe_prompt needs the tokenizer"):
        args = TrainingArguments(str(tmp_path))
        DAGLogger("1+1=").on_train_begin(args, TrainerState(), TrainerControl(), model=make_model())
    with pytest.raises(ValueError, match="fp16=True"):
        args.fp16 = True
        DAGLogger().on_train_begin(args, TrainerState(), TrainerControl(), model=make_model())


@pytest.mark.slow
@pytest.mark.parametrize("numerics", ["exact", "soft"])
def test_the_probe_lists_the_slots_of_every_token(make_model, tokenizer, encode, numerics):
    model = make_model(dag_numerics=numerics).train()
    table = probe_table(model, tokenizer, "12.50+3=")
    dag = model.eval()(encode("12.50+3="), output_dag=True).dag
    assert list(table["token"]) == list("12.50+3=")
    assert table["gate"].tolist() == dag.gate[0].tolist()
    assert list(table.columns[3:]) == [f"slot {slot}" for slot in range(dag.values.shape[-1])]
    if numerics == "exact":
        assert table["slot 0"].tolist() == [""] * 5 + ["12.50", "12.50", "3"] and table["slot 1"].iloc[-1] == "12.50"
    else:
        assert [float(text) for text in table["slot 0"]] == pytest.approx(dag.values[0, :, 0].tolist(), rel=1e-5)


@pytest.mark.slow
def test_the_probe_leaves_the_model_in_training_mode(make_model, tokenizer):
    model = make_model().train()
    probe_table(model, tokenizer, "1+1=")
    assert all(module.training for module in model.modules())
