"""The console while a model trains: one line a person can read for each record of the Trainer.

What is unusual: values are left out on the console alone. The records in `trainer_state.json` and those of every
reporter hold them all.
"""

from tqdm.auto import tqdm
from transformers import PrinterCallback, ProgressCallback, Trainer, TrainerCallback, TrainerState

OPERATION = "op_prob/"
SHOWN_OPERATIONS = 2


def console_line(logs: dict[str, float], state: TrainerState) -> str:
    """A record of the Trainer: of a logging step, of an evaluation, or its summary."""
    step = f"step {state.global_step:>{len(str(state.max_steps))}}/{state.max_steps}"
    if "loss" in logs:
        return "  ".join([step, *_training(logs)])
    if "eval_loss" in logs:
        return f"{step}  validation loss {logs['eval_loss']:.4f}"
    if "train_runtime" in logs:
        return f"{state.global_step} steps in {logs['train_runtime']:,.0f} s, mean loss {logs['train_loss']:.4f}"
    return "  ".join([step, *(f"{name} {value}" for name, value in logs.items())])


def _training(logs: dict[str, float]) -> list[str]:
    parts = [f"loss {logs['loss']:.4f}"]
    if "learning_rate" in logs:
        parts.append(f"learning rate {logs['learning_rate']:.2e}")
    if "gate/open_fraction" in logs:
        parts.append(f"gate open {100 * logs['gate/open_fraction']:4.1f} %")
    probs = {name.removeprefix(OPERATION): value for name, value in logs.items() if name.startswith(OPERATION)}
    likely = sorted(probs, key=lambda name: probs[name], reverse=True)[:SHOWN_OPERATIONS]
    if likely:
        parts.append(", ".join(f"{name} {probs[name]:.2f}" for name in likely))
    if "tokens_per_second" in logs:
        parts.append(f"{logs['tokens_per_second']:,.0f} tokens/s")
    return parts


class ProgressBars(ProgressCallback):
    """The Trainer's progress bars without its records."""

    def on_log(self, args, state, control, logs=None, **kwargs):
        pass


class ConsoleLogger(TrainerCallback):
    """Writes `console_line` of each record, above the progress bar where there is one."""

    def on_log(self, args, state, control, logs=None, **kwargs):
        if state.is_world_process_zero:
            tqdm.write(console_line(logs, state))


def log_lines(trainer: Trainer):
    """Write lines in place of the Trainer's dictionaries; a notebook's table stays."""
    trainer.remove_callback(PrinterCallback)
    if trainer.pop_callback(ProgressCallback) is not None:
        trainer.add_callback(ProgressBars)
    trainer.add_callback(ConsoleLogger)
