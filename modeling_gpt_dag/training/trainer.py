"""Training that survives faults: checkpoints that are whole or known not to be, and an end that says what happened.

What is unusual: a checkpoint is whole once its checksums are there, which are written last, and older ones are deleted
only then. A loss that is not finite ends the training; it is neither filtered nor averaged away, and nothing is saved
after it.
"""

import math
import shutil
import signal
from collections import deque
from contextlib import contextmanager
from pathlib import Path

import torch
from safetensors import SafetensorError
from torch import Tensor
from transformers import Trainer, TrainerCallback, TrainingArguments
from transformers.trainer_utils import PREFIX_CHECKPOINT_DIR, rotate_checkpoints
from transformers.utils import logging

from ..checkpoints.checksums import write_checksums
from ..checkpoints.resume import last_checkpoint

logger = logging.get_logger(__name__)


class StopOnSignal(TrainerCallback):
    """While entered, SIGTERM and SIGINT let the step under way end, save a checkpoint and end the training.

    A second signal acts as it would without. Several processes stop after the same step, whichever was asked.
    `stopped_by` is the signal's number then, else None. Only a process' main thread can enter it.
    """

    def __init__(self):
        self.received = 0
        self.stopped_by: int | None = None
        self.handlers = {}
        self.asked_before: Tensor | None = None

    def __enter__(self) -> "StopOnSignal":
        self.received, self.stopped_by, self.asked_before = 0, None, None
        self.handlers = {number: signal.signal(number, self._receive) for number in (signal.SIGTERM, signal.SIGINT)}
        return self

    def __exit__(self, error_type, *error):
        self._restore_handlers()
        # It came behind the last step, where nothing heeds it any more.
        if self.received and self.stopped_by is None and error_type is None:
            signal.raise_signal(self.received)

    def _receive(self, number: int, frame):
        # Nothing else is safe wherever a signal interrupts.
        self.received = number
        self._restore_handlers()

    def _restore_handlers(self):
        for number, handler in self.handlers.items():
            signal.signal(number, handler)

    def on_step_end(self, args, state, control, **kwargs):
        asked = self._asked(args)
        if asked:
            self.stopped_by = asked
            control.should_save = control.should_training_stop = True
            if state.is_world_process_zero:
                name = signal.Signals(asked).name
                logger.warning(f"{name}: saving a checkpoint of step {state.global_step} to resume from, and stopping")

    def _asked(self, args: TrainingArguments) -> int:
        """The signal that any process has received, 0 without one."""
        if args.world_size == 1:
            return self.received
        asked = torch.full((), self.received, device=args.device)
        torch.distributed.all_reduce(asked, op=torch.distributed.ReduceOp.MAX)
        # Reading it now would wait for the accelerator; that of the step before has long been computed.
        before, self.asked_before = self.asked_before, asked
        return 0 if before is None else int(before)


class FaultTolerantTrainer(Trainer):
    """A Trainer that can be killed at any moment and resumed, and that stops at the first loss that is not finite.

    Checkpoints get checksums, written last; older ones are deleted after that. `last_checkpoint` is what to resume
    from. SIGTERM and SIGINT end the training after a checkpoint: `stopped_by` is the signal's number then.

    Raises FloatingPointError for a loss that is nan or infinite, with step, token ids and the last whole checkpoint,
    and for weights that are about to be saved and not finite; OSError for a save that failed, with the reason.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # It would replace such losses in the logs by the mean of the others, and wait for the accelerator to do so.
        self.args.logging_nan_inf_filter = False
        self.unread_losses: deque[tuple[int, Tensor, Tensor]] = deque()  # step, loss, (B, T) token ids
        self.saved_step: int | None = None
        self.stop_on_signal = StopOnSignal()
        self.add_callback(self.stop_on_signal)

    @property
    def stopped_by(self) -> int | None:
        return self.stop_on_signal.stopped_by

    def train(self, *args, **kwargs):
        self.saved_step = None
        with self.stop_on_signal:
            return super().train(*args, **kwargs)

    def _run_epoch(self, *args, **kwargs):
        # A run that was killed behind its last step has no step left; the Trainer would train one more.
        if self.state.global_step >= self.state.max_steps:
            self.control.should_training_stop = True
        else:
            super()._run_epoch(*args, **kwargs)

    # Losses

    def training_step(self, model, inputs, num_items_in_batch=None) -> Tensor:
        loss = super().training_step(model, inputs, num_items_in_batch)
        self.unread_losses.append((self.state.global_step + 1, loss, inputs["input_ids"]))
        self._read_losses(keep=self._micro_batches_under_way(loss))
        return loss

    def _micro_batches_under_way(self, loss: Tensor) -> int:
        """How many of the latest losses are not read yet: an accelerator would be waited for, so a step's."""
        return 0 if loss.device.type == "cpu" else self.current_gradient_accumulation_steps

    def _read_losses(self, keep: int = 0):
        while len(self.unread_losses) > keep:
            step, loss, input_ids = self.unread_losses.popleft()
            if not math.isfinite(loss):
                rows = "\n".join(str(row) for row in input_ids.tolist())
                raise FloatingPointError(
                    f"the loss of step {step} is {loss.item()}; the token ids of its batch:\n{rows}\n{self._kept()}"
                )

    def log(self, logs, start_time=None):
        self._read_losses()
        super().log(logs, start_time)

    # Saving

    def save_model(self, output_dir=None, _internal_call=False):
        self._read_losses()
        assert self.model is not None, "a Trainer has a model"
        for name, parameter in self.model.named_parameters():
            if not torch.isfinite(parameter).all():
                raise FloatingPointError(
                    f"{name} is not finite after step {self.state.global_step} and is not saved; {self._kept()}"
                )
        if _internal_call:
            super().save_model(output_dir, _internal_call)
            return
        directory = Path(str(output_dir or self.args.output_dir))
        with self._explained(directory):
            super().save_model(output_dir)
            if self.args.should_save:
                write_checksums(directory)

    def _save_checkpoint(self, model, trial):
        # Stopping by a signal can ask for it twice: behind the step and behind the epoch.
        if self.saved_step == self.state.global_step:
            return
        directory = Path(self._get_output_dir(trial), f"{PREFIX_CHECKPOINT_DIR}-{self.state.global_step}")
        limit = self.args.save_total_limit
        # Older checkpoints are deleted when this one is whole, which it is not yet where the Trainer would do it.
        self.args.save_total_limit = None
        try:
            with self._explained(directory, remove=True):
                if self.args.should_save and directory.exists():
                    shutil.rmtree(directory)  # what an interrupted save left
                self.accelerator.wait_for_everyone()
                super()._save_checkpoint(model, trial)
                self.accelerator.wait_for_everyone()
                if self.args.should_save:
                    write_checksums(directory, "**/*")
        finally:
            self.args.save_total_limit = limit
        self.saved_step = self.state.global_step
        if self.args.should_save:
            kept = self.state.best_model_checkpoint or str(directory)
            rotate_checkpoints(str(directory.parent), limit, best_model_checkpoint=kept)

    @contextmanager
    def _explained(self, directory: Path, remove: bool = False):
        """Turns what the libraries say about a failed save into what the operating system does; removes the rest."""
        try:
            yield
        except (OSError, RuntimeError, SafetensorError) as error:
            reason = _why_writing_fails(directory) or str(error)
            if remove:
                shutil.rmtree(directory, ignore_errors=True)
            raise OSError(f"saving {directory} failed: {reason}; {self._kept()}") from error

    def _kept(self) -> str:
        assert self.args.output_dir is not None, "TrainingArguments fills it"
        checkpoint = last_checkpoint(self.args.output_dir)
        return f"the last whole checkpoint is {checkpoint}" if checkpoint else "there is no whole checkpoint"


def _why_writing_fails(directory: Path, size: int = 2**20) -> str | None:
    """The reason, such as a full disk, for which a file of `size` bytes cannot be written; None where it can.

    PyTorch says "unexpected pos 576 vs 534", whatever it was.
    """
    probe = directory / "probe"
    try:
        directory.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(bytes(size))
    except OSError as error:
        return error.strerror
    finally:
        probe.unlink(missing_ok=True)
    return None
