"""What the DAG did in a training step, as numbers: pure functions from the tensors of a forward and backward pass.

What is unusual: a step's metrics do not depend on how its batch was cut up. A micro-batch leaves weighted means (of
values and of squares) and not the metrics themselves; those are made from the means over all micro-batches and
processes, so that they are the ones of one large batch (quantiles alone are means of the micro-batches' quantiles).

B batch, T tokens, H hidden size, D DAG steps, S slots, O operations, W symbols that can be written.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from ..gate_mixer import DAGState

QUANTILES = {"q05": 0.05, "q50": 0.5, "q95": 0.95}
GRADIENTS = ("dag_output_grad", "dag_scratch_grad", "orig_hidden_grad")
SCALARS = (
    *(f"gate/{name}" for name in ("mean", "square", "open_fraction", "open_fraction_numeric", "result_fraction")),
    *(f"norm/{name}" for name in ("hidden", "dag_hidden", "fused", "dag_to_orig_ratio")),
    *(f"{name}_{part}" for name in GRADIENTS for part in ("mean", "square")),
    *("dag_scale", "plan_entropy"),
)

# Of one micro-batch: name -> (mean, weight), of one shape or the weight a number.
WeightedMeans = dict[str, tuple[Tensor, Tensor | float]]


def forward_means(
    state: DAGState,
    hidden: Tensor,
    gate: Tensor,
    normed: Tensor,
    mixed: Tensor,
    scale: Tensor,
    op_logits: Tensor | None,
) -> WeightedMeans:
    """Means over the tokens of one forward pass.

    state: what the DAG did. hidden, mixed: (B, T, H), before and after the mixer. gate: (B, T).
    normed: (B, T, H), `LayerNorm(dag_hidden)`. scale: (1,), `dag_scale`.
    op_logits: (B, T, D, O); None where the planner has none.
    """
    tokens = float(gate.numel())
    probs = state.probs
    gate, numeric = gate.double(), state.has_result.double()
    is_open = (gate > 0.5).double()
    norms = [torch.linalg.vector_norm(tensor.float(), dim=-1) for tensor in (hidden, normed, mixed)]  # (B, T) each
    norms[1] *= scale.abs()
    means = {
        "gate/mean": gate.mean(),
        "gate/square": gate.square().mean(),
        "gate/open_fraction": is_open.mean(),
        "gate/result_fraction": numeric.mean(),
        "dag_scale": scale.mean(),
        "norm/hidden": norms[0].mean(),
        "norm/dag_hidden": norms[1].mean(),
        "norm/fused": norms[2].mean(),
        "norm/dag_to_orig_ratio": (norms[1] / norms[0]).mean(),
        "op_prob": probs[-1].float().mean((0, 1, 2)),
        "plan_entropy": sum(torch.special.entr(choice.float()).sum() for choice in probs) / tokens,
    }
    if op_logits is not None:
        means["op_logits_mean"] = op_logits.float().mean()
    weighted: WeightedMeans = {name: (mean, tokens) for name, mean in means.items()}
    weighted["gate/open_fraction_numeric"] = ((is_open * numeric).sum() / numeric.sum(), numeric.sum())
    return weighted | slot_means(state.values, state.values_mask)


def slot_means(values: Tensor, mask: Tensor) -> WeightedMeans:
    """Of the values each slot held, over the tokens where it held one: mean, mean square, quantiles, (S,) each.

    values: (B, T, S). mask: (B, T, S) bool. A quantile is the value of nearest rank.
    """
    values, mask = values.detach().double().flatten(0, 1).T, mask.flatten(0, 1).T  # (S, B T)
    count = mask.sum(1)
    weight = count.double()
    held = values.where(mask, 0.0)
    in_order = values.where(mask, torch.inf).sort(1).values
    means: WeightedMeans = {
        "slot/filled": (weight / mask.shape[1], float(mask.shape[1])),
        "slot/mean": (held.sum(1) / weight, weight),
        "slot/square": (held.square().sum(1) / weight, weight),
    }
    for name, share in QUANTILES.items():
        rank = (share * (count - 1).clamp(min=0)).round().long()
        means[f"slot/{name}"] = (in_order.gather(1, rank.unsqueeze(1)).squeeze(1), weight)
    return means


def gradient_means(name: str, gradient: Tensor) -> WeightedMeans:
    """Mean and mean square of a gradient's entries."""
    entries = float(gradient.numel())
    norm = torch.linalg.vector_norm(gradient.float()).double()
    return {
        f"{name}_mean": (gradient.float().mean(), entries),
        f"{name}_square": (norm.square() / entries, entries),
    }


def operation_gradient_means(gradient: Tensor) -> WeightedMeans:
    """gradient: (B, T, D, O), of the operations' logits; mean over tokens and steps."""
    return {"op_grad": (gradient.float().mean((0, 1, 2)), float(gradient[..., 0].numel()))}


def process_count() -> int:
    is_group = torch.distributed.is_available() and torch.distributed.is_initialized()
    return torch.distributed.get_world_size() if is_group else 1


def names_of(operations: Sequence[str], num_slots: int, has_op_logits: bool) -> dict[str, list[str]]:
    """What a micro-batch has to leave -> a name for each entry."""
    names = {name: [name] for name in SCALARS}
    by_operation = ["op_prob"]
    if has_op_logits:
        names["op_logits_mean"] = ["op_logits_mean"]
        by_operation.append("op_grad")
    names |= {name: [f"{name}/{operation}" for operation in operations] for name in by_operation}
    for part in ("filled", "mean", "square", *QUANTILES):
        names[f"slot/{part}"] = [f"slot/{slot}/{part}" for slot in range(num_slots)]
    return names


def combine(
    micro_batches: list[WeightedMeans], operations: Sequence[str], num_slots: int, has_op_logits: bool
) -> dict[str, float]:
    """The metrics of a step, from the weighted means of its micro-batches on all processes.

    has_op_logits: whether the planner has logits of the operations.
    In a process group every process has to call this, and gets the same.
    Raises RuntimeError naming what is missing and FloatingPointError naming what is not finite.
    """
    names = names_of(operations, num_slots, has_op_logits)
    missing = [entry for name in names if any(name not in means for means in micro_batches) for entry in names[name]]
    if missing or not micro_batches:
        raise RuntimeError(
            f"nothing to log for {', '.join(missing) or 'any metric'}: it takes the forward and the backward pass of "
            "a model in training mode, through its DAG"
        )
    totals = torch.stack([_sums_and_weights(means, names) for means in micro_batches]).sum(0)
    if process_count() > 1:
        torch.distributed.all_reduce(totals)
    entries = [entry for name in names for entry in names[name]]
    return _metrics({entry: pair for entry, *pair in zip(entries, *totals.tolist(), strict=True)})


def _sums_and_weights(means: WeightedMeans, names: dict[str, list[str]]) -> Tensor:
    """(2, entries) float64, in the order of `names`."""
    device = means["dag_scale"][0].device
    mean = torch.cat([means[name][0].reshape(-1) for name in names]).double()
    weight = torch.cat(
        [torch.as_tensor(means[name][1], dtype=torch.double, device=device).expand(len(names[name])) for name in names]
    )
    # Without weight the mean is that of nothing, not a number.
    return torch.stack([torch.where(weight > 0, mean * weight, 0.0), weight])


def _metrics(totals: dict[str, list[float]]) -> dict[str, float]:
    """totals: name -> weighted sum and weight. Means of squares become standard deviations and norms."""
    # What is over some of the tokens has no weight where there are none of those; nothing else goes without.
    metrics = {name: total / weight for name, (total, weight) in totals.items() if weight > 0}
    for name in [name for name in metrics if name.endswith("square")]:
        square, prefix = metrics.pop(name), name.removesuffix("square")
        mean = metrics[f"{prefix}mean"]
        metrics[f"{prefix}std"] = max(square - mean * mean, 0.0) ** 0.5
        if prefix.endswith("_grad_"):
            metrics[f"{prefix}norm"] = (square * totals[name][1]) ** 0.5
    broken = [f"{name} = {value}" for name, value in metrics.items() if not math.isfinite(value)]
    if broken:
        raise FloatingPointError(f"not finite: {', '.join(broken)}")
    return dict(sorted(metrics.items()))
