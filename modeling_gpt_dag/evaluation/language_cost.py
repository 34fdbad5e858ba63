"""What a DAG costs the language model it is put on: perplexity without and with it, and gates that fire on plain text.

What is unusual: both perplexities come from one pass of the backbone, whose hidden states the model then takes, so
they differ by what the DAG writes and by nothing else.
"""

import re
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F
from tqdm.auto import tqdm
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from ..gate_mixer import GATE_THRESHOLD
from ..planner_input import backbone_features, split_features
from .reports import GateRate, LanguageCost, Perplexity

HAS_DIGIT = re.compile(r"\d")


@torch.no_grad()
def language_cost(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    lines: Sequence[str],
    block_size: int = 512,
    backbone: PreTrainedModel | None = None,
    progress: bool = False,
) -> LanguageCost:
    """Perplexity before and after on all lines and on those with numbers, and how often the gate opens on the latter.

    lines: of one text, in order, each with its line end. block_size: tokens that are read together. backbone: the
    causal language model `before`; by default the model's own, as it is now. Raises ValueError for text of less than
    two tokens.
    """
    encoded = tokenizer(list(lines), add_special_tokens=False)["input_ids"]
    ids = torch.tensor([token for line in encoded for token in line])
    line_of = torch.tensor([number for number, line in enumerate(encoded) for _ in line])
    if len(ids) < 2:
        raise ValueError(f"a text of {len(ids)} tokens has no perplexity")
    has_numbers = torch.tensor([HAS_DIGIT.search(line) is not None for line in lines])
    losses, gates = [], []
    for block in tqdm(ids.split(block_size), desc="perplexity", disable=not progress):
        block = block.unsqueeze(0).to(model.device)
        features = backbone_features(model.model.backbone, model.config.dag_planner_layer, input_ids=block)
        output = model(block, backbone_hidden_states=features, output_dag=True)
        last, _ = split_features(features)
        before = model.lm_head(last) if backbone is None else backbone(block, use_cache=False).logits
        # The first token of a block is predicted by none.
        loss = [
            F.cross_entropy(logits[0, :-1].float(), block[0, 1:], reduction="none")
            for logits in (before, output.logits)
        ]
        losses.append(F.pad(torch.stack(loss), (1, 0), value=float("nan")).cpu())
        gates.append(output.dag.gate[0].float().cpu())
    by_token, opened = torch.cat(losses, 1).double(), torch.cat(gates) > GATE_THRESHOLD
    opened_lines = torch.zeros(len(lines), dtype=torch.bool).index_put_((line_of[opened],), torch.tensor(True))

    def perplexity(chosen: Tensor) -> Perplexity:
        without, with_dag = by_token[:, chosen].nanmean(1).exp().tolist()
        return Perplexity(without, with_dag, int(chosen.sum()))

    return LanguageCost(
        all=perplexity(torch.ones_like(line_of, dtype=torch.bool)),
        with_numbers=perplexity(has_numbers[line_of]),
        false_gate_rate=GateRate.of(int((opened_lines & has_numbers).sum()), int(has_numbers.sum())),
    )
