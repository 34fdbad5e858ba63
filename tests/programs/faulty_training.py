"""scripts/train.py with a fault planted under it: python tests/programs/faulty_training.py FAULT ARGUMENTS...

The fault strikes from outside our code, in the libraries it stands on:

    none
    nan@5, inf@5                      the loss of step 5
    SIGTERM@3, SIGINT@3, SIGKILL@3    in the forward pass of step 3; with several processes only in the last of them
    write:checkpoint-4/optimizer.pt   killed with half of that file written, or before it is put in its place
    delete:checkpoint-2               killed with half of that directory deleted
"""

import os
import runpy
import signal
import sys
from pathlib import Path

import torch
import transformers


def kill():
    os.kill(os.getpid(), signal.SIGKILL)


def strike_at_step(step: int, strike):
    """strike: loss -> loss, of its first micro-batch."""
    compute_loss = transformers.Trainer.compute_loss
    left = [step]

    def faulty(trainer, *args, **kwargs):
        loss = compute_loss(trainer, *args, **kwargs)
        return strike(loss) if left == [trainer.state.global_step + 1] and left.pop() else loss

    transformers.Trainer.compute_loss = faulty


def with_signal(name: str, loss):
    if int(os.environ.get("RANK", 0)) == int(os.environ.get("WORLD_SIZE", 1)) - 1:
        os.kill(os.getpid(), signal.Signals[name])
    return loss


def kill_while_writing(target: str):
    def half_written(save):
        def faulty(content, path, *args, **kwargs):
            save(content, path, *args, **kwargs)
            if str(path).endswith(target):
                os.truncate(path, os.path.getsize(path) // 2)
                kill()

        return faulty

    torch.save = half_written(torch.save)
    transformers.modeling_utils.safe_save_file = half_written(transformers.modeling_utils.safe_save_file)

    def audit(event: str, args: tuple):
        if event == "os.rename" and str(args[1]).endswith(target):
            kill()

    sys.addaudithook(audit)


def kill_while_deleting(target: str):
    def audit(event: str, args: tuple):
        if event == "shutil.rmtree" and str(args[0]).endswith(target):
            for path in sorted(Path(args[0]).iterdir())[::2]:
                path.unlink()
            kill()

    sys.addaudithook(audit)


def plant(fault: str):
    if fault.startswith("write:"):
        kill_while_writing(fault.removeprefix("write:"))
    elif fault.startswith("delete:"):
        kill_while_deleting(fault.removeprefix("delete:"))
    elif fault != "none":
        name, _, step = fault.partition("@")
        is_signal = name.startswith("SIG")
        strike_at_step(int(step), lambda loss: with_signal(name, loss) if is_signal else loss * float(name))


if __name__ == "__main__":
    plant(sys.argv.pop(1))
    runpy.run_path("scripts/train.py", run_name="__main__")
