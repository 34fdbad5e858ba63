"""A complete Hub repository of a trained GPT-DAG: weights, code, tokenizer, generation config and model card.

What is unusual: the model's own code travels with it, so that `trust_remote_code=True` is all a user needs; nothing of
this package has to be installed where it is loaded.
"""

import json
from pathlib import Path
from typing import Any

from huggingface_hub import EvalResult, ModelCard, ModelCardData

from ..checkpoints.checksums import write_checksums
from ..checkpoints.loading import load
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

GPT-DAG: a causal language model in which every token owns a small differentiable calculator, a directed acyclic graph
of scalar values. It extracts numbers from the text, plans {depth} with
`{operations}` ({numerics} numerics), executes the plan and mixes the result into the token's
hidden state, all in one forward pass. {parameters:,} parameters.

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

LIMITS = {
    "exact": """A plan is only as general as the text it was learned from: other notations, operators and kinds of
numbers need training of their own. Numbers and results of more than 18 digits have no exact value; the gate is shut on
them and the language model answers alone, usually wrongly.""",
    "soft": """Soft numerics, the formulation of nanoGPT-DAG, does not calculate: its values are mixtures of functions
of one scalar made from the hidden state. It is published as a reference and baseline.""",
}


def _read(path: Path, parse) -> Any | None:
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
    ModelCard(_card(model, repo_id, reports, recipe)).save(output / "README.md")
    return sorted(path.name for path in output.iterdir())


def _task_reports(text: str) -> list[TaskReport]:
    """Of evaluation.json; raises ValueError for one of another version."""
    try:
        return [TaskReport.from_json(report) for report in json.loads(text)["exact_match"]]
    except (KeyError, TypeError) as error:
        raise ValueError(f"evaluation.json is of another version ({error}): delete it, or train anew") from error


def _card(model: GPTDAGForCausalLM, repo_id: str, reports: list[TaskReport], recipe: str | None) -> str:
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
        tags=["gpt-dag", "arithmetic", "numeric-reasoning"],
        model_name=name if results else None,
        eval_results=results or None,
    )
    config = model.config
    steps = "no step" if config.dag_depth == 0 else f"{config.dag_depth} step{'s' * (config.dag_depth > 1)} per token"
    return CARD.format(
        metadata=metadata.to_yaml().strip(),
        name=name,
        depth=steps,
        operations=", ".join(config.dag_operations),
        numerics=config.dag_numerics,
        parameters=model.num_parameters(),
        repo_id=repo_id,
        limits=LIMITS[config.dag_numerics],
        prompt="1234567890*7=",
        training=f"`scripts/train.py` with\n\n```yaml\n{recipe.strip()}\n```" if recipe else "No recipe was recorded.",
        results=(
            "Exact match on new problems, greedy, by operand digits:\n\n" + exact_match_table(reports)
            if reports
            else "None were recorded."
        ),
    )
