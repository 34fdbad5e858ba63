"""A complete Hub repository of a trained GPT-DAG: weights, code, tokenizer, generation config and model card.

What is unusual: the model's own code travels with it, so that `trust_remote_code=True` is all a user needs; nothing of
this package has to be installed where it is loaded.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from huggingface_hub import EvalResult, ModelCard, ModelCardData
from transformers import PreTrainedConfig

from ..checkpoints.checksums import write_checksums
from ..checkpoints.loading import load
from ..configuration_gpt_dag import GPTDAGConfig
from ..evaluation.reports import TaskReport
from ..evaluation.tables import exact_match_table
from ..modeling_gpt_dag import GPTDAGForCausalLM

AUTO_MAP = {
    "AutoConfig": "configuration_gpt_dag.GPTDAGConfig",
    "AutoModel": "modeling_gpt_dag.GPTDAGModel",
    "AutoModelForCausalLM": "modeling_gpt_dag.GPTDAGForCausalLM",
}

CARD = """---
{metadata}
---

# {name}

{description}
{parameters:,} parameters.

## Use

```python
from transformers import pipeline

answer = pipeline("text-generation", "{repo_id}", trust_remote_code=True)
print(answer("{prompt}", do_sample=False)[0]["generated_text"])
```

## Training

{training}

## Results

{results}

## Limits

{limits}
"""

DESCRIPTIONS = {
    "exact": """GPT-DAG: a causal language model in which every token owns a small calculator, a directed acyclic graph
of numbers. It reads the numbers of the text, plans {steps} per token with `{operations}`, executes the plan exactly
and mixes the result into the token's hidden state, all in one forward pass.""",
    "soft": """GPT-DAG with soft numerics: a causal language model in which every token owns a small differentiable
graph of scalar values. The graph begins with one scalar made from the hidden state, mixes {steps} per token of
`{operations}`, and its last value is added to the hidden state.""",
    "none": "GPT-DAG without a calculator (`dag_depth=0`): its backbone alone, as a baseline.",
}
ATTACHED = "The calculator was added to a pretrained language model (`{backbone}`)."

LIMITS = {
    "exact": """It computes in sentences like those it was trained on. In other text it was measured to plan wrongly,
often with an open gate: what it writes is then the exact result of a wrong calculation. Other notations, operators and
kinds of numbers need training of their own.

Numbers in notations that are not read (`12,5`, `1e3`, `3²`), and numbers and results of more digits than the config's
`dag_digits` (18 by default), have no exact value; the gate is shut on them and the language model answers alone,
usually wrongly.""",
    "soft": """Soft numerics, the formulation of nanoGPT-DAG, does not calculate: its values are mixtures of functions
of one scalar made from the hidden state. It is published as a reference and baseline.""",
    "none": "It has no calculator. It answers as its backbone does, and long numbers usually wrongly.",
}


def _read(path: Path, parse: Callable[[str], Any]) -> Any | None:
    return parse(path.read_text()) if path.is_file() else None


def write_repository(model_dir: str, repo_id: str, output_dir: str) -> list[str]:
    """Write the repository `repo_id` of the model in `model_dir` to `output_dir`; returns its files.

    Raises FileNotFoundError or ValueError where `model_dir` is no GPT-DAG, FileExistsError where `output_dir` is not
    empty.
    """
    model, tokenizer = load(model_dir)
    output = Path(output_dir)
    if output.exists() and any(output.iterdir()):
        raise FileExistsError(f"{output_dir} is not empty")
    # Saving maps the classes it saves; servers that run the base model alone look for AutoModel too.
    model.config.auto_map = dict(AUTO_MAP)
    GPTDAGForCausalLM.register_for_auto_class("AutoModelForCausalLM")
    try:
        model.save_pretrained(output_dir)
    finally:
        # Registered classes save their code wherever they are saved; only repositories should hold it.
        GPTDAGForCausalLM._auto_class = None
    write_checksums(output_dir)
    tokenizer.save_pretrained(output_dir)
    reports = _read(Path(model_dir) / "evaluation.json", _task_reports) or []
    recipe = _read(Path(model_dir) / "recipe.yaml", str)
    script = "attach" if (Path(model_dir) / "attach.json").is_file() else "train"
    ModelCard(_card(model, repo_id, reports, recipe, script)).save(output / "README.md")
    return sorted(path.name for path in output.iterdir())


def _is_attached(config: GPTDAGConfig, recipe: str | None) -> bool:
    """Whether the backbone was pretrained: its recipe names it, or it is of another kind than train.py makes."""
    given = yaml.safe_load(recipe) if recipe else None
    named = isinstance(given, dict) and given.get("backbone") is not None
    return named or _kind_of_backbone(config) != "gpt2"


def _kind_of_backbone(config: GPTDAGConfig) -> str:
    assert isinstance(config.backbone_config, PreTrainedConfig)  # a dictionary has become one
    return config.backbone_config.model_type


def _description(config: GPTDAGConfig, kind: str, recipe: str | None) -> str:
    steps = f"{config.dag_depth} step{'s' * (config.dag_depth > 1)}"
    text = DESCRIPTIONS[kind].format(steps=steps, operations=", ".join(config.dag_operations))
    if kind == "none" or not _is_attached(config, recipe):
        return text
    return f"{text} {ATTACHED.format(backbone=_kind_of_backbone(config))}"


def _task_reports(text: str) -> list[TaskReport]:
    """Of evaluation.json; raises ValueError for one of another version."""
    try:
        return [TaskReport.from_json(report) for report in json.loads(text)["exact_match"]]
    except (KeyError, TypeError) as error:
        raise ValueError(f"evaluation.json is of another version ({error}): delete it, or train anew") from error


def _card(
    model: GPTDAGForCausalLM, repo_id: str, reports: list[TaskReport], recipe: str | None, script: str = "train"
) -> str:
    """The model card. script: the one of `scripts/` that trained the model by `recipe`."""
    name = repo_id.split("/")[-1]
    results = [
        EvalResult(
            task_type="text-generation",
            dataset_type=f"generated-{report.task}-{report.digits}-digits{'-held-out' * report.held_out}",
            dataset_name=f"{report.task}, operands of {report.digits} digits{', held out' * report.held_out}",
            metric_type="exact_match",
            metric_value=report.exact_match,
        )
        for report in reports
        if report.exact_match is not None
    ]
    metadata = ModelCardData(
        license="mit",
        library_name="transformers",
        pipeline_tag="text-generation",
        tags=["gpt-dag", "arithmetic"],
        model_name=name if results else None,
        eval_results=results or None,
    )
    config = model.config
    kind = "none" if config.dag_depth == 0 else config.dag_numerics
    return CARD.format(
        metadata=metadata.to_yaml().strip(),
        name=name,
        description=_description(config, kind, recipe),
        parameters=model.num_parameters(),
        repo_id=repo_id,
        limits=LIMITS[kind],
        prompt="1234567890*7=",
        training=(
            f"`scripts/{script}.py` with\n\n```yaml\n{recipe.strip()}\n```" if recipe else "No recipe was recorded."
        ),
        results=(
            "Exact match on new problems, greedy, by operand digits:\n\n" + exact_match_table(reports)
            if reports
            else "None were recorded."
        ),
    )
