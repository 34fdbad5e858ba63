"""Which checkpoint of an output directory a run goes on from."""

import shutil
from pathlib import Path

from transformers import TrainingArguments
from transformers.trainer_utils import sort_checkpoints
from transformers.utils import logging

from .checksums import verify_checksums

logger = logging.get_logger(__name__)


def last_checkpoint(output_dir: str | Path) -> str | None:
    """The newest whole checkpoint, or None. Warns of each newer one that is not whole."""
    for directory in reversed(sort_checkpoints(str(output_dir))):
        try:
            verify_checksums(directory)
        except ValueError as error:
            logger.warning(f"skipping a checkpoint: {error}")
        else:
            return directory
    return None


def checkpoint_to_resume(args: TrainingArguments) -> str | None:
    """The checkpoint that `resume_from_checkpoint` names, the newest whole one for "true", None without the option.

    Raises ValueError for a checkpoint that is not whole, and where there is none.
    """
    if not args.resume_from_checkpoint:
        return None
    if args.resume_from_checkpoint.lower() != "true":
        if not Path(args.resume_from_checkpoint).is_dir():
            raise ValueError(f"there is no checkpoint {args.resume_from_checkpoint} to resume from")
        verify_checksums(args.resume_from_checkpoint)
        return args.resume_from_checkpoint
    assert args.output_dir is not None  # TrainingArguments gives it a default
    directory = last_checkpoint(args.output_dir)
    if directory is None:
        raise ValueError(
            f"output_dir {args.output_dir} holds no whole checkpoint to resume from: start without "
            "--resume_from_checkpoint, and with --overwrite_output_dir if it holds other files of a run"
        )
    return directory


def remove_checkpoints(output_dir: str | Path):
    """Delete all checkpoints, so that a run that replaces another is never resumed from the other's."""
    for directory in sort_checkpoints(str(output_dir)):
        shutil.rmtree(directory)
