"""A pretrained backbone, a DAG on it, and what of the backbone is trained."""

import copy
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, PreTrainedModel, PreTrainedTokenizerFast

from ..from_backbone import backbone_alone
from ..modeling_gpt_dag import GPTDAGForCausalLM
from ..tokenization import pretrained_tokenizer
from ..training.trainer import FaultTolerantTrainer
from .arguments import AttachArguments


def load_backbone(args: AttachArguments) -> tuple[PreTrainedModel, PreTrainedTokenizerFast]:
    """The backbone and its tokenizer, which gives every digit a token of its own; of a GPT-DAG its backbone alone.

    Raises ValueError for what a DAG cannot be put on (no fast tokenizer, no tokens for digits) and for a path that is
    no directory; OSError for a name that the Hub does not have.
    """
    name = args.backbone
    is_path = name.startswith((".", "/", "~")) or name.count("/") > 1
    if is_path and not Path(name).is_dir():
        raise ValueError(f"there is no directory {name}")
    options = {"gguf_file": args.gguf_file} if args.gguf_file else {}
    tokenizer = pretrained_tokenizer(args.backbone, **options)
    # Half precision is for running models; a DAG is not trained in it.
    backbone = AutoModelForCausalLM.from_pretrained(args.backbone, dtype=torch.float32, **options)
    return backbone_alone(backbone) if isinstance(backbone, GPTDAGForCausalLM) else backbone, tokenizer


def attach_model(backbone: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, dag_args: Any) -> GPTDAGForCausalLM:
    """The backbone, frozen, with the DAG that the recipe describes."""
    settings = {name: value for name, value in vars(dag_args).items() if value is not None}
    return GPTDAGForCausalLM.from_backbone(backbone, tokenizer=tokenizer, **settings).freeze_backbone()


def in_dtype(model: PreTrainedModel, dtype: str) -> PreTrainedModel:
    """The model, or a copy of it in another dtype: casting there and back would round its weights."""
    wanted = getattr(torch, dtype)
    return model if model.dtype == wanted else copy.deepcopy(model).to(wanted)


def unfreeze(model: GPTDAGForCausalLM, args: AttachArguments) -> torch.nn.Module:
    """Make part of the backbone trainable, or put adapters on it; raises ValueError where that cannot be."""
    if args.unfreeze == "all":
        model.requires_grad_(True)
    elif args.unfreeze == "last_n":
        layers = next(module for module in model.model.backbone.children() if isinstance(module, torch.nn.ModuleList))
        if not 1 <= args.unfreeze_layers <= len(layers):
            raise ValueError(f"unfreeze_layers={args.unfreeze_layers}: the backbone has {len(layers)} layers")
        layers[-args.unfreeze_layers :].requires_grad_(True)
    elif args.unfreeze == "lora":
        from peft import LoraConfig, get_peft_model

        linear = [
            name
            for name, module in model.named_modules()
            if name.startswith("model.backbone.") and type(module).__name__ in ("Linear", "Conv1D")
        ]
        blocks = [f"context.{number}" for number in range(len(model.model.context))]
        trained = ["dag", "mixer", *blocks]
        if model.config.dag_planner_layer is not None:
            trained.append("planner_input")
        config = LoraConfig(task_type="CAUSAL_LM", r=args.lora_rank, target_modules=linear, modules_to_save=trained)
        return get_peft_model(model, config)
    return model


class AttachTrainer(FaultTolerantTrainer):
    """A Trainer that gives what of the backbone is trained a learning rate of its own, adapters included."""

    def __init__(self, *args, backbone_learning_rate: float | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.backbone_learning_rate = backbone_learning_rate

    def create_optimizer(self, model=None) -> torch.optim.Optimizer:
        is_made = self.optimizer is not None
        optimizer = super().create_optimizer(model)
        if is_made or self.backbone_learning_rate is None:
            return optimizer
        assert self.model is not None, "a Trainer has a model"
        apart = {id(part) for name, part in self.model.named_parameters() if ".backbone." in name or "lm_head" in name}
        for group in list(optimizer.param_groups):
            of_backbone = [part for part in group["params"] if id(part) in apart]
            group["params"] = [part for part in group["params"] if id(part) not in apart]
            optimizer.add_param_group({**group, "params": of_backbone, "lr": self.backbone_learning_rate})
        return optimizer


def merged(model: torch.nn.Module) -> GPTDAGForCausalLM:
    """The model without adapters, whose weights become the backbone's."""
    if isinstance(model, GPTDAGForCausalLM):
        return model
    from peft import PeftModel

    assert isinstance(model, PeftModel), "what is no plain model has adapters"
    return model.merge_and_unload()
