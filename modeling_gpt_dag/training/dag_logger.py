"""DAGLogger: what the DAG does, in the Trainer's logs or by hand in a loop of one's own.

What is unusual: nothing is stored on the model and nothing runs between logging steps. For a step that will be logged
hooks on the gate mixer and the DAG collect statistics of the forward and backward pass; they go with the step. And the
callback moves itself to the head of the Trainer's callbacks, because what is added to the logs behind the reporters
reaches none of them.
"""

import inspect
import math
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial

import torch
from torch import Tensor, nn
from transformers import TrainerCallback
from transformers.trainer_callback import CallbackHandler
from transformers.trainer_utils import IntervalStrategy, has_length
from transformers.utils import logging

from ..exact_dag import ExactDAG, IndependentDAG, JointDAG
from ..gate_mixer import GateMixer
from ..soft_dag import SoftDAG, SoftState
from .dag_metrics import WeightedMeans, combine, forward_means, gradient_means, operation_gradient_means, process_count
from .dag_probe import forget_steps_after, probe_table, report_table

logger = logging.get_logger(__name__)


class DAGCapture(ExitStack):
    """While entered, collects the weighted means of every forward and backward pass through a model's DAG.

    A model compiled with torch.compile runs eagerly meanwhile, because compiled code does not call hooks. Passes
    without gradient are not collected.
    """

    def __init__(self, model: nn.Module):
        super().__init__()
        self.mixers = [module for module in model.modules() if isinstance(module, GateMixer)]
        self.dags = [module for module in model.modules() if isinstance(module, (ExactDAG, SoftDAG))]
        self.micro_batches: list[WeightedMeans] = []
        # Of the forward pass under way.
        self.op_logits: Tensor | None = None
        self.symbol_embedding: Tensor | None = None
        self.normed: Tensor | None = None

    @property
    def operations(self) -> Sequence[str]:
        return self.dags[0].operations

    @property
    def num_slots(self) -> int:
        dag = self.dags[0]
        return dag.num_slots if isinstance(dag, SoftDAG) else dag.num_initial + dag.depth

    @property
    def has_op_logits(self) -> bool:
        """A joint planner has none, because it decides operation and operands together."""
        return not isinstance(self.dags[0], JointDAG)

    def __enter__(self) -> "DAGCapture":
        super().__enter__()
        # Compiled code needs torch._dynamo; importing it takes seconds, so it is not imported for those who don't.
        if "torch._dynamo" in sys.modules:
            self.enter_context(torch.compiler.set_stance("force_eager"))
        for mixer in self.mixers:
            self._until_exit(mixer.register_forward_pre_hook(self._before_mixer))
            self._until_exit(mixer.dag_norm.register_forward_hook(self._after_norm))
            self._until_exit(mixer.register_forward_hook(self._after_mixer))
        for dag in self.dags:
            if isinstance(dag, SoftDAG):
                self._until_exit(dag.plan_out.register_forward_hook(partial(self._after_soft_planner, dag)))
            else:
                self._until_exit(dag.register_forward_pre_hook(self._before_exact_dag))
        return self

    def __exit__(self, *error) -> bool | None:
        self.op_logits = self.symbol_embedding = self.normed = None
        return super().__exit__(*error)

    def _until_exit(self, handle):
        self.callback(handle.remove)

    def _before_exact_dag(self, dag: ExactDAG, inputs: tuple):
        decisions, *_, symbol_embedding = inputs
        if torch.is_grad_enabled():
            self.micro_batches.append({})
            self.symbol_embedding = dag.with_end(symbol_embedding).detach()  # (W, H)
            if isinstance(dag, IndependentDAG):
                self._watch_planner(dag, decisions, lambda t: t[..., -dag.depth * len(dag.operations) :])

    def _after_soft_planner(self, dag: SoftDAG, planner: nn.Module, inputs: tuple, output: Tensor):
        if torch.is_grad_enabled():
            self.micro_batches.append({})
            per_step = (dag.depth, 2 * dag.num_slots + len(dag.operations))
            self._watch_planner(dag, output, lambda t: t.unflatten(-1, per_step)[..., -len(dag.operations) :])

    def _watch_planner(self, dag: ExactDAG | SoftDAG, logits: Tensor, operations_of):
        """operations_of: the operations' part of the planner's logits, (B, T, D O) or (B, T, D, O)."""
        per_step = (*logits.shape[:2], dag.depth, len(dag.operations))
        self.op_logits = operations_of(logits.detach()).reshape(per_step)
        self._watch(logits, lambda gradient: operation_gradient_means(operations_of(gradient).reshape(per_step)))

    def _before_mixer(self, mixer: GateMixer, inputs: tuple) -> tuple | None:
        """Gives the mixer the hidden state under another name, so that its gradient is that past the DAG alone."""
        if not torch.is_grad_enabled():
            return None
        hidden, gate_logits, state = inputs
        # Behind a frozen backbone nobody else asks for this gradient.
        alias = hidden.view_as(hidden) if hidden.requires_grad else hidden.detach().requires_grad_()
        self._watch(alias, partial(gradient_means, "orig_hidden_grad"))
        return alias, gate_logits, state

    def _after_norm(self, norm: nn.Module, inputs: tuple, output: Tensor):
        self.normed = output.detach()

    def _after_mixer(self, mixer: GateMixer, inputs: tuple, output: tuple[Tensor, Tensor]):
        if not torch.is_grad_enabled():
            return
        hidden, _, state = inputs
        mixed, gate = output
        assert self.normed is not None, "the norm runs before the mixer is done"
        with torch.no_grad():
            means = forward_means(state, hidden, gate, self.normed, mixed, mixer.dag_scale, self.op_logits)
        self.micro_batches[-1].update(means)
        self._watch(state.dag_hidden, partial(gradient_means, "dag_output_grad"))
        scratch = partial(gradient_means, "dag_scratch_grad")
        if isinstance(state, SoftState):
            self._watch(state.values, lambda gradient: scratch(gradient[..., -1]))
        else:
            embedding = self.symbol_embedding
            assert embedding is not None, "the exact DAG runs before the mixer"
            self._watch(state.dag_hidden, lambda gradient: scratch(gradient @ embedding.to(gradient.dtype).T))

    def _watch(self, tensor: Tensor, means_of):
        """Adds `means_of` the tensor's gradient to this forward pass' means, once there is one."""
        means = self.micro_batches[-1]
        # A process' loss counts 1 / processes in what all of them together descend.
        share = 1 / process_count()
        if tensor.requires_grad:
            tensor.register_hook(lambda gradient: means.update(means_of(gradient * share if share < 1 else gradient)))


def go_first(callback: TrainerCallback) -> list[TrainerCallback]:
    """Move to the head of the Trainer's callbacks, before the reporters; returns them, [] without a Trainer.

    For `on_train_begin`: the Trainer puts its users' callbacks behind the reporters and gives them no way to itself,
    but it is calling.
    """
    frame = inspect.currentframe()
    while frame is not None and frame.f_code is not CallbackHandler.call_event.__code__:
        frame = frame.f_back
    if frame is None:
        return []
    callbacks = frame.f_locals["self"].callbacks
    callbacks.remove(callback)
    callbacks.insert(0, callback)
    return callbacks


class DAGLogger(TrainerCallback):
    """Adds what the DAG did to the Trainer's record of each logging step: console, `log_history`, every reporter.

        Trainer(model, args, train_dataset=dataset, callbacks=[DAGLogger()])

    In a loop of one's own:

        dag_logger = DAGLogger()
        with dag_logger.capture(model):
            model(**batch).loss.backward()
        metrics = dag_logger.get_wandb_logging_dict(model)

    Means over the step's tokens: all micro-batches, all processes, padding too; of one large batch, in short. (Only
    quantiles are means of the micro-batches'.) All is of training mode: choices in soft numerics are sampled ones.
    Gradients are those before clipping, of the loss of the whole step.

    | metric | of |
    |---|---|
    | `gate/mean`, `std`, `open_fraction` | the gate; gates above 1/2 |
    | `gate/result_fraction` | tokens with a result to write |
    | `gate/open_fraction_numeric` | gates above 1/2 among those; left out where there are none |
    | `dag_scale` | the mixer's scale |
    | `norm/hidden`, `dag_hidden`, `fused` | norms of the backbone's hidden state, of what is mixed in, of the mix |
    | `norm/dag_to_orig_ratio` | the second over the first |
    | `op_prob/<name>`, `op_grad/<name>` | probability of each operation; gradient of its logit, mean over steps |
    | `op_logits_mean`, `plan_entropy` | logits of the operations; entropy of a token's whole plan, in nats |
    | `dag_output_grad_norm`, `mean`, `std` | gradient of `dag_hidden`, over all its entries |
    | `dag_scratch_grad_...` | soft: gradient of the final value. Exact values have none; there it is the gradient of \
the probabilities of the 13 symbols that the final value's text could go on with |
    | `orig_hidden_grad_...` | gradient of the backbone's hidden state past the DAG, through the mixer alone |
    | `slot/<i>/filled` | tokens whose slot i holds a value |
    | `slot/<i>/mean`, `std`, `q05`, `q50`, `q95` | those values; left out where there are none |

    A joint planner has neither logits of the operations nor their gradient. Its `plan_entropy` is the sum of the
    entropies of its choices, each taken alone.

    probe_prompt: a text whose scratch lists are written as a table: a row per token, its gate and slots. The tables go
    to `dag_probe.csv` in `output_dir` and, as tables, to wandb, trackio and tensorboard where those report.
    probe_steps: how often; and after the last step.

    Raises RuntimeError for a metric that is missing from a step and FloatingPointError for one that is not finite.
    """

    def __init__(self, probe_prompt: str | None = None, probe_steps: int = 100):
        if probe_steps < 1:
            raise ValueError(f"probe_steps={probe_steps}: must be at least 1")
        self.probe_prompt = probe_prompt
        self.probe_steps = probe_steps
        self.captured: DAGCapture | None = None
        self.captured_step: int | None = None
        self.has_dag = False
        self.callbacks: list[TrainerCallback] = []
        self.has_warned = False

    def capture(self, model: nn.Module) -> DAGCapture:
        """Context of the forward and backward passes that make one step."""
        self.captured = DAGCapture(model)
        if not self.captured.mixers and not self.has_warned:
            logger.warning("the model has no DAG (dag_depth=0): DAGLogger has nothing to log")
            self.has_warned = True
        return self.captured

    def get_wandb_logging_dict(self, model: nn.Module) -> dict[str, float]:
        """The metrics of the step captured last; {} for a model without DAG.

        In a process group every process calls this, as it does the backward pass, and gets the same.
        """
        mixers = [module for module in model.modules() if isinstance(module, GateMixer)]
        if not mixers:
            return {}
        if self.captured is None or self.captured.mixers != mixers:
            raise RuntimeError("nothing was captured of this model: run forward and backward inside capture(model)")
        captured = self.captured
        return combine(captured.micro_batches, captured.operations, captured.num_slots, captured.has_op_logits)

    def on_train_begin(self, args, state, control, model=None, processing_class=None, train_dataloader=None, **kwargs):
        if args.fp16:
            raise ValueError("fp16=True: its loss scaling is in every gradient DAGLogger sees; train in bf16")
        if args.logging_strategy == IntervalStrategy.EPOCH and not has_length(train_dataloader):
            raise ValueError("logging_strategy='epoch': DAGLogger has to know an epoch's last step beforehand")
        if self.probe_prompt is not None and processing_class is None:
            raise ValueError("probe_prompt needs the tokenizer as the Trainer's processing_class")
        self.captured_step = None
        self.has_dag = bool(self.capture(model).mixers)
        self.callbacks = go_first(self)
        if self.probe_prompt is not None and state.is_world_process_zero:
            forget_steps_after(state.global_step, args)

    def on_step_begin(self, args, state, control, model=None, train_dataloader=None, **kwargs):
        if self.has_dag and self._will_be_logged(state.global_step + 1, args, state, train_dataloader):
            self.captured_step = state.global_step + 1
            # Until on_step_end.
            self.capture(model).__enter__()

    @staticmethod
    def _will_be_logged(step: int, args, state, train_dataloader) -> bool:
        if step == 1 and args.logging_first_step:
            return True
        if args.logging_strategy == IntervalStrategy.EPOCH:
            steps_per_epoch = math.ceil(len(train_dataloader) / args.gradient_accumulation_steps)
            return step % steps_per_epoch == 0 or step == state.max_steps
        return args.logging_strategy == IntervalStrategy.STEPS and step % state.logging_steps == 0

    def on_step_end(self, args, state, control, model=None, processing_class=None, **kwargs):
        if self.captured is not None and self.captured_step == state.global_step:
            self.captured.close()
        is_probed = state.global_step % self.probe_steps == 0 or state.global_step == state.max_steps
        if self.probe_prompt is not None and self.has_dag and is_probed:
            # On every process: sharded models need all of them.
            table = probe_table(model, processing_class, self.probe_prompt)
            if state.is_world_process_zero:
                report_table(table, args, state.global_step, self.callbacks)

    def on_log(self, args, state, control, model=None, logs=None, **kwargs):
        # The Trainer's own record carries the loss; its end-of-training summary and evaluations do not.
        if not self.has_dag or "loss" not in logs:
            return
        if self.captured_step != state.global_step:
            raise RuntimeError(
                f"step {state.global_step} is logged out of turn (logging_strategy={args.logging_strategy.value!r}, "
                f"logging_steps={state.logging_steps}): DAGLogger has captured nothing of it"
            )
        metrics = self.get_wandb_logging_dict(model)
        logs.update(metrics)
        state.log_history[-1].update(metrics)
