"""What to train and to evaluate on: the options of tasks, files and texts, each a key of a recipe and a flag."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, cast, get_args

from .checks import Checked, check_at_least, check_share, checked_shares

if TYPE_CHECKING:
    from transformers import TrainingArguments

Task = Literal["arithmetic", "expressions", "formulas", "wordings", "plain_questions", "lists"]
TrainingTask = Literal[
    "arithmetic",
    "expressions",
    "formulas",
    "wordings",
    "lists",
    "questions",
    "reasoning",
    "word_problems",
    "text",
    "mixture",
]
OnBadRecord = Literal["error", "skip"]
InferenceDtype = Literal["float32", "bfloat16", "float16"]

TEXT_SUFFIXES = (".txt", ".jsonl", ".parquet")
DEFAULT_TEMPLATE = "{question} "


def data_seed(args: "TrainingArguments") -> int:
    """The seed of what is trained on: that of the training where there is no other."""
    return args.seed if args.data_seed is None else args.data_seed


@dataclass
class TaskArguments(Checked):
    """Which problems to draw."""

    task: Task = field(
        default="arithmetic",
        metadata={"help": "a+b=, expressions, formulas (sqrt, sin, ...), wordings, 'What is a plus b?', or lists"},
    )
    operators: str = field(
        default="+-*", metadata={"help": "operators of arithmetic and expressions, some of + - * /"}
    )
    num_operators: list[int] | None = field(
        default=None, metadata={"help": "operators per expression or wording, all by default; arithmetic has 1"}
    )
    parentheses_share: float = field(
        default=0.0, metadata={"help": "share of the expressions that may have parentheses"}
    )
    list_lengths: list[int] = field(
        default_factory=lambda: list(range(2, 11)), metadata={"help": "lists: how many numbers, drawn per list"}
    )
    held_out: bool = field(default=False, metadata={"help": "wordings: sentences that training leaves out"})
    negative_operand_share: float = field(
        default=0.0, metadata={"help": "share of the operands that are negative, where it makes sense"}
    )
    decimal_share: float = field(
        default=0.0, metadata={"help": "arithmetic, expressions: share of the operands that have decimals"}
    )
    notation_share: float = field(
        default=0.0, metadata={"help": "arithmetic, expressions: share that is written as people do, 1,234 × 5 = "}
    )


@dataclass
class RecordArguments(Checked):
    """What to do about records that cannot be read."""

    on_bad_record: OnBadRecord = field(
        default="error", metadata={"help": "refuse files with broken records, or leave those out and count them"}
    )


@dataclass
class QuestionArguments(RecordArguments):
    """Which questions to read."""

    questions: str | None = field(
        default=None, metadata={"help": "questions: a .jsonl, .json, .csv or .xml file, or a dataset on the Hub"}
    )
    questions_split: str = field(default="test", metadata={"help": "questions: split of a dataset on the Hub"})
    questions_config: str | None = field(
        default=None, metadata={"help": "questions: configuration of a dataset on the Hub, e.g. main"}
    )
    questions_format: str | None = field(
        default=None, metadata={"help": "questions: format of the rows; recognised by their fields by default"}
    )
    prompt_template: str | None = field(
        default=None,
        metadata={
            "help": f"prompt around {{question}}; by default as training has it: {DEFAULT_TEMPLATE!r}; for replies "
            "the tokenizer's chat template"
        },
    )
    skip_non_numbers: bool = field(
        default=False, metadata={"help": "leave out, and count, questions whose answer is no number"}
    )
    group_by: str | None = field(
        default=None, metadata={"help": "questions: a field of the rows, by whose values the matches are also told"}
    )


@dataclass
class ReasoningArguments(Checked):
    """Which running text with calculations to read."""

    reasoning: str | None = field(
        default=None,
        metadata={"help": "reasoning: a .jsonl, .json or .csv file, or a dataset on the Hub; by default generated"},
    )
    reasoning_split: str = field(default="test", metadata={"help": "reasoning: split of a dataset on the Hub"})
    reasoning_config: str | None = field(
        default=None, metadata={"help": "reasoning: configuration of a dataset on the Hub, e.g. main"}
    )


@dataclass
class PromptArguments(Checked):
    """Which prompts to read."""

    prompts: str | None = field(
        default=None,
        metadata={"help": "replies: a .jsonl, .json or .csv file, or a dataset on the Hub; by default generated"},
    )
    prompts_split: str = field(default="test", metadata={"help": "replies: split of a dataset on the Hub"})
    prompts_config: str | None = field(
        default=None, metadata={"help": "replies: configuration of a dataset on the Hub, e.g. main"}
    )


@dataclass
class TextArguments(RecordArguments):
    """Which text to read."""

    train_files: list[str] | None = field(
        default=None, metadata={"help": f"text: files ({', '.join(TEXT_SUFFIXES)}) and folders of them"}
    )
    dataset_name: str | None = field(default=None, metadata={"help": "text: or else a dataset on the Hub"})
    dataset_config: str | None = field(default=None, metadata={"help": "text: configuration of that dataset"})
    text_column: str = field(default="text", metadata={"help": "text: the column that holds it"})
    streaming: bool = field(default=False, metadata={"help": "text: read while training, store nothing"})
    num_proc: int = field(default=1, metadata={"help": "text: processes that read and tokenise"})
    validation_share: float = field(default=0.1, metadata={"help": "text: share that is held back for validation"})
    num_eval_blocks: int = field(default=500, metadata={"help": "text: validation examples, at most"})

    def __post_init__(self):
        super().__post_init__()
        if self.validation_share in (0, 1):
            raise ValueError(f"validation_share={self.validation_share}: is a share of the text, between 0 and 1")
        check_at_least("num_proc", self.num_proc, 1)
        check_at_least("num_eval_blocks", self.num_eval_blocks, 1)


@dataclass
class DataArguments(TextArguments, QuestionArguments, TaskArguments):
    """What to train and to evaluate on."""

    task: TrainingTask = field(  # type: ignore[assignment]  # tasks to train on are more
        default="arithmetic",
        metadata={"help": "what is generated, or questions, running text, text, a mixture"},
    )
    mixture: dict[str, float] | str | None = field(
        default=None, metadata={"help": "task mixture: the share of each task; as a flag JSON"}
    )
    reasoning: list[str] | None = field(
        default=None,
        metadata={"help": "reasoning: files or datasets of running text with calculations; by default generated"},
    )
    reasoning_config: str | None = field(
        default=None, metadata={"help": "reasoning: configuration of the datasets on the Hub, e.g. main"}
    )
    digits: list[int] = field(default_factory=lambda: [1, 2, 3, 4], metadata={"help": "operand lengths in training"})
    plain_line_share: float = field(
        default=0.0, metadata={"help": "share of the lines in which nothing is to be computed"}
    )
    plan_labels: bool = field(default=False, metadata={"help": "train with the plans the generator knows"})
    block_size: int = field(default=96, metadata={"help": "tokens per training example"})
    num_train_blocks: int | None = field(
        default=None,
        metadata={"help": "training examples to generate, of a mixture all that are drawn; by default what is taken"},
    )
    eval_digits: list[int] = field(
        default_factory=lambda: [4, 7, 10, 13], metadata={"help": "operand lengths of the final evaluation"}
    )
    eval_samples: int = field(default=500, metadata={"help": "problems per operand length; 0 evaluates nothing"})
    eval_batch_size: int = field(default=128, metadata={"help": "problems answered at a time"})

    def __post_init__(self):
        super().__post_init__()
        check_share("plain_line_share", self.plain_line_share, below_one=True)
        if self.num_train_blocks is not None:
            check_at_least("num_train_blocks", self.num_train_blocks, 1)
        if self.task == "mixture":
            known = [task for task in get_args(TrainingTask) if task != "mixture"]
            self.mixture = checked_shares("mixture", self.mixture, known)
        elif self.mixture is not None:
            raise ValueError(f"mixture={self.mixture}: needs --task mixture, not {self.task}")

    @property
    def task_shares(self) -> dict[TrainingTask, float]:
        """The share of the blocks that each task has."""
        if not isinstance(self.mixture, dict):
            return {self.task: 1.0}
        total = sum(self.mixture.values())
        # They have been checked: the keys are tasks.
        return {cast(TrainingTask, task): share / total for task, share in self.mixture.items()}
