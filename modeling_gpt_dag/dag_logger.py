"""DAGLogger: what the DAG does, in the Trainer's logs.

What is unusual: nothing is stored on the model and nothing runs between logging steps. For a step that will be logged
a forward hook on the gate mixer, through which everything the DAG does passes, collects statistics; it is removed
with the step.
"""

import torch
from transformers import TrainerCallback
from transformers.utils import logging

from .dag import DAGState, GateMixer

logger = logging.get_logger(__name__)


class DAGLogger(TrainerCallback):
    """Adds `gate/*`, `norm/*`, `op_prob/*` and `dag_scale` to the logs of each logging step.

    Means over the tokens of the step's micro-batches on this process:
    `gate/mean`, `gate/std`; `gate/open_fraction`, gates above 1/2; `gate/result_fraction`, tokens with a result;
    `norm/hidden`, `norm/dag_hidden`, `norm/fused`, Euclidean norms; `op_prob/<name>`, probability of each operation.
    """

    def __init__(self):
        self.collected: list[dict[str, torch.Tensor]] = []
        self.hook = None

    def on_train_begin(self, args, state, control, model=None, **kwargs):
        if model.config.dag_depth == 0:
            logger.warning("dag_depth=0: there is no DAG to log")

    def on_step_begin(self, args, state, control, model=None, **kwargs):
        step = state.global_step + 1
        due = step % state.logging_steps == 0 or (step == 1 and args.logging_first_step)
        if model.config.dag_depth > 0 and due:
            self.collected.clear()
            names = model.config.dag_operations
            self.hook = model.base_model.mixer.register_forward_hook(
                lambda mixer, inputs, output: self.collected.append(self.statistics(mixer, inputs, output, names))
            )

    def on_step_end(self, args, state, control, **kwargs):
        if self.hook is not None:
            self.hook.remove()
            self.hook = None

    def on_log(self, args, state, control, logs=None, **kwargs):
        # The Trainer's own record carries the loss; its end-of-training summary and evaluations do not.
        if not self.collected or "loss" not in logs:
            return
        metrics = {
            name: torch.stack([micro_batch[name] for micro_batch in self.collected]).mean().item()
            for name in self.collected[0]
        }
        self.collected.clear()
        logs.update(metrics)
        state.log_history[-1].update(metrics)

    @staticmethod
    @torch.no_grad()
    def statistics(mixer: GateMixer, inputs: tuple, output: tuple, operations: list[str]) -> dict[str, torch.Tensor]:
        """0-d tensors of one forward pass of the mixer."""
        hidden, state = inputs[0], inputs[2]
        assert isinstance(state, DAGState)
        fused, gate = output[0], output[1].float()
        dag_hidden = mixer.dag_scale * mixer.dag_norm(state.dag_hidden)
        metrics = {
            "gate/mean": gate.mean(),
            "gate/std": gate.std(),
            "gate/open_fraction": (gate > 0.5).float().mean(),
            "gate/result_fraction": state.has_result.float().mean(),
            "norm/hidden": hidden.float().norm(dim=-1).mean(),
            "norm/dag_hidden": dag_hidden.float().norm(dim=-1).mean(),
            "norm/fused": fused.float().norm(dim=-1).mean(),
            "dag_scale": mixer.dag_scale.float().mean(),
        }
        probs = state.operation_probs.float().mean((0, 1, 2))
        return metrics | {f"op_prob/{name}": probs[i] for i, name in enumerate(operations)}
