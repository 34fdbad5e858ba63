"""Tiny random backbones of every family, and a DAG on them."""

import torch
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
)

from modeling_gpt_dag import GPTDAGForCausalLM

SIZES = {
    "hidden_size": 16,
    "intermediate_size": 24,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "head_dim": 8,
    "max_position_embeddings": 64,
    "vocab_size": 257,
    "pad_token_id": 0,
    "bos_token_id": 0,
    "eos_token_id": 0,
}


FAMILIES = {
    "gpt2": {"model_type": "gpt2", "n_embd": 16, "n_head": 2, "n_layer": 2, "n_positions": 64, "vocab_size": 257}
    | {"bos_token_id": 0, "eos_token_id": 0},
    "llama": {"model_type": "llama", **SIZES},
    "smollm2": {"model_type": "llama", "tie_word_embeddings": True, **SIZES},
    "qwen2": {"model_type": "qwen2", **SIZES},
    "qwen3": {"model_type": "qwen3", **SIZES},
    "pythia": {"model_type": "gpt_neox", **SIZES},
    "gemma3": {"model_type": "gemma3_text", "sliding_window": 4, **SIZES}
    | {"layer_types": ["sliding_attention", "full_attention"]},
    "mistral": {"model_type": "mistral", "sliding_window": 4, **SIZES},
}


def make_backbone(family: str):
    settings = dict(FAMILIES[family])
    torch.manual_seed(0)
    backbone = AutoModelForCausalLM.from_config(AutoConfig.for_model(**settings)).eval()
    with torch.no_grad():
        for parameter in backbone.parameters():
            if parameter.ndim > 1:
                parameter.normal_(0.0, 0.3)
    return backbone


def computes_latest_two(model: GPTDAGForCausalLM, gate: float) -> GPTDAGForCausalLM:
    """Everywhere its one operation on the latest number and the one before it, the later last; gate: the gate's bias.

    For an independent planner of one step on two numbers.
    """
    with torch.no_grad():
        model.model.dag.slot_head.weight.zero_()
        model.model.dag.query.weight.zero_()
        model.model.dag.slot_head.bias.copy_(torch.tensor([0.0, 9.0, 0.0, 9.0, 0.0, 0.0]))
        model.model.mixer.gate_head.weight.zero_()
        model.model.mixer.gate_head.bias.fill_(gate)
    return model


def attach(backbone, tokenizer, **settings) -> GPTDAGForCausalLM:
    torch.manual_seed(0)
    settings = {"dag_depth": 2, "dag_num_values": 5, **settings}
    return GPTDAGForCausalLM.from_backbone(backbone, tokenizer=tokenizer, **settings)
