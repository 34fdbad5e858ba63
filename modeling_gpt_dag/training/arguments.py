"""What a recipe can say about the model and the run; each field is a key of the recipe and a flag.

What is unusual: the model's arguments are made from the fields of `GPTDAGConfig` and `GPT2Config`, so every one of
them is a key of the recipe and a flag, and none can be forgotten.
"""

import dataclasses
from dataclasses import dataclass, field
from typing import Any, Literal

from transformers import GPT2Config, PreTrainedConfig

from ..configuration_gpt_dag import GPTDAGConfig
from ..data.checks import Checked

# Known from the tokenizer, or of use to transformers alone.
NOT_IN_RECIPES = {"backbone_config", "number_tokens", "word_tokens", "vocab_size", "use_cache", "add_cross_attention"}


def _model_fields(*config_classes: Any) -> list[tuple[str, Any, Any]]:
    """(name, type, default None) of what a recipe can say about the model; None leaves the config's default."""
    fields: dict[str, tuple[str, Any, Any]] = {}
    for config_class in config_classes:
        for name in config_class.__dataclass_fields__.keys() - PreTrainedConfig.__dataclass_fields__.keys():
            if name in NOT_IN_RECIPES or name.startswith("summary_") or name.endswith("_token_id"):
                continue
            hint = config_class.__dataclass_fields__[name].type
            kinds = {getattr(kind, "__origin__", kind) for kind in getattr(hint, "__args__", (hint,))}
            base = next(kind for kind in (list, float, bool, int, str) if kind in kinds)
            fields[name] = (name, list[str] | None if base is list else base | None, field(default=None))
    return [fields[name] for name in sorted(fields)]


@dataclass
class BackboneArguments:
    """What of the model is pretrained."""

    tokenizer_name: str | None = field(
        default=None, metadata={"help": "pretrained tokenizer; by default the backbone's, without one bytes"}
    )
    byte_characters: str | None = field(
        default=None, metadata={"help": "characters that are one token each where the tokenizer is one of bytes"}
    )
    backbone: str | None = field(
        default=None, metadata={"help": "directory or Hub name of a causal language model to put the DAG on"}
    )
    gguf_file: str | None = field(default=None, metadata={"help": "GGUF file of the backbone in that directory"})
    freeze_backbone: bool | None = field(default=None, metadata={"help": "train the DAG alone"})


ModelArguments = dataclasses.make_dataclass(
    "ModelArguments", _model_fields(GPT2Config, GPTDAGConfig), bases=(BackboneArguments,)
)
# Of a DAG on a pretrained model.
DAGArguments = dataclasses.make_dataclass("DAGArguments", _model_fields(GPTDAGConfig))


LogConsole = Literal["line", "full"]


@dataclass
class LogArguments(Checked):
    """What to log while training."""

    log_console: LogConsole = field(
        default="line",
        metadata={"help": "a line of each logging step, or all its values; files and reporters get all"},
    )


@dataclass
class RunArguments(LogArguments):
    """What to do with the output directory, and what to write there while training."""

    overwrite_output_dir: bool = field(default=False, metadata={"help": "train into a directory that holds a run"})
    probe_prompt: str | None = field(default=None, metadata={"help": "log every token's scratch list of this text"})
    probe_steps: int = field(default=100, metadata={"help": "how often; and after the last step"})
    peak_tflops: float | None = field(
        default=None, metadata={"help": "10**12 operations per second one device can do; logs what share is used"}
    )
