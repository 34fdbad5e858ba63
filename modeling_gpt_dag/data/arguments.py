"""What to train and to evaluate on: the options of tasks, files and texts, each a key of a recipe and a flag."""

import json
from dataclasses import dataclass, field
from typing import Literal

Task = Literal["arithmetic", "expressions", "wordings"]
TrainingTask = Literal["arithmetic", "expressions", "wordings", "word_problems", "text", "mixture"]
OnBadRecord = Literal["error", "skip"]

SUFFIXES = (".txt", ".jsonl", ".parquet")
DEFAULT_TEMPLATE = "{question} "


@dataclass
class TaskArguments:
    """Which problems to draw."""

    task: Task = field(default="arithmetic", metadata={"help": "a+b=, expressions of several operators, or questions"})
    operators: str = field(default="+-*", metadata={"help": "operators of arithmetic and expressions, some of + - *"})
    num_operators: list[int] | None = field(
        default=None, metadata={"help": "operators per expression or question, all by default; arithmetic has 1"}
    )
    parentheses: float = field(default=0.0, metadata={"help": "share of the expressions that may have parentheses"})
    held_out: bool = field(
        default=False, metadata={"help": "wordings: templates, questions of a file: those that training leaves out"}
    )
    negative_share: float = field(default=0.0, metadata={"help": "share of negative operands, where they make sense"})


@dataclass
class RecordArguments:
    """What to do about records that cannot be read."""

    on_bad_record: OnBadRecord = field(
        default="error", metadata={"help": "refuse files with broken records, or leave those out and count them"}
    )


@dataclass
class FileArguments(RecordArguments):
    """Which questions to read."""

    file: str | None = field(
        default=None, metadata={"help": "task file: a .jsonl, .json, .csv or .xml file, or a dataset on the Hub"}
    )
    split: str = field(default="test", metadata={"help": "split of a dataset on the Hub"})
    subset: str | None = field(default=None, metadata={"help": "configuration of a dataset on the Hub, e.g. main"})
    format: str | None = field(default=None, metadata={"help": "of the rows; recognised by their fields by default"})
    prompt_template: str | None = field(
        default=None,
        metadata={"help": f"prompt around {{question}}; by default as training has it: {DEFAULT_TEMPLATE!r}"},
    )
    skip_non_numbers: bool = field(
        default=False, metadata={"help": "leave out, and count, questions whose answer is no number"}
    )


@dataclass
class TextArguments(RecordArguments):
    """Which text to read."""

    train_files: list[str] | None = field(
        default=None, metadata={"help": f"text: files ({', '.join(SUFFIXES)}) and folders of them"}
    )
    dataset_name: str | None = field(default=None, metadata={"help": "text: or else a dataset on the Hub"})
    dataset_config: str | None = field(default=None, metadata={"help": "text: configuration of that dataset"})
    text_column: str = field(default="text", metadata={"help": "text: the column that holds it"})
    streaming: bool = field(default=False, metadata={"help": "text: read while training, store nothing"})
    num_proc: int = field(default=1, metadata={"help": "text: processes that read and tokenise"})
    validation_share: float = field(default=0.1, metadata={"help": "text: share that is held back for validation"})
    num_eval_blocks: int = field(default=500, metadata={"help": "text: validation examples, at most"})


@dataclass
class DataArguments(TextArguments, FileArguments, TaskArguments):
    """What to train and to evaluate on."""

    task: TrainingTask = field(
        default="arithmetic", metadata={"help": "what is generated, or questions of a file, text, several of those"}
    )
    mixture: dict[str, float] | str | None = field(
        default=None, metadata={"help": "task mixture: the share of each task; as a flag JSON"}
    )
    digits: list[int] = field(default_factory=lambda: [1, 2, 3, 4], metadata={"help": "operand lengths in training"})
    plain_share: float = field(default=0.0, metadata={"help": "share of lines in which nothing is to be computed"})
    plan_labels: bool = field(default=False, metadata={"help": "train with the plans the generator knows"})
    block_size: int = field(default=96, metadata={"help": "tokens per training example"})
    num_train_blocks: int = field(
        default=16_000, metadata={"help": "training examples to generate; of a mixture, all that are drawn"}
    )
    eval_digits: list[int] = field(
        default_factory=lambda: [4, 7, 10, 13], metadata={"help": "operand lengths of the final evaluation"}
    )
    eval_samples: int = field(default=500, metadata={"help": "problems per operand length; 0 evaluates nothing"})
    eval_batch_size: int = field(default=128, metadata={"help": "problems answered at a time"})

    def __post_init__(self):
        if isinstance(self.mixture, str):
            try:
                self.mixture = json.loads(self.mixture)
            except json.JSONDecodeError as error:
                example = '{"text": 0.5, "arithmetic": 0.5}'
                raise ValueError(f"mixture={self.mixture!r}: must be JSON like {example}") from error
