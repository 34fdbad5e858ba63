"""Loading a saved GPT-DAG for use: whole, of this architecture, and not altered since it was saved."""

from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer, PreTrainedTokenizerBase

from ..modeling_gpt_dag import GPTDAGForCausalLM
from .checksums import CHECKSUMS, WEIGHTS, verify_checksums


def load(directory: str, **settings: Any) -> tuple[GPTDAGForCausalLM, PreTrainedTokenizerBase]:
    """Model (in eval mode) and tokenizer of a GPT-DAG directory.

    settings: fields of the config to load the model with in place of those that were saved.
    Raises FileNotFoundError where there is none. Raises ValueError for another kind of model, for weights that are
    truncated or altered, and for weights that do not fit the config, naming both shapes.
    """
    if not (Path(directory) / "config.json").is_file():
        raise FileNotFoundError(f"{directory} is not a model directory: it has no config.json")
    config = AutoConfig.from_pretrained(directory)
    if config.model_type != "gpt_dag":
        raise ValueError(f"{directory} holds a model of type {config.model_type!r}, not a GPT-DAG")
    if (Path(directory) / CHECKSUMS).is_file():
        verify_checksums(directory, WEIGHTS)
    try:
        # from_pretrained would initialise what is missing; a model to be used must be whole.
        loaded: Any = AutoModelForCausalLM.from_pretrained(
            directory, ignore_mismatched_sizes=True, output_loading_info=True, **settings
        )
    except SafetensorError as error:
        raise ValueError(f"the weights in {directory} are truncated or no safetensors: {error}") from error
    model, report = loaded
    assert isinstance(model, GPTDAGForCausalLM)  # as its config has said
    misfits = [
        f"{name}: {tuple(saved)} saved, {tuple(built)} built" for name, saved, built in report["mismatched_keys"]
    ]
    misfits += [f"{name}: not saved" for name in sorted(report["missing_keys"])]
    misfits += [f"{name}: saved, not built" for name in sorted(report["unexpected_keys"])]
    if misfits:
        raise ValueError(f"the weights in {directory} do not fit its config.json: " + "; ".join(misfits))
    return model.eval(), AutoTokenizer.from_pretrained(directory)
