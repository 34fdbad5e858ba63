"""Hidden states of a frozen backbone, computed once and mapped into memory; its DAG trains on them.

What is unusual: nothing else about training changes. A batch packs its texts into one row, `position_ids` say where
each begins, `backbone_hidden_states` take the backbone's place, and logits are asked for only where there is a label;
model, loss and `Trainer` are the same. An interrupted computation goes on where it stopped, and a store knows the
backbone, the texts and the code it was made from.
"""

import hashlib
import json
import math
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
import transformers
from torch import Tensor
from torch.nn import functional as F
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import Dataset
from tqdm.auto import tqdm
from transformers import PreTrainedModel

from ..data.examples import Example
from ..planner_input import backbone_features
from ..plans import IGNORE_INDEX

VERSION = 1  # of what is computed and how it is laid out
SAVE_EVERY = 16  # batches
# A row's length is a multiple of it. On a CPU kernels are compiled for each shape, and rows of any length would hardly
# ever have the same.
ROW_TOKENS = 64


def _data_key(examples: Sequence[Example]) -> str:
    digest = hashlib.sha256()
    for example in examples:
        digest.update(json.dumps(example.input_ids).encode())
    return digest.hexdigest()


def _backbone_key(backbone: PreTrainedModel) -> str:
    digest = hashlib.sha256(backbone.config.to_json_string().encode())
    for name, parameter in backbone.state_dict().items():
        digest.update(name.encode())
        digest.update(parameter.detach().cpu().contiguous().flatten().view(torch.uint8).numpy())
    return digest.hexdigest()


class Examples(Dataset):
    """Examples without hidden states, which the backbone computes: items are dicts of `input_ids` and `labels`.

    Where any example labels plans, all items have `plan_labels` (T, D, 3) as well.
    """

    def __init__(self, examples: Sequence[Example]):
        self.examples = examples
        plans = (plan for example in examples for plan in (example.plans or {}).values())
        self.depth = len(next(plans, []))

    def __len__(self) -> int:
        return len(self.examples)

    def __getitem__(self, index: int) -> dict[str, Tensor]:
        example = self.examples[index]
        item = {"input_ids": torch.tensor(example.input_ids), "labels": torch.tensor(example.labels)}
        if self.depth:
            plans = torch.full((len(example.input_ids), self.depth, 3), IGNORE_INDEX)
            for token, plan in (example.plans or {}).items():
                plans[token] = torch.tensor(plan)
            item["plan_labels"] = plans
        return item


class FeatureStore(Examples):
    """Examples with their hidden states: items have `backbone_hidden_states` as well."""

    def __init__(self, examples: Sequence[Example], hidden_states: Tensor):
        """hidden_states: (all tokens of all examples, H or 2, H), in the order of the examples."""
        super().__init__(examples)
        self.hidden_states = hidden_states
        ends = torch.tensor([len(example.input_ids) for example in examples]).cumsum(0)
        self.starts = [0, *ends.tolist()]

    def __getitem__(self, index: int) -> dict[str, Tensor]:
        features = self.hidden_states[self.starts[index] : self.starts[index + 1]]
        return {**super().__getitem__(index), "backbone_hidden_states": features}

    @classmethod
    def build(
        cls,
        backbone: PreTrainedModel,
        examples: Sequence[Example],
        directory: str | Path,
        planner_layer: int | None = None,
        batch_tokens: int = 2048,
        progress: bool = False,
    ) -> "FeatureStore":
        """Compute what `directory` does not hold yet, in the backbone's dtype: `backbone_features`.

        Raises ValueError where the directory holds the features of another backbone, of other texts or of other code,
        and OSError where the disk has too little room, before anything is computed.
        """
        directory = Path(directory)
        tokens = sum(len(example.input_ids) for example in examples)
        made_from = {
            "backbone": _backbone_key(backbone),
            "data": _data_key(examples),
            "code": f"{VERSION}, {batch_tokens}, transformers {transformers.__version__}, torch {torch.__version__}",
            "layers": f"last and {planner_layer}",
        }
        state = _open(directory, made_from)
        shape: tuple[int, ...] = (backbone.config.get_text_config().hidden_size,)
        if planner_layer is not None:
            shape = (2, *shape)
        path = directory / "hidden_states.bin"
        size = tokens * math.prod(shape)
        needed = size * backbone.dtype.itemsize
        free = shutil.disk_usage(directory).free + (path.stat().st_size if path.exists() else 0)
        if needed > free:
            raise OSError(
                f"the features of {tokens:,} tokens take {needed / 1e6:,.3f} MB and {directory} has room for "
                f"{free / 1e6:,.3f} MB: train on fewer questions or put the store on another disk"
            )
        hidden_states = torch.from_file(str(path), shared=True, size=size, dtype=backbone.dtype)
        store = cls(examples, hidden_states.view(tokens, *shape))
        batches = _batches(examples, batch_tokens)
        with tqdm(total=len(batches), initial=state["batches"], desc="backbone", disable=not progress) as bar:
            for number in range(state["batches"], len(batches)):
                store._compute(backbone, planner_layer, batches[number])
                bar.update()
                if (number + 1) % SAVE_EVERY == 0 or number + 1 == len(batches):
                    _save(directory, made_from | {"batches": number + 1})
        return store

    @torch.no_grad()
    def _compute(self, backbone: PreTrainedModel, planner_layer: int | None, batch: list[int]):
        """The hidden states of the examples of these indices."""
        rows = [torch.tensor(self.examples[index].input_ids) for index in batch]
        ids = pad_sequence(rows, batch_first=True).to(backbone.device)
        lengths = torch.tensor([len(row) for row in rows], device=backbone.device)
        mask = (torch.arange(ids.shape[1], device=backbone.device) < lengths.unsqueeze(1)).long()
        features = backbone_features(backbone, planner_layer, input_ids=ids, attention_mask=mask)
        for index, row, length in zip(batch, features, lengths.tolist(), strict=True):
            self.hidden_states[self.starts[index] : self.starts[index + 1]] = row[:length].cpu()


def _batches(examples: Sequence[Example], batch_tokens: int) -> list[list[int]]:
    """Indices of examples of like length, about `batch_tokens` tokens with padding in each batch."""
    batches: list[list[int]] = []
    for index in sorted(range(len(examples)), key=lambda index: len(examples[index].input_ids)):
        length = len(examples[index].input_ids)
        if not batches or (len(batches[-1]) + 1) * length > batch_tokens:
            batches.append([])
        batches[-1].append(index)
    return batches


def _open(directory: Path, made_from: dict[str, str]) -> dict:
    """What the store in `directory` holds; raises ValueError where it was made from something else."""
    path = directory / "store.json"
    if not path.exists():
        directory.mkdir(parents=True, exist_ok=True)
        return made_from | {"batches": 0}
    state = json.loads(path.read_text())
    others = [name for name, key in made_from.items() if state.get(name) != key]
    if others:
        raise ValueError(
            f"the feature store {directory} was made from other {' and '.join(others)}: choose another directory or "
            "delete it"
        )
    return state


def _save(directory: Path, state: dict):
    """Replaces the old state in one step, so that a killed process leaves one of the two."""
    temporary = directory / "store.json.part"
    temporary.write_text(json.dumps(state))
    os.replace(temporary, directory / "store.json")


def collator(dataset: Dataset) -> Callable[[list[dict[str, Tensor]]], dict[str, Tensor]]:
    """How its items become a batch: packed, or a row each where the backbone is run."""
    return collate_packed if "backbone_hidden_states" in dataset[0] else collate_padded


def collate_packed(examples: list[dict[str, Tensor]]) -> dict[str, Tensor]:
    """Collate store items into one row (1, L), with `shift_labels` (1, M) of the M positions that predict a label.

    The row is filled up with texts of one token, the last one, in which there is nothing to predict and no number.
    """
    lengths = [len(example["input_ids"]) for example in examples]
    total = sum(lengths)
    filling = -total % ROW_TOKENS
    index = torch.arange(total + filling).clamp(max=total - 1)
    parts = {name: torch.cat([example[name] for example in examples])[index] for name in examples[0]}
    positions = torch.cat([*map(torch.arange, lengths), torch.zeros(filling, dtype=torch.long)])
    if "plan_labels" in parts:
        parts["plan_labels"][total:] = IGNORE_INDEX
    # The first token of a text is predicted by none.
    parts["labels"] = parts["labels"].masked_fill(positions == 0, IGNORE_INDEX)
    next_labels = torch.cat([parts["labels"][1:], parts["labels"].new_tensor([IGNORE_INDEX])])
    keep = (next_labels != IGNORE_INDEX).nonzero().squeeze(-1)
    batch = {name: part.unsqueeze(0) for name, part in parts.items()}
    return {
        **batch,
        "position_ids": positions.unsqueeze(0),
        "logits_to_keep": keep,
        "shift_labels": next_labels[keep].unsqueeze(0),
    }


def collate_padded(examples: list[dict[str, Tensor]]) -> dict[str, Tensor]:
    """Collate items without hidden states into a row each (B, L), for a backbone that is run.

    In one row its attention would compare each token with those of all texts. Each row ends with padding, which shows
    that a number at the end of its text has ended. `logits_to_keep` are the M positions at which any row predicts a
    label, `shift_labels` (B, M) what they predict.
    """

    def rows(name: str) -> Tensor:
        nothing = 0 if name == "input_ids" else IGNORE_INDEX
        parts = [example[name] for example in examples]
        end = parts[0].new_full((1, *parts[0].shape[1:]), nothing)
        return pad_sequence([torch.cat([part, end]) for part in parts], batch_first=True, padding_value=nothing)

    lengths = torch.tensor([len(example["input_ids"]) for example in examples])
    batch = {name: rows(name) for name in examples[0]}
    next_labels = F.pad(batch["labels"][:, 1:], (0, 1), value=IGNORE_INDEX)
    keep = (next_labels != IGNORE_INDEX).any(0).nonzero().squeeze(-1)
    mask = torch.arange(batch["labels"].shape[1]) < lengths.unsqueeze(1)
    return {
        **batch,
        "attention_mask": mask.long(),
        "logits_to_keep": keep,
        "shift_labels": next_labels[:, keep],
    }
