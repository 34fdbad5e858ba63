"""Checkpoints as nanoGPT writes them."""

import torch

ARGS = {"n_layer": 2, "n_head": 2, "n_embd": 16, "block_size": 12, "vocab_size": 24, "dropout": 0.0}


def reference_weights(bias: bool, depth: int = 0) -> dict[str, torch.Tensor]:
    """Random weights under nanoGPT's names, (out, in)."""
    generator = torch.Generator().manual_seed(0)
    width, weights = ARGS["n_embd"], {}

    def add(name, *shape, biased=bias):
        weights[f"{name}.weight"] = torch.randn(*shape, generator=generator) * 0.3
        if biased:
            weights[f"{name}.bias"] = torch.randn(shape[0], generator=generator) * 0.3

    add("transformer.wte", ARGS["vocab_size"], width, biased=False)
    add("transformer.wpe", ARGS["block_size"], width, biased=False)
    blocks = [f"transformer.h.{layer}" for layer in range(ARGS["n_layer"])] + ["dag.pre_dag"] * (depth > 0)
    for block in blocks:
        add(f"{block}.ln_1", width)
        add(f"{block}.ln_2", width)
        add(f"{block}.attn.c_attn", 3 * width, width)
        add(f"{block}.attn.c_proj", width, width)
        add(f"{block}.mlp.c_fc", 4 * width, width)
        add(f"{block}.mlp.c_proj", width, 4 * width)
    add("transformer.ln_f", width)
    weights["lm_head.weight"] = weights["transformer.wte.weight"]
    if depth:
        slots = depth + 1
        add("dag.plan_predictor.predictor.0", width, width, biased=True)
        add("dag.plan_predictor.predictor.2", depth * (2 * slots + 4) + slots, width, biased=True)
        add("dag.embed_to_value", 1, width, biased=True)
        add("dag.value_to_embed_layer", width, 1, biased=True)
        add("scalar_to_embed", width, 1, biased=True)
        add("dag_ln", width)
        weights["dag_scale"] = torch.tensor(0.7)
    return weights


def save(tmp_path, weights, **extra) -> str:
    path = tmp_path / "ckpt.pt"
    torch.save({"model": weights, "model_args": ARGS | extra, "iter_num": 3, "config": {"lr": 1e-3}}, path)
    return str(path)
