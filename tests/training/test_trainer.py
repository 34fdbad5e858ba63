"""Faults that scripts/train.py survives: kills, signals, a full disk, losses that are not finite.

Other faults: damaged files in test_checkpoints.py, broken data in test_text.py, test_mixtures.py and
test_question_files.py. `--faults FILE.md` writes the table of all of them; RESULTS.md has the command.
"""

import json
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from transformers import TrainingArguments

from helpers.scripts import ENVIRONMENT, ROOT
from modeling_gpt_dag.checkpoints.checksums import write_checksums
from modeling_gpt_dag.checkpoints.resume import last_checkpoint
from modeling_gpt_dag.training.dag_probe import forget_steps_after, probe_file

# Two epochs; dropout and sampled plans, so that every step depends on the state of the random numbers.
RUN = shlex.split("""configs/train/smoke.yaml --max_steps 8 --eval_samples 0 --disable_tqdm true
--save_strategy steps --save_steps 2 --save_total_limit 1
--num_train_blocks 20 --per_device_train_batch_size 2 --gradient_accumulation_steps 2
--dag_depth 2 --dag_num_plans 4 --resid_pdrop 0.1 --probe_prompt 12+34= --probe_steps 1""")
RESUME = ["--resume_from_checkpoint", "true"]
NOT_FINITE = (
    "loss nan or inf",
    "the run ends with step, token ids of the batch, last whole checkpoint; saves nothing",
)


def command(directory: Path, *flags: str, fault: str = "none") -> list[str]:
    return [sys.executable, "tests/programs/faulty_training.py", fault, *RUN, "--output_dir", str(directory), *flags]


def run(arguments: list[str]) -> tuple[int, str]:
    """Exit status and all output of a command in the repository."""
    process = subprocess.run(
        arguments, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    return process.returncode, process.stdout


def last_step(directory: Path) -> int | None:
    checkpoint = last_checkpoint(directory)
    return int(checkpoint.rpartition("-")[2]) if checkpoint else None


CLOCK = {"tokens_per_second", "tflops", "peak_memory_gib", "train_runtime", "train_tokens_per_second"}


def losses(directory: Path) -> list[dict]:
    """What was logged of every step, without what depends on the clock and on the process."""
    history = json.loads((directory / "trainer_state.json").read_text())["log_history"]
    return [{key: record[key] for key in record.keys() - CLOCK} for record in history if "loss" in record]


def assert_same_run(directory: Path, expected: Path):
    for name in ("model.safetensors", "dag_probe.csv", "recipe.yaml"):
        assert (directory / name).read_bytes() == (expected / name).read_bytes(), name
    assert losses(directory) == losses(expected) and len(losses(expected)) == 8


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory) -> Path:
    directory = tmp_path_factory.mktemp("runs") / "uninterrupted"
    status, output = run(command(directory))
    assert status == 0, output
    return directory


@pytest.mark.slow
def test_a_run_killed_again_and_again_ends_with_the_weights_of_one_that_was_not(
    uninterrupted, tmp_path, record_property
):
    record_property("fault", ("SIGKILL in a step", "resumed, the run ends with the same weights to the bit"))
    same = "the checkpoint before stays; the half-written one is skipped with a warning; resumed, the same weights"
    record_property("fault", ("SIGKILL while weights, optimizer or checksums are saved", same))
    record_property("fault", ("SIGKILL while an older checkpoint is deleted", "the new one is whole by then"))
    record_property(
        "fault", ("SIGKILL while the final weights are saved", "resumed, they are saved; no step is added")
    )
    directory = tmp_path / "run"
    # What a run leaves behind that is replaced by this one.
    (directory / "checkpoint-99").mkdir(parents=True)
    (directory / "checkpoint-99" / "model.safetensors").write_bytes(b"")
    write_checksums(directory / "checkpoint-99")
    # fault, step of the last whole checkpoint afterwards, whether the one that is resumed from is not the newest
    deaths = [
        ("SIGKILL@3", 2, False),
        ("write:checkpoint-4/model.safetensors", 2, False),
        ("write:checkpoint-4/optimizer.pt", 2, True),
        ("write:checkpoint-4/SHA256SUMS", 2, True),
        ("delete:checkpoint-2", 4, True),
        ("write:run/model.safetensors", 8, False),
    ]
    flags = ["--overwrite_output_dir"]
    for fault, step, skips in deaths:
        status, output = run(command(directory, *flags, fault=fault))
        assert status == -signal.SIGKILL, output
        assert last_step(directory) == step, fault
        assert ("checkpoint-4 is half-written" in output) is skips, output
        flags = RESUME
    status, output = run(command(directory, *RESUME))
    assert status == 0, output
    assert_same_run(directory, uninterrupted)


@pytest.mark.slow
def test_signals_end_a_run_after_a_checkpoint_and_it_goes_on_from_there(uninterrupted, tmp_path, record_property):
    stops = "the step under way ends, a checkpoint is saved, exit status 128 + signal; resumed, the same weights"
    record_property("fault", ("SIGTERM, SIGINT", stops))
    flags = []
    for name, step in (("SIGTERM", 3), ("SIGINT", 5)):
        status, output = run(command(tmp_path, *flags, fault=f"{name}@{step}"))
        assert status == 128 + signal.Signals[name] and "Traceback" not in output, output
        assert f"{name}: saving a checkpoint of step {step}" in output
        assert last_step(tmp_path) == step and not (tmp_path / "model.safetensors").exists()
        flags = RESUME
    status, output = run(command(tmp_path, *RESUME))
    assert status == 0, output
    assert_same_run(tmp_path, uninterrupted)


@pytest.mark.slow
def test_two_processes_stop_after_the_same_step_when_one_of_them_is_asked(tmp_path, record_property):
    record_property("fault", ("SIGTERM to one process of two", "both stop after the step behind it, one checkpoint"))
    launcher = [sys.executable, "-m", "torch.distributed.run", "--nproc_per_node", "2"]
    _, output = run(launcher + command(tmp_path, fault="SIGTERM@3")[1:])
    assert output.count("SIGTERM: saving a checkpoint of step 4") == 1, output
    assert last_step(tmp_path) == 4 and not (tmp_path / "model.safetensors").exists()
    assert {"rng_state_0.pth", "rng_state_1.pth"} <= {file.name for file in (tmp_path / "checkpoint-4").iterdir()}


@pytest.mark.slow
def test_a_full_disk_is_named_and_leaves_the_checkpoint_before(uninterrupted, tmp_path, record_property):
    says = "the run ends and says so; what was half written is removed; with more room it goes on to the same weights"
    record_property("fault", ("disk full during a save", says))
    namespace = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
    try:
        subprocess.run([*namespace, f"mount -t tmpfs tmpfs {tmp_path}"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this machine lets nobody mount a small disk of his own")
    small = tmp_path / "small"
    small.mkdir()
    train = shlex.join(command(small))
    # One checkpoint takes 0.5 MB.
    story = f"""
        mount -t tmpfs -o size=800k tmpfs {small}
        {train} && exit 1
        ls {small}
        mount -o remount,size=8m {small}
        {train} {" ".join(RESUME)} && cp -r {small} {tmp_path / "saved"}
    """
    status, output = run([*namespace, story])
    assert status == 0, output
    assert "checkpoint-4 failed: No space left on device; the last whole checkpoint is" in output, output
    assert "Traceback" not in output and "\ncheckpoint-2\n" in output and "\ncheckpoint-4\n" not in output, output
    assert_same_run(tmp_path / "saved", uninterrupted)


@pytest.mark.slow
def test_a_loss_that_is_not_finite_ends_the_run_with_step_batch_and_last_checkpoint(tmp_path, record_property):
    record_property("fault", NOT_FINITE)
    status, output = run(command(tmp_path, fault="nan@5"))
    assert status == 1 and "Traceback" not in output, output
    message = output[output.index("train.py: ") :].splitlines()
    assert message[0] == "train.py: the loss of step 5 is nan; the token ids of its batch:"
    assert [len(json.loads(row)) for row in message[1:-1]] == [64, 64]
    assert message[-1] == f"the last whole checkpoint is {tmp_path / 'checkpoint-4'}"
    assert last_step(tmp_path) == 4 and not (tmp_path / "model.safetensors").exists()


@pytest.fixture
def train(make_model, encode, tmp_path):
    """Train 4 steps with a fault, (loss, model) -> loss, in one of them, and save each; returns those saved."""

    def train(strike, step: int, late: bool = False, **arguments) -> list[int]:
        from datasets import Dataset
        from transformers import default_data_collator

        from modeling_gpt_dag.training.trainer import FaultTolerantTrainer

        saves = []

        class FaultyTrainer(FaultTolerantTrainer):
            def compute_loss(self, model, *args, **kwargs):
                loss = super().compute_loss(model, *args, **kwargs)
                return strike(loss, model) if self.state.global_step + 1 == step else loss

            def save_model(self, *args, **kwargs):
                saves.append(self.state.global_step)
                super().save_model(*args, **kwargs)

            def _micro_batches_under_way(self, loss):
                return self.current_gradient_accumulation_steps if late else super()._micro_batches_under_way(loss)

        rows = encode(*(f"{10 + row}+34=46\n" for row in range(8))).tolist()
        settings = {"max_steps": 4, "per_device_train_batch_size": 2, "save_strategy": "steps", "save_steps": 1}
        args = TrainingArguments(str(tmp_path), **{**settings, **arguments}, use_cpu=True, report_to="none")
        dataset = Dataset.from_dict({"input_ids": rows, "labels": rows})
        FaultyTrainer(make_model(), args, train_dataset=dataset, data_collator=default_data_collator).train()
        return saves

    return train


@pytest.mark.slow
@pytest.mark.parametrize("late", [False, True], ids=["read at once", "read a step later, as on an accelerator"])
@pytest.mark.parametrize("factor", ["nan", "inf"])
@pytest.mark.parametrize("save_steps", [1, 4])
def test_nothing_is_saved_after_a_loss_that_is_not_finite(train, tmp_path, save_steps, factor, late, record_property):
    record_property("fault", NOT_FINITE)
    with pytest.raises(FloatingPointError, match=f"the loss of step 3 is {factor}"):
        train(lambda loss, model: loss * float(factor), step=3, late=late, save_steps=save_steps)
    assert last_step(tmp_path) == (2 if save_steps == 1 else None)


@pytest.mark.slow
def test_weights_that_a_finite_loss_left_not_finite_are_not_saved(train, tmp_path, record_property):
    record_property("fault", ("gradient nan under a finite loss", "the weights are not saved; the run ends"))

    def poisoned(loss, model):
        next(model.parameters()).register_hook(lambda gradient: gradient * float("nan"))
        return loss

    with pytest.raises(FloatingPointError, match=r"is not finite after step 3 .* whole checkpoint is .*checkpoint-2"):
        train(poisoned, step=3)
    assert last_step(tmp_path) == 2


@pytest.mark.slow
def test_a_checkpoint_that_is_whole_is_not_written_again_at_the_end_of_the_epoch(train, tmp_path):
    def ask_to_stop(loss, model):
        signal.raise_signal(signal.SIGTERM)
        return loss

    assert train(ask_to_stop, step=2, save_strategy="epoch") == [2]
    assert last_step(tmp_path) == 2


def test_a_resumed_run_forgets_the_probes_it_will_take_again(tmp_path):
    args = TrainingArguments(str(tmp_path))
    kept = 'step,token,gate\n2,"\n",0.5\n2,",",1.0\n'
    probe_file(args).write_text(kept + '4,"\n",0.5\n12,"a')  # killed while it was written
    forget_steps_after(2, args)
    assert probe_file(args).read_text() == kept
    forget_steps_after(0, args)
    assert not probe_file(args).exists()
