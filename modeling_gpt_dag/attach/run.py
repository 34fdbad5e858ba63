"""Attaching made ready from its recipe: backbone, model, what the backbone alone answers, training set."""

import math
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from torch.utils.data import Subset
from transformers import PreTrainedModel, PreTrainedTokenizerFast, TrainingArguments, set_seed

from ..data.arguments import data_seed
from ..modeling_gpt_dag import GPTDAGForCausalLM
from ..training.arguments import DAGArguments, LogArguments
from ..training.console import log_lines
from ..training.dag_logger import DAGLogger
from ..training.recipes import effective_recipe, parse_recipe
from .arguments import AttachArguments
from .evaluation import Measured, evaluate_attached, measured_before
from .feature_store import Examples, collator
from .model import AttachTrainer, attach_model, load_backbone, merged, unfreeze
from .threshold import best_threshold, presented_results, set_threshold, split_held_back
from .training_set import training_set

FEATURES, REPORT = "features", "attach.json"  # in output_dir


@dataclass
class AttachRun:
    """model: with what is trained, adapters included. before: what the backbone alone answers.

    held_back: texts to choose `dag_min_confidence` with; None where it is not to be chosen.
    """

    args: AttachArguments
    training_args: TrainingArguments
    log_args: LogArguments
    recipe: str
    backbone: PreTrainedModel
    tokenizer: PreTrainedTokenizerFast
    model: torch.nn.Module
    before: Measured
    dataset: Examples | Subset
    held_back: Subset | None

    def cost(self) -> str | None:
        """What training the backbone costs, in a sentence, from the time of one step's texts; None where it is frozen.

        The way back takes twice the time of the way through.
        """
        if self.args.unfreeze == "none":
            return None
        size, steps = self.training_args.per_device_train_batch_size, self.training_args.max_steps
        if steps <= 0:
            steps = math.ceil(len(self.dataset) / size * self.training_args.num_train_epochs)
        batch = collator(self.dataset)([self.dataset[index] for index in range(min(size, len(self.dataset)))])
        self._seconds_of(batch)  # the first time takes much longer
        seconds = 3 * self._seconds_of(batch)
        return (
            f"the backbone is trained, too: {steps} steps of about {batch['input_ids'].numel()} tokens, "
            f"{seconds:.1f} seconds each, {steps * seconds / 60:.0f} minutes in all"
        )

    @torch.no_grad()
    def _seconds_of(self, batch: dict[str, torch.Tensor]) -> float:
        """How long the way through takes."""
        device = next(self.model.parameters()).device
        began = time.monotonic()
        with torch.autocast(device.type, torch.bfloat16, enabled=self.training_args.bf16):
            self.model(**{name: part.to(device) for name, part in batch.items()})
        return time.monotonic() - began

    def trainer(self) -> AttachTrainer:
        if self._has_half_head:
            # Autocast would cast the frozen weight at every step, which takes an eighth of a step on a CPU.
            self.model.lm_head.to(torch.bfloat16)
        trainer = AttachTrainer(
            model=self.model,
            args=self.training_args,
            train_dataset=self.dataset,
            data_collator=collator(self.dataset),
            processing_class=self.tokenizer,
            callbacks=[DAGLogger()],
            backbone_learning_rate=self.args.backbone_learning_rate,
        )
        if self.log_args.log_console == "line":
            log_lines(trainer)
        return trainer

    @property
    def _has_half_head(self) -> bool:
        """Whether the frozen head, and the embeddings tied to it, are in bfloat16 while the DAG is trained."""
        return self.training_args.bf16 and self.args.unfreeze == "none"

    def trained_model(self, trainer: AttachTrainer) -> GPTDAGForCausalLM:
        """To be used and saved: adapters merged, in eval mode."""
        # Without the Trainer's forward, which would run a copy in another dtype as the original, in mixed precision.
        model = merged(trainer.accelerator.unwrap_model(self.model, keep_fp32_wrapper=False)).eval()
        model.config.use_cache = True  # which the Trainer turns off
        if self._has_half_head:
            head = self.backbone.get_output_embeddings()
            assert head is not None, "a causal language model has them"
            model.lm_head.float().load_state_dict(head.state_dict())
        if self.held_back is not None:
            assert self.args.wrong_result_cost is not None, "nothing is held back without it"
            presented = presented_results(model, self.held_back)
            set_threshold(model, best_threshold(presented, self.args.wrong_result_cost))
        return model

    def measured_after(self, model: GPTDAGForCausalLM) -> Measured:
        """model: the trained one."""
        changed = None if self.args.unfreeze == "none" else self.backbone
        return evaluate_attached(model, self.tokenizer, self.args, language=True, backbone=changed)


def prepare_attach(arguments: list[str]) -> AttachRun:
    """`CONFIG.yaml --key value ...` -> the run; what takes long in it goes on where an interrupted one stopped.

    Raises ValueError and OSError for whatever in them cannot work.
    """
    classes = (DAGArguments, AttachArguments, TrainingArguments, LogArguments)
    dag_args, args, training_args, log_args = parse_recipe(arguments, classes, "attach.py --config")
    output_dir = Path(training_args.output_dir)
    if (output_dir / "config.json").exists():
        raise ValueError(f"output_dir {output_dir} already holds a model: choose another")
    backbone, tokenizer = load_backbone(args)
    set_seed(training_args.seed)
    model = attach_model(backbone, tokenizer, dag_args)
    before = measured_before(backbone, tokenizer, args, output_dir / REPORT)
    examples = training_set(model, tokenizer, args, output_dir / FEATURES, data_seed(training_args))
    dataset, held_back = (examples, None) if args.wrong_result_cost is None else split_held_back(examples)
    recipe = effective_recipe(dag_args, args, training_args)
    trained = unfreeze(model, args)
    return AttachRun(args, training_args, log_args, recipe, backbone, tokenizer, trained, before, dataset, held_back)
