"""What was truncated, altered or half-written is recognised: weights on load, checkpoints on resume."""

import subprocess
from pathlib import Path

import pytest
import torch
from safetensors import SafetensorError
from transformers import AutoModelForCausalLM, TrainingArguments

from modeling_gpt_dag.checkpoints.checksums import CHECKSUMS, verify_checksums, write_checksums
from modeling_gpt_dag.checkpoints.loading import load
from modeling_gpt_dag.checkpoints.resume import checkpoint_to_resume, last_checkpoint


def truncate(path: Path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flip_bit(path: Path):
    content = bytearray(path.read_bytes())
    content[-100] ^= 1
    path.write_bytes(content)


@pytest.fixture
def saved(make_model, tokenizer, tmp_path) -> Path:
    make_model().save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    write_checksums(tmp_path)
    return tmp_path


@pytest.mark.parametrize("damage", [truncate, flip_bit])
def test_damaged_weights_are_refused_on_load(saved, damage, record_property):
    record_property("fault", ("safetensors file truncated or bit-flipped", "refused on load, by its checksum"))
    load(str(saved))
    damage(saved / "model.safetensors")
    with pytest.raises(ValueError, match=r"model.safetensors is truncated or altered"):
        load(str(saved))


def test_truncated_weights_are_refused_without_checksums_too(saved, record_property):
    record_property("fault", ("safetensors file truncated, no SHA256SUMS", "refused on load, by `AutoModel` too"))
    (saved / CHECKSUMS).unlink()
    truncate(saved / "model.safetensors")
    with pytest.raises(ValueError, match="are truncated or no safetensors"):
        load(str(saved))
    with pytest.raises(SafetensorError, match="file not fully covered"):
        AutoModelForCausalLM.from_pretrained(saved)


def test_checksums_are_those_of_coreutils(saved):
    subprocess.run(["sha256sum", "--check", "--strict", CHECKSUMS], cwd=saved, check=True, capture_output=True)


@pytest.fixture
def checkpoints(tmp_path) -> Path:
    """A run with whole checkpoints of steps 2 and 10."""
    for step in (2, 10):
        directory = tmp_path / "run" / f"checkpoint-{step}"
        (directory / "shards").mkdir(parents=True)
        for name in ("model.safetensors", "optimizer.pt", "shards/0.pt"):
            (directory / name).write_bytes(torch.randn(100).numpy().tobytes())
        write_checksums(directory, "**/*")
    return tmp_path / "run"


@pytest.mark.parametrize(
    ("damage", "name", "says"),
    [
        (truncate, "optimizer.pt", "optimizer.pt is truncated or altered"),
        (flip_bit, "shards/0.pt", "shards/0.pt is truncated or altered"),
        (Path.unlink, "model.safetensors", "model.safetensors is missing"),
        (Path.unlink, CHECKSUMS, "is half-written: it has no SHA256SUMS"),
        (flip_bit, CHECKSUMS, CHECKSUMS),
    ],
)
def test_the_newest_whole_checkpoint_is_taken_and_others_are_skipped_with_a_warning(
    checkpoints, damage, name, says, caplog, record_property
):
    record_property("fault", ("any file of a checkpoint damaged or missing", "skipped with a warning that names it"))
    assert last_checkpoint(checkpoints) == str(checkpoints / "checkpoint-10") and not caplog.records
    damage(checkpoints / "checkpoint-10" / name)
    assert last_checkpoint(checkpoints) == str(checkpoints / "checkpoint-2")
    assert says in caplog.text and "skipping a checkpoint" in caplog.text


def test_what_cannot_be_resumed_from_is_refused(checkpoints, record_property):
    record_property("fault", ("resuming where no checkpoint is whole", "refused in one line that says what to do"))

    def resume(checkpoint: str) -> str | None:
        return checkpoint_to_resume(TrainingArguments(str(checkpoints), resume_from_checkpoint=checkpoint))

    assert resume("true") == resume(str(checkpoints / "checkpoint-10")) == str(checkpoints / "checkpoint-10")
    for directory in checkpoints.iterdir():
        (directory / "optimizer.pt").unlink()
    with pytest.raises(ValueError, match="holds no whole checkpoint .* --overwrite_output_dir"):
        resume("true")
    with pytest.raises(ValueError, match="optimizer.pt is missing"):
        resume(str(checkpoints / "checkpoint-10"))
    with pytest.raises(ValueError, match="there is no checkpoint nowhere"):
        resume("nowhere")
    with pytest.raises(ValueError, match="is half-written"):
        verify_checksums(checkpoints)
