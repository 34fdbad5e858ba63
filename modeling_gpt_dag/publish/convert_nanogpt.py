"""nanoGPT and nanoGPT-DAG checkpoints (`ckpt.pt`) as GPT-DAG models.

What is unusual: nothing in the file is executed (`weights_only`), and every weight of the checkpoint is either used or
named as dropped. nanoGPT stores linear weights as (out, in), GPT-2 of transformers as (in, out).
"""

import pickle
import re
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor

from ..configuration_gpt_dag import GPTDAGConfig
from ..modeling_gpt_dag import GPTDAGForCausalLM

COMPILED = "_orig_mod."
# nanoGPT's keys -> ours; a block's own keys are the same in both.
NAMES = {
    r"transformer\.(wte|wpe|ln_f)\.(.*)": r"model.backbone.\1.\2",
    r"transformer\.h\.(.*)": r"model.backbone.h.\1",
    r"dag\.pre_dag\.(.*)": r"model.context.0.\1",
    r"dag\.plan_predictor\.predictor\.0\.(.*)": r"model.dag.plan_in.\1",
    r"dag\.plan_predictor\.predictor\.2\.(.*)": r"model.dag.plan_out.\1",
    r"dag\.embed_to_value\.(.*)": r"model.dag.value_head.\1",
    r"scalar_to_embed\.(.*)": r"model.dag.value_embedding.\1",
    r"dag_ln\.(.*)": r"model.mixer.dag_norm.\1",
    r"dag_scale": r"model.mixer.dag_scale",
}
LINEAR = re.compile(r"(attn\.c_attn|attn\.c_proj|mlp\.c_fc|mlp\.c_proj)\.weight$")
# Masks that old nanoGPTs saved, and the output projection, which is tied to the embeddings.
IGNORED = re.compile(r"(\.attn\.bias|^lm_head\.weight)$")


class Conversion(NamedTuple):
    """model, and the names of the checkpoint's weights that the original never used and GPT-DAG does not have."""

    model: GPTDAGForCausalLM
    dropped: list[str]


def read_checkpoint(path: str) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """`model` and `model_args` of a nanoGPT checkpoint, without the prefix that torch.compile adds.

    Raises FileNotFoundError; ValueError for what is no nanoGPT checkpoint or holds more than tensors and numbers.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f"there is no checkpoint {path}")
    try:
        checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError) as error:
        raise ValueError(f"{path} holds more than tensors and numbers, or is damaged; it is not loaded") from error
    missing = [key for key in ("model", "model_args") if not isinstance(checkpoint, dict) or key not in checkpoint]
    if missing:
        raise ValueError(f"{path} is no nanoGPT checkpoint: it has no {' and no '.join(missing)}")
    weights = {name.removeprefix(COMPILED): weight for name, weight in checkpoint["model"].items()}
    return weights, checkpoint["model_args"]


def convert_nanogpt(path: str) -> Conversion:
    """Convert a `ckpt.pt`; `dag_depth > 0` becomes soft numerics, plain nanoGPT a GPT-DAG of depth 0.

    A vocabulary padded for speed stays padded; `bias=False` becomes biases of zero. Raises what `read_checkpoint`
    raises, and ValueError naming both sides where a weight's shape does not fit `model_args` or a weight is missing.
    """
    weights, args = read_checkpoint(path)
    depth = args.get("dag_depth", 0)
    of_gpt2: dict[str, Any] = {name: args[name] for name in ("n_layer", "n_head", "n_embd", "vocab_size")}
    of_gpt2["n_positions"] = args["block_size"]
    of_gpt2["activation_function"] = "gelu"  # nanoGPT's nn.GELU is the exact one, GPT-2's the tanh approximation
    of_gpt2 |= dict.fromkeys(("resid_pdrop", "embd_pdrop", "attn_pdrop"), args.get("dropout", 0.0))
    config = GPTDAGConfig(
        **of_gpt2,
        dag_depth=depth,
        dag_numerics="soft",
        dag_temperature=args.get("gumbel_temperature", 2.0),
    )
    model = GPTDAGForCausalLM(config).eval()
    state = model.state_dict()
    used, dropped = {}, []
    for name, weight in weights.items():
        target = _rename(name)
        if target is None:
            if not IGNORED.search(name):
                dropped.append(name)
            continue
        if "plan_predictor.predictor.2" in name:
            # Behind the plan the original predicts which slot to output, and never reads it.
            plan_rows = depth * (2 * (depth + 1) + len(config.dag_operations))
            dropped.append(f"{name}[{plan_rows}:{weight.shape[0]}] (output selection)")
            weight = weight[:plan_rows]
        used[target] = _shaped(name, weight, state, target)
    without_bias = {name: torch.zeros_like(value) for name, value in state.items() if name.endswith(".bias")}
    tied = {"lm_head.weight": used.get("model.backbone.wte.weight")}
    missing = [name for name in state if name not in used | without_bias | tied]
    if missing:
        raise ValueError(f"{path} lacks weights that its model_args {args} call for: {', '.join(missing)}")
    model.load_state_dict(without_bias | used | tied)
    return Conversion(model, dropped)


def _rename(name: str) -> str | None:
    for pattern, replacement in NAMES.items():
        match = re.fullmatch(pattern, name)
        if match and not IGNORED.search(name):
            return match.expand(replacement)
    return None


def _shaped(name: str, weight: Tensor, state: dict[str, Tensor], target: str) -> Tensor:
    """The weight as the target has it: transposed for Conv1D; raises ValueError where it does not fit."""
    if LINEAR.search(name):
        weight = weight.t()
    if target.endswith("dag_scale"):
        weight = weight.reshape(1)
    if target not in state or state[target].shape != weight.shape:
        expected = tuple(state[target].shape) if target in state else "no such weight"
        raise ValueError(f"{name} has shape {tuple(weight.shape)}, the model of model_args has {expected}")
    return weight
