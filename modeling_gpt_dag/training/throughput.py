"""ThroughputLogger: how fast a Trainer trains and how much memory it takes, in its logs.

What is unusual: nothing is counted twice. The Trainer counts the tokens of all micro-batches and processes
(`include_num_input_tokens_seen`), and logs their mean rate since the beginning. What is added is the rate since the
record before, without the time that evaluating and saving took, and what follows from it.
"""

import sys
from time import perf_counter

import torch
from torch import nn
from transformers import TrainerCallback

from .dag_logger import go_first

KIB, GIB, TERA = 2**10, 2**30, 10**12


def operations_per_token(model: nn.Module) -> int:
    """Floating-point operations of training on one token: 6 per parameter that is trained, 2 per frozen one.

    A product and a sum forwards, twice that backwards (Kaplan et al., "Scaling Laws for Neural Language Models", 2020,
    section 2.1). Embeddings count like the others, as tied ones make the logits too; attention's scores do not, nor
    do gradients that pass frozen layers on their way to an adapter.
    """
    # DeepSpeed's third stage leaves empty parameters behind and their size beside them.
    sizes = [(getattr(p, "ds_numel", p.numel()), p.requires_grad) for p in model.parameters()]
    return sum(size * (6 if is_trained else 2) for size, is_trained in sizes)


def peak_memory(device: torch.device) -> int:
    """Most bytes there were allocated on the device; where it keeps no count, as a CPU, resident of the process."""
    module = torch.get_device_module(device)
    if hasattr(module, "max_memory_allocated"):
        return module.max_memory_allocated(device)
    import resource  # not on Windows, where an accelerator does without

    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return resident if sys.platform == "darwin" else resident * KIB


class ThroughputLogger(TrainerCallback):
    """Adds speed and memory to the Trainer's record of each logging step: console, `log_history`, every reporter.

        Trainer(model, args, train_dataset=dataset, callbacks=[ThroughputLogger()])

    | metric | of |
    |---|---|
    | `tokens_per_second` | tokens of all processes since the last record; the first has the warm-up in it |
    | `tflops` | 10**12 floating-point operations per second, those tokens times `operations_per_token` |
    | `mfu` | model FLOPs utilisation: of what all devices could do; without `peak_tflops` it is left out |
    | `peak_memory_gib` | `peak_memory` since the process began, of the process that took most |

    Tokens are those the Trainer counts: with padding, unless `include_num_input_tokens_seen` says "non_padding".
    peak_tflops: 10**12 operations per second that one device can do in the precision of training.
    Raises ValueError where that is not positive.
    """

    def __init__(self, peak_tflops: float | None = None):
        if peak_tflops is not None and peak_tflops <= 0:
            raise ValueError(f"peak_tflops={peak_tflops}: must be positive")
        self.peak_tflops = peak_tflops

    def on_train_begin(self, args, state, control, **kwargs):
        go_first(self)
        if args.include_num_input_tokens_seen == "no":
            args.include_num_input_tokens_seen = "all"
        self.tokens_logged = state.num_input_tokens_seen
        self.began = self.last_active = perf_counter()

    def on_step_end(self, args, state, control, **kwargs):
        self.last_active = perf_counter()

    def on_evaluate(self, args, state, control, **kwargs):
        self._leave_out_time_since_step()

    def on_save(self, args, state, control, **kwargs):
        self._leave_out_time_since_step()

    def _leave_out_time_since_step(self):
        now = perf_counter()
        self.began += now - self.last_active
        self.last_active = now

    def on_log(self, args, state, control, model=None, logs=None, **kwargs):
        # The Trainer's own record carries the loss; its end-of-training summary and evaluations do not.
        if "loss" not in logs:
            return
        now = perf_counter()
        tokens_per_second = (state.num_input_tokens_seen - self.tokens_logged) / (now - self.began)
        self.tokens_logged = state.num_input_tokens_seen
        self.began = self.last_active = now
        peak = torch.tensor(peak_memory(args.device), device=args.device)
        if args.world_size > 1:
            torch.distributed.all_reduce(peak, torch.distributed.ReduceOp.MAX)
        metrics = {
            "tokens_per_second": tokens_per_second,
            "tflops": tokens_per_second * operations_per_token(model) / TERA,
            "peak_memory_gib": peak.item() / GIB,
        }
        if self.peak_tflops is not None:
            metrics["mfu"] = metrics["tflops"] / (self.peak_tflops * args.world_size * max(args.n_gpu, 1))
        logs.update(metrics)
        state.log_history[-1].update(metrics)
