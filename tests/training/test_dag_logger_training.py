"""DAGLogger in a plain Trainer: one record with the loss, in every reporter, however the step is computed."""

import json
import os
import struct
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import torch
from transformers import TrainerCallback

from helpers.plans import ALL_PLANS
from modeling_gpt_dag.training.dag_logger import DAGLogger

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
TEXT = "12+34=46\n-3.5*2=-7.0\n"
REPORTERS = ("wandb", "trackio", "tensorboard")


@pytest.fixture
def train(make_model, encode, tmp_path):
    """Records with a loss of a Trainer's run over 8 rows that all differ; raw arguments of TrainingArguments."""

    def train(callbacks: list[TrainerCallback], model_overrides=None, **arguments) -> list[dict]:
        from datasets import Dataset
        from transformers import Trainer, TrainingArguments, default_data_collator

        torch.manual_seed(0)
        model = make_model(**ALL_PLANS | (model_overrides or {}))
        rows = encode(*(TEXT.replace("12", f"{10 + row}") for row in range(8))).tolist()
        settings = {"max_steps": 2, "per_device_train_batch_size": 4, "logging_steps": 1, "learning_rate": 1e-3}
        args = TrainingArguments(
            str(tmp_path), **{**settings, **arguments}, save_strategy="no", use_cpu=True, report_to="none"
        )
        dataset = Dataset.from_dict({"input_ids": rows, "labels": rows})
        trainer = Trainer(model, args, train_dataset=dataset, data_collator=default_data_collator, callbacks=callbacks)
        trainer.train()
        return [record for record in trainer.state.log_history if "loss" in record]

    return train


def assert_equal(records: list[dict], expected: list[dict], tolerance: float = 1e-4):
    assert len(records) == len(expected)
    for record, other in zip(records, expected, strict=True):
        assert set(record) == set(other)
        # Quantiles are of a micro-batch.
        for name in (name for name in other if "/q" not in name):
            assert record[name] == pytest.approx(other[name], rel=tolerance, abs=1e-7), name


class ByHand(TrainerCallback):
    """A loop of one's own inside the Trainer's: captures each step's passes itself."""

    def __init__(self):
        self.dag_logger, self.metrics = DAGLogger(), []

    def on_step_begin(self, args, state, control, model=None, **kwargs):
        self.context = self.dag_logger.capture(model)
        self.context.__enter__()

    def on_pre_optimizer_step(self, args, state, control, model=None, **kwargs):
        self.context.__exit__(None, None, None)
        self.metrics.append(self.dag_logger.get_wandb_logging_dict(model))


@pytest.mark.parametrize("numerics", ["exact", "soft"])
def test_by_hand_and_in_the_trainer_the_same_dictionary(train, numerics):
    by_hand = ByHand()
    records = train([DAGLogger(), by_hand], {"dag_numerics": numerics})
    assert len(records) == len(by_hand.metrics) == 2
    for record, metrics in zip(records, by_hand.metrics, strict=True):
        assert metrics.items() <= record.items() and "grad_norm" in record


def test_the_console_prints_one_record_with_loss_and_metrics(train, capsys):
    train([DAGLogger()], disable_tqdm=True)
    lines = [line for line in capsys.readouterr().out.splitlines() if "'loss'" in line]
    assert len(lines) == 2 and all("'gate/mean'" in line and "'op_grad/add'" in line for line in lines)


def test_gradients_are_those_before_clipping(train):
    unclipped, clipped = train([DAGLogger()], max_grad_norm=0), train([DAGLogger()], max_grad_norm=1e-3)
    names = [name for name in unclipped[0] if "_grad" in name]
    assert len(names) > 5 and clipped[0]["grad_norm"] > 1e-2
    assert [clipped[0][name] for name in names] == [unclipped[0][name] for name in names]


def test_accumulated_micro_batches_are_logged_as_one_batch(train):
    whole = train([DAGLogger()])
    assert_equal(train([DAGLogger()], per_device_train_batch_size=2, gradient_accumulation_steps=2), whole)


def test_gradient_checkpointing_changes_no_metric(train):
    assert_equal(train([DAGLogger()], activation_checkpointing=True), train([DAGLogger()]))


def test_bf16_is_logged(train):
    records, expected = train([DAGLogger()], bf16=True), train([DAGLogger()])
    assert set(records[0]) == set(expected[0])
    assert records[0]["gate/mean"] == pytest.approx(expected[0]["gate/mean"], abs=0.02)
    assert records[0]["dag_output_grad_norm"] == pytest.approx(expected[0]["dag_output_grad_norm"], rel=0.1)


def test_a_compiled_model_is_logged_and_runs_compiled_between_logging_steps(train):
    class CountsGraphs(TrainerCallback):
        graphs: list[int] = []

        def on_step_end(self, *arguments, **kwargs):
            self.graphs.append(torch._dynamo.utils.counters["stats"]["unique_graphs"])

    torch._dynamo.reset()
    torch._dynamo.utils.counters.clear()
    arguments = {"max_steps": 4, "logging_steps": 2}
    records = train([DAGLogger(), CountsGraphs()], torch_compile=True, torch_compile_backend="aot_eager", **arguments)
    # Compiled in the first step, and neither in nor because of the logging steps again.
    assert CountsGraphs.graphs[0] >= 1 and len(set(CountsGraphs.graphs)) == 1
    assert_equal(records, train([DAGLogger()], **arguments), tolerance=1e-3)


@pytest.mark.parametrize(
    ("arguments", "steps"),
    [
        ({"logging_strategy": "epoch", "max_steps": 5}, [2, 4, 5]),
        ({"logging_strategy": "epoch", "gradient_accumulation_steps": 2, "max_steps": 2}, [1, 2]),
        ({"logging_steps": 2, "logging_first_step": True, "max_steps": 5}, [1, 2, 4]),
        ({"logging_strategy": "no"}, []),
    ],
    ids=["epochs", "epochs of accumulated steps", "steps and the first", "none"],
)
def test_whatever_the_schedule_each_record_has_its_metrics(train, arguments, steps):
    records = train([DAGLogger()], **arguments)
    assert [record["step"] for record in records] == steps and all("gate/mean" in record for record in records)


def test_without_a_dag_the_records_are_the_trainers_own(train):
    records = train([DAGLogger()], {"dag_depth": 0})
    assert {name for record in records for name in record} == {"loss", "grad_norm", "learning_rate", "epoch", "step"}


TWO_PROCESSES = """
import json, os, sys
import torch
from datasets import Dataset
from transformers import Trainer, TrainingArguments, default_data_collator
from modeling_gpt_dag import GPTDAGForCausalLM
from modeling_gpt_dag.training.dag_logger import DAGLogger

directory, batch_size = sys.argv[1], int(sys.argv[2])
torch.set_num_threads(1)
model = GPTDAGForCausalLM.from_pretrained(directory + "/model")
rows = json.load(open(directory + "/rows.json"))
args = TrainingArguments(
    directory + "/out", max_steps=2, per_device_train_batch_size=batch_size, logging_steps=1, learning_rate=1e-3,
    save_strategy="no", use_cpu=True, report_to="none", disable_tqdm=True,
    ddp_backend="gloo" if "RANK" in os.environ else None,
)
dataset = Dataset.from_dict({"input_ids": rows, "labels": rows})
trainer = Trainer(model, args, train_dataset=dataset, data_collator=default_data_collator, callbacks=[DAGLogger()])
trainer.train()
rank = os.environ.get("RANK", "alone")
json.dump(trainer.state.log_history, open(f"{directory}/history-{rank}.json", "w"))
# As scripts/train.py ends, and for its reasons.
trainer.accelerator.wait_for_everyone()
trainer.accelerator.end_training()
"""


def test_two_processes_log_what_one_logs_of_the_same_batch_and_the_main_one_writes(make_model, encode, tmp_path):
    make_model(**ALL_PLANS).save_pretrained(tmp_path / "model")
    rows = encode(*(TEXT.replace("12", f"{10 + row}") for row in range(8))).tolist()
    (tmp_path / "rows.json").write_text(json.dumps(rows))
    (tmp_path / "train.py").write_text(TWO_PROCESSES)
    environment = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"}
    launcher = [sys.executable, "-m", "torch.distributed.run", "--nproc_per_node", "2"]
    outputs = []
    for command, batch_size in ((launcher, "2"), ([sys.executable], "4")):
        command = [*command, str(tmp_path / "train.py"), str(tmp_path), batch_size]
        process = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert process.returncode == 0, process.stderr
        outputs.append(process.stdout)
    first, second, alone = (json.loads((tmp_path / f"history-{rank}.json").read_text()) for rank in (0, 1, "alone"))
    assert outputs[0].count("'gate/mean'") == outputs[1].count("'gate/mean'") == 2
    for records in (first, second):
        assert_equal(records[:-1], alone[:-1], tolerance=1e-3)


@pytest.fixture(scope="module")
def reported(tmp_path_factory) -> Path:
    """A run of train.py that reported to every reporter installed, its probe included."""
    directory = tmp_path_factory.mktemp("reported")
    reporters = [name for name in REPORTERS if find_spec(name)]
    recipe = f"base: {ROOT / 'configs' / 'train' / 'smoke.yaml'}\nreport_to: [{', '.join(reporters)}]\n"
    (directory / "recipe.yaml").write_text(recipe)
    folders = {"WANDB_MODE": "offline", "WANDB_DIR": str(directory), "TRACKIO_DIR": str(directory / "trackio")}
    flags = ["--output_dir", str(directory / "run"), "--probe_prompt", "12+34=", "--probe_steps", "2"]
    command = [sys.executable, "scripts/train.py", str(directory / "recipe.yaml"), *flags]
    environment = os.environ | folders | {"HF_HUB_OFFLINE": "1", "TENSORBOARD_LOGGING_DIR": str(directory / "board")}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    return directory


@pytest.fixture
def history(reported) -> list[dict]:
    """What trainer_state.json says of the run, each record's metrics under the names reporters give them.

    But for `train_runtime`, of which the Trainer reports two at the last step: its summary's is the other.
    """
    records = json.loads((reported / "run" / "trainer_state.json").read_text())["log_history"]
    return [
        {f"train/{name}": value for name, value in record.items() if name not in ("step", "train_runtime")}
        for record in records
        if "loss" in record
    ]


def wandb_history(path: Path):
    """The rows of an offline run: protocol buffers in a log of LevelDB's format behind a header of 7 bytes."""
    from wandb.proto.wandb_internal_pb2 import Record

    data, position, payload = path.read_bytes(), 7, b""
    while position + 7 <= len(data):
        if (left := 32768 - position % 32768) < 7:  # the end of a block holds no header
            position += left
            continue
        size, kind = struct.unpack("<HB", data[position + 4 : position + 7])
        payload += data[position + 7 : position + 7 + size]
        position += 7 + size
        if kind in (1, 4):  # whole, or the last part
            record, payload = Record.FromString(payload), b""
            if record.WhichOneof("record_type") == "history":
                yield {
                    item.key or ".".join(item.nested_key): json.loads(item.value_json) for item in record.history.item
                }


def test_trainer_state_has_the_metrics_in_the_records_of_the_loss(history):
    names = {"train/loss", "train/gate/mean", "train/slot/0/q50", "train/op_grad/add", "train/tokens_per_second"}
    assert len(history) == 5 and all(names <= set(row) for row in history)


def test_wandb_holds_the_records_and_the_probe(reported, history):
    pytest.importorskip("wandb")
    (path,) = (reported / "wandb").glob("offline-run-*/*.wandb")
    rows = list(wandb_history(path))
    losses = [row for row in rows if "train/loss" in row]
    assert all(expected.items() <= row.items() for row, expected in zip(losses, history, strict=True))
    assert [row["train/global_step"] for row in rows if "dag/probe._type" in row] == [2, 4, 5]
    (table, *_) = (json.loads(file.read_text()) for file in path.parent.rglob("*.table.json"))
    assert table["columns"][:3] == ["position", "token", "gate"]
    assert [row[1] for row in table["data"]] == list("12+34=") and table["data"][-1][3:5] == ["34", "12"]


def test_trackio_holds_the_records_and_the_probe(reported, history):
    pytest.importorskip("trackio")
    query = "from trackio.sqlite_storage import SQLiteStorage as S; import json; project = 'huggingface'; "
    query += "(run,) = S.get_run_records(project); print(json.dumps(S.get_logs(project, run['name'])))"
    environment = os.environ | {"TRACKIO_DIR": str(reported / "trackio")}
    output = subprocess.run([sys.executable, "-c", query], env=environment, check=True, capture_output=True, text=True)
    rows = json.loads(output.stdout)
    losses = [row for row in rows if "train/loss" in row]
    assert all(expected.items() <= row.items() for row, expected in zip(losses, history, strict=True))
    probes = {row["train/global_step"]: row["dag/probe"]["_value"] for row in rows if "dag/probe" in row}
    assert list(probes) == [2, 4, 5] and probes[5][-1]["slot 0"] == "34"


def test_tensorboard_holds_the_records_and_the_probe(reported, history):
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(reported / "board"))
    events.Reload()
    for name in history[0]:
        scalars = {scalar.step: scalar.value for scalar in events.Scalars(name)}
        expected = {step + 1: row[name] for step, row in enumerate(history) if name in row}
        assert scalars == pytest.approx(expected, rel=1e-6), name
    texts = {
        event.step: event.tensor_proto.string_val[0].decode() for event in events.Tensors("dag/probe/text_summary")
    }
    assert list(texts) == [2, 4, 5] and "'='" in texts[5].splitlines()[-1] and "| 34 | 12 |" in texts[5]


def test_the_probe_is_a_file_in_the_output_directory(reported):
    import pandas as pd

    table = pd.read_csv(reported / "run" / "dag_probe.csv", dtype=str, keep_default_na=False)
    assert table["step"].tolist() == [step for step in ("2", "4", "5") for _ in range(6)]
    assert table["token"].tolist() == list("12+34=") * 3
    assert table[["slot 0", "slot 1", "slot 2"]].iloc[-1].tolist() == ["34", "12", ""]
