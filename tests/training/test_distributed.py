"""Several processes, accumulated micro-batches, sharded models: all of them take the step of one large batch."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from helpers.backbones import attach, make_backbone

ROOT = Path(__file__).parents[2]
# Fewer plans than beams: the forward pass draws all of them, whatever the noise.
SETTINGS = {"dag_depth": 1, "dag_num_plans": 100, "dag_plan_loss_weight": 0.5, "dag_value_loss_weight": 0.7}
TORCHRUN = ["-m", "torch.distributed.run", "--nproc_per_node", "2"]


def launch(config: str) -> list[str]:
    file = str(ROOT / "configs" / "accelerate" / config)
    return ["-m", "accelerate.commands.launch", "--config_file", file, "--num_processes", "2"]


@pytest.fixture
def rows(encode) -> list[dict[str, torch.Tensor]]:
    """Eight rows; of the even ones the answers alone are labelled, so that processes differ in what they average."""
    texts = [f"{12 + row}+34={46 + row}\n{row + 2}*7={7 * row + 14}\n" for row in range(8)]
    rows = []
    for row, ids in enumerate(encode(*texts)):
        labels, plans = ids.clone(), torch.full((len(ids), 1, 3), -100)
        plans[5:8] = torch.tensor([1, 0, 0])  # add(slot 1, slot 0)
        if row % 2 == 0:
            labels[:6] = -100
        rows.append({"input_ids": ids, "labels": labels, "plan_labels": plans})
    return rows


def gradients(model, rows, **without) -> dict[str, torch.Tensor]:
    """Of one pass over all rows."""
    model.zero_grad()
    batch = {name: torch.stack([row[name] for row in rows]) for name in rows[0]} | without
    model.train()(**batch).loss.backward()
    return {name: parameter.grad.clone() for name, parameter in model.named_parameters()}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("launcher", "kind", "batch_size", "accumulation"),
    [
        pytest.param([], "NO", 2, 4, id="accumulated"),
        pytest.param(TORCHRUN, "MULTI_CPU", 4, 1, id="two processes"),
        pytest.param(TORCHRUN, "MULTI_CPU", 1, 4, id="two processes, accumulated"),
        pytest.param(launch("fsdp.yaml"), "FSDP", 2, 2, id="FSDP"),
        pytest.param(launch("zero2.yaml"), "DEEPSPEED", 2, 2, id="ZeRO 2"),
        pytest.param(launch("zero3.yaml"), "DEEPSPEED", 2, 2, id="ZeRO 3"),
    ],
)
def test_every_launcher_takes_the_step_of_one_large_batch_auxiliary_losses_included(
    launcher, kind, batch_size, accumulation, make_model, rows, tmp_path
):
    if kind == "DEEPSPEED" and not find_spec("deepspeed"):
        pytest.skip("deepspeed is not installed")
    model = make_model(**SETTINGS)
    model.save_pretrained(tmp_path / "model")
    torch.save(rows, tmp_path / "rows.pt")
    expected = gradients(model, rows)
    command = [sys.executable, *launcher, ROOT / "tests" / "programs" / "one_step.py", tmp_path]
    command += ["--per_device_train_batch_size", batch_size, "--gradient_accumulation_steps", accumulation]
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    environment = os.environ | {"PYTHONPATH": path, "DS_ACCELERATOR": "cpu"}
    process = subprocess.run([str(part) for part in command], env=environment, capture_output=True, text=True)
    assert process.returncode == 0, process.stderr

    stepped = load_file(tmp_path / "stepped" / "model.safetensors")
    for name, before in model.named_parameters():
        torch.testing.assert_close(before - stepped[name], expected[name], rtol=1e-3, atol=1e-6, msg=name)
    records = [json.loads(file.read_text()) for file in sorted(tmp_path.glob("records-*.json"))]
    assert [record["distributed_type"] for record in records] == [kind] * (2 if launcher else 1)
    for record, *_ in (record["log_history"] for record in records):
        assert record["num_input_tokens_seen"] == sum(row["input_ids"].numel() for row in rows)
        assert "gate/mean" in record and record["tokens_per_second"] > 0 and record["tflops"] > 0
    assert len({record["log_history"][0]["peak_memory_gib"] for record in records}) == 1


def test_each_auxiliary_loss_is_part_of_that_step(make_model, rows):
    model, name = make_model(**SETTINGS), "model.dag.slot_head.weight"
    full = gradients(model, rows)[name]
    without_plans = gradients(model, rows, plan_labels=None)[name]
    model.config.dag_value_loss_weight = 0.0
    without_values = gradients(model, rows)[name]
    for other in (without_plans, without_values):
        assert (full - other).norm() > 0.01 * full.norm()


@pytest.mark.parametrize("settings", [{}, {"dag_numerics": "soft"}, {"dag_depth": 0}], ids=["exact", "soft", "no DAG"])
def test_blocks_alone_are_gathered_on_their_own(make_model, settings):
    """FSDP refuses names that are not in the model, and gathers the DAG in time only with the whole model."""
    assert make_model(**settings)._no_split_modules == {"GPT2Block"}


def test_context_blocks_are_gathered_beside_the_backbones(tokenizer):
    for layers, names in ((0, {"LlamaDecoderLayer"}), (1, {"LlamaDecoderLayer", "GPT2Block"})):
        model = attach(make_backbone("llama"), tokenizer, dag_context_layers=layers)
        assert model._no_split_modules == names
