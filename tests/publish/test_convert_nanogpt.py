"""nanoGPT checkpoints convert to the same logits; nothing in a file is executed."""

import math
import pickle

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from transformers import AutoModelForCausalLM

from helpers.models import assert_same_model
from helpers.nanogpt import ARGS, reference_weights, save
from modeling_gpt_dag.publish.convert_nanogpt import convert_nanogpt


def reference_hidden(weights: dict[str, torch.Tensor], ids: torch.Tensor) -> torch.Tensor:
    """nanoGPT's forward pass up to the last norm, one head at a time."""
    width, heads = ARGS["n_embd"], ARGS["n_head"]

    def linear(name, x):
        return F.linear(x, weights[f"{name}.weight"], weights.get(f"{name}.bias"))

    def norm(name, x):
        return F.layer_norm(x, (width,), weights[f"{name}.weight"], weights.get(f"{name}.bias"))

    x = weights["transformer.wte.weight"][ids] + weights["transformer.wpe.weight"][: ids.shape[1]]
    future = torch.ones(ids.shape[1], ids.shape[1], dtype=torch.bool).triu(1)
    for layer in range(ARGS["n_layer"]):
        block = f"transformer.h.{layer}"
        q, k, v = linear(f"{block}.attn.c_attn", norm(f"{block}.ln_1", x)).split(width, -1)
        attended = []
        for head in torch.arange(width).chunk(heads):
            scores = q[..., head] @ k[..., head].transpose(-1, -2) / math.sqrt(len(head))
            attended.append(scores.masked_fill(future, float("-inf")).softmax(-1) @ v[..., head])
        x = x + linear(f"{block}.attn.c_proj", torch.cat(attended, -1))
        x = x + linear(f"{block}.mlp.c_proj", nn.GELU()(linear(f"{block}.mlp.c_fc", norm(f"{block}.ln_2", x))))
    return norm("transformer.ln_f", x)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("prefix", ["", "_orig_mod."], ids=["plain", "compiled"])
def test_a_nanogpt_converts_to_the_same_logits(tmp_path, bias, prefix):
    weights = reference_weights(bias)
    path = save(tmp_path, {prefix + name: weight for name, weight in weights.items()}, bias=bias)
    model, dropped = convert_nanogpt(path)
    ids = torch.randint(0, 24, (2, 12))
    expected = reference_hidden(weights, ids) @ weights["lm_head.weight"].t()
    torch.testing.assert_close(model(ids).logits, expected, rtol=1e-5, atol=1e-5)
    assert dropped == [] and model.config.dag_depth == 0
    model.save_pretrained(tmp_path / "out")
    assert_same_model(AutoModelForCausalLM.from_pretrained(tmp_path / "out"), model, ids)


def test_a_nanogpt_dag_becomes_soft_numerics_and_names_what_was_dropped(tmp_path):
    weights = reference_weights(bias=True, depth=3)
    model, dropped = convert_nanogpt(save(tmp_path, weights, dag_depth=3, gumbel_temperature=1.5, bias=True))
    config = model.config
    assert (config.dag_numerics, config.dag_depth, config.dag_temperature) == ("soft", 3, 1.5)
    assert dropped == [
        "dag.plan_predictor.predictor.2.weight[36:40] (output selection)",
        "dag.plan_predictor.predictor.2.bias[36:40] (output selection)",
        "dag.value_to_embed_layer.weight",
        "dag.value_to_embed_layer.bias",
    ]
    ids = torch.randint(0, 24, (1, 6))
    dag = model(ids, output_dag=True).dag
    hidden = reference_hidden(weights, ids)
    torch.testing.assert_close(model.model.backbone(ids).last_hidden_state, hidden, rtol=1e-5, atol=1e-5)
    embedded = F.linear(dag.values[..., -1:], weights["scalar_to_embed.weight"], weights["scalar_to_embed.bias"])
    torch.testing.assert_close(dag.dag_hidden, embedded)
    mixed = hidden + 0.7 * F.layer_norm(embedded, (16,), weights["dag_ln.weight"], weights["dag_ln.bias"])
    torch.testing.assert_close(model(ids).logits, mixed @ weights["lm_head.weight"].t(), rtol=1e-4, atol=1e-4)


class Executed(Exception):
    def __reduce__(self):
        return (exec, ("raise SystemExit('executed')",))


def test_a_file_with_code_is_refused(tmp_path):
    path = tmp_path / "ckpt.pt"
    path.write_bytes(pickle.dumps({"model": Executed(), "model_args": {}}, protocol=2))
    with pytest.raises(ValueError, match="more than tensors and numbers"):
        convert_nanogpt(str(path))


def test_what_does_not_fit_names_both_sides(tmp_path):
    weights = reference_weights(bias=True)
    with pytest.raises(ValueError, match=r"wpe.weight has shape \(12, 16\), the model of model_args has \(20, 16\)"):
        convert_nanogpt(save(tmp_path, weights, block_size=20))
    del weights["transformer.h.1.mlp.c_fc.weight"]
    with pytest.raises(ValueError, match="lacks weights .*h.1.mlp.c_fc.weight"):
        convert_nanogpt(save(tmp_path, weights))


def test_other_files_are_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="no checkpoint"):
        convert_nanogpt(str(tmp_path / "none.pt"))
    torch.save({"weights": {}}, tmp_path / "other.pt")
    with pytest.raises(ValueError, match="has no model and no model_args"):
        convert_nanogpt(str(tmp_path / "other.pt"))
