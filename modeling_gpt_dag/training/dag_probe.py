"""The scratch list of every token of a fixed prompt, as a table, while a model trains."""

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import nn
from transformers import PreTrainedTokenizerBase, TrainerCallback, TrainingArguments

from ..command_line.markdown import markdown_table

if TYPE_CHECKING:
    import pandas as pd


@torch.no_grad()
def probe_table(model: nn.Module, tokenizer: PreTrainedTokenizerBase, prompt: str) -> "pd.DataFrame":
    """A row per token: position, token, gate, and every slot's value as text, "" where it holds none.

    The model is asked as in inference: in eval mode, the most probable plan.
    """
    import pandas as pd

    ids = tokenizer(prompt, return_tensors="pt")["input_ids"].to(next(model.parameters()).device)
    was_training = model.training
    dag = model.eval()(input_ids=ids, use_cache=False, output_dag=True).dag
    model.train(was_training)
    if dag.plan is None:
        texts = [[f"{value:.6g}" for value in row] for row in dag.values[0].tolist()]
    else:
        texts = [[text or "" for text in dag.value_texts(0, token)] for token in range(ids.shape[1])]
    table = pd.DataFrame(
        {
            "position": range(ids.shape[1]),
            "token": [tokenizer.decode([token]) for token in ids[0].tolist()],
            "gate": dag.gate[0].float().tolist(),
        }
    )
    for slot in range(len(texts[0])):
        table[f"slot {slot}"] = [row[slot] for row in texts]
    return table


def probe_file(args: TrainingArguments) -> Path:
    assert args.output_dir is not None, "TrainingArguments fills it"
    return Path(args.output_dir) / "dag_probe.csv"


def forget_steps_after(step: int, args: TrainingArguments):
    """Drop from `probe_file` what a resumed run will write again; a row cut off by its end is among that."""
    path = probe_file(args)
    if step == 0:
        path.unlink(missing_ok=True)
    if not path.exists():
        return
    with path.open(newline="") as file:
        header, *rows = csv.reader(file)
    part = path.with_suffix(".part")
    with part.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(row for row in rows if len(row) == len(header) and int(row[0]) <= step)
    part.replace(path)


def report_table(table: "pd.DataFrame", args: TrainingArguments, step: int, callbacks: list[TrainerCallback]):
    """Append the table to `probe_file` and give it to those reporters that show tables or text."""
    from transformers.integrations import TensorBoardCallback, TrackioCallback, WandbCallback

    path = probe_file(args)
    path.parent.mkdir(parents=True, exist_ok=True)
    stamped = table.copy()
    stamped.insert(0, "step", step)
    stamped.to_csv(path, mode="a", header=not path.exists(), index=False)
    for callback in callbacks:
        if isinstance(callback, WandbCallback):
            import wandb

            wandb.log({"dag/probe": wandb.Table(dataframe=table), "train/global_step": step})
        elif isinstance(callback, TrackioCallback):
            import trackio

            trackio.log({"dag/probe": trackio.Table(dataframe=table), "train/global_step": step})
        elif isinstance(callback, TensorBoardCallback):
            callback.tb_writer.add_text("dag/probe", _markdown(table), step)


def _markdown(table: "pd.DataFrame") -> str:
    shown = table.assign(token=[repr(token).replace("|", "\\|") for token in table["token"]])
    return markdown_table(list(shown.columns), [list(map(str, row)) for row in shown.itertuples(index=False)])
