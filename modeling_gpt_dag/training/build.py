"""Tokenizer, config and model of a recipe."""

import dataclasses
from typing import Any

import torch
from transformers import (
    GPT2Config,
    PreTrainedTokenizerFast,
)

from ..configuration_gpt_dag import GPTDAGConfig
from ..modeling_gpt_dag import GPTDAGForCausalLM
from ..tokenization import byte_tokenizer, number_tokens, pretrained_tokenizer
from ..word_tokens import word_tokens
from .arguments import BackboneArguments


def build_config(model: Any, vocab_size: int, number_tokens: dict[str, list[int]], **known: Any) -> GPTDAGConfig:
    """The model's config: what the recipe says, and what the tokenizer knows."""
    known = {"vocab_size": vocab_size, "number_tokens": number_tokens, **known}
    return GPTDAGConfig(**_architecture(model) | known)


def _architecture(model: Any) -> dict[str, Any]:
    """What the recipe says about the model but for what of it is pretrained."""
    pretrained = {field_.name for field_ in dataclasses.fields(BackboneArguments)}
    return {key: value for key, value in vars(model).items() if key not in pretrained and value is not None}


def _gguf(model: Any) -> dict[str, str]:
    """What a pretrained tokenizer or backbone is loaded with."""
    return {} if model.gguf_file is None else {"gguf_file": model.gguf_file}


def build_tokenizer(model: Any) -> PreTrainedTokenizerFast:
    """The recipe's pretrained tokenizer, or that of its backbone, or bytes.

    Raises ValueError where there is none of that name, and where a DAG could not read numbers with it.
    """
    name = model.tokenizer_name or model.backbone
    if name is None:
        return byte_tokenizer(model.n_positions or GPT2Config.n_positions, model.byte_characters or "")
    if model.byte_characters:
        raise ValueError(f"byte_characters={model.byte_characters!r}: {name} brings its own tokenizer")
    try:
        tokenizer = pretrained_tokenizer(name, **_gguf(model))
    except OSError as error:
        raise ValueError(f"{name}: no pretrained tokenizer of this name or directory: {error}") from error
    if model.n_positions is not None:
        tokenizer.model_max_length = model.n_positions
    return tokenizer


def build_model(model: Any, tokenizer: PreTrainedTokenizerFast) -> GPTDAGForCausalLM:
    """The recipe's model, in single precision: from scratch, or with the weights of its backbone.

    Raises OSError where there is no such backbone, ValueError for what the config refuses and for keys that a
    pretrained backbone cannot have.
    """
    given = _architecture(model)
    if model.backbone is None:
        if model.freeze_backbone:
            raise ValueError("freeze_backbone=True: needs --backbone, a pretrained one; a random one must be trained")
        if model.gguf_file is not None:
            raise ValueError(f"gguf_file={model.gguf_file}: needs --backbone, the directory it is in")
        known: dict[str, Any] = {
            f"{name}_token_id": getattr(tokenizer, f"{name}_token_id") for name in ("bos", "eos", "pad")
        }
        if model.dag_number_words:
            known["word_tokens"] = word_tokens(tokenizer)
        return GPTDAGForCausalLM(build_config(model, len(tokenizer), number_tokens(tokenizer), **known))
    foreign = sorted(key for key in given if not key.startswith("dag_"))
    if foreign:
        raise ValueError(f"{', '.join(foreign)}: not to be given with a backbone; {model.backbone} brings its own")
    given |= {"dtype": torch.float32, **_gguf(model)}
    built = GPTDAGForCausalLM.from_backbone(model.backbone, tokenizer=tokenizer, **given)
    return built.freeze_backbone() if model.freeze_backbone else built
