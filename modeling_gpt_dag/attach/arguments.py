"""What to put a DAG on and what to train it with; each field is a key of the recipe and a flag."""

from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd, lcm
from typing import Any, Literal, get_args

from ..data.arguments import InferenceDtype, OnBadRecord, Task
from ..data.checks import Checked, check_at_least, check_share, checked_shares
from ..data.reply_prompts import SHARES, PromptKind
from ..data.tasks import MOST_OPERATORS

OnOverlap = Literal["drop", "refuse"]
Unfreeze = Literal["none", "last_n", "lora", "all"]


@dataclass(kw_only=True)
class AttachArguments(Checked):
    """What to put a DAG on, and what to train it with."""

    backbone: str = field(metadata={"help": "directory or Hub name of a causal language model"})
    gguf_file: str | None = field(default=None, metadata={"help": "GGUF file of the backbone in that directory"})
    tasks: dict[str, float] | str = field(
        default_factory=lambda: {"wordings": 1.0},
        metadata={"help": "share of each task among the questions; flag: JSON"},
    )
    digits: list[int] = field(default_factory=lambda: [1, 2, 3, 4], metadata={"help": "operand lengths in training"})
    num_operators: dict[int, float] | str = field(
        default_factory=lambda: {1: 1.0, 2: 1.0},
        metadata={"help": "share of each number of operators among the questions, as far as a task has so many; JSON"},
    )
    negative_operand_share: float = field(
        default=0.05, metadata={"help": "share of the operands that are negative, where it makes sense"}
    )
    label_plans: bool = field(
        default=False, metadata={"help": "label the questions' plans, instead of learning them from the answers"}
    )
    num_texts: int = field(default=8_000, metadata={"help": "texts to train on, plain ones included"})
    plain_text_share: float = field(
        default=0.2, metadata={"help": "share of the texts in which nothing is to be computed"}
    )
    plain_text_file: str | None = field(
        default=None, metadata={"help": "text file (.gz too) to take half of those from"}
    )
    chat_question_share: float = field(
        default=0.0, metadata={"help": "share of the questions put to the chat template"}
    )
    questions: list[str] | None = field(
        default=None,
        metadata={"help": "files or datasets of questions with answers, and maybe equations"},
    )
    questions_config: str | None = field(
        default=None, metadata={"help": "questions: configuration of the datasets on the Hub"}
    )
    num_questions: int = field(default=1_000, metadata={"help": "questions: of each to train on, at most"})
    num_question_variants: int = field(
        default=0,
        metadata={"help": "questions: of each whose equation is known, with other numbers and in other forms"},
    )
    questions_test: list[str] | None = field(
        default=None, metadata={"help": "questions: files or datasets (split test) to measure on, never trained on"}
    )
    on_bad_record: OnBadRecord = field(
        default="error",
        metadata={"help": "questions: refuse what cannot be read or computed, or count and leave out"},
    )
    reasoning: list[str] | None = field(
        default=None, metadata={"help": "files or datasets of running text with calculations, such as openai/gsm8k"}
    )
    reasoning_config: str | None = field(
        default=None, metadata={"help": "reasoning: configuration of the datasets on the Hub, e.g. main"}
    )
    reasoning_test: str | None = field(
        default=None, metadata={"help": "reasoning: file or dataset (split test) to measure on, never trained on"}
    )
    num_reasoning_tests: int = field(default=200, metadata={"help": "reasoning: texts of it to measure on, at most"})
    on_overlap: OnOverlap = field(
        default="drop",
        metadata={
            "help": "leave texts out that overlap with reasoning_test or questions_test, or refuse their source"
        },
    )
    num_reasoning_texts: int = field(default=1_000, metadata={"help": "reasoning: texts of each to train on, at most"})
    num_generated_texts: int = field(
        default=0, metadata={"help": "running texts of our own patterns to train on, which need no file"}
    )
    num_word_problems: int = field(
        default=0, metadata={"help": "word problems of our own schemas to train on, each with its answer at once"}
    )
    chat_text_share: float = field(
        default=0.0,
        metadata={"help": "generated texts: share put to the chat template, where the tokenizer has one"},
    )
    num_replies: int = field(
        default=0, metadata={"help": "the backbone's own replies to train on, in which wrong numbers are mended"}
    )
    prompts: list[str] | None = field(
        default=None, metadata={"help": "replies: files or datasets of prompts, beside those of our own"}
    )
    prompt_shares: dict[PromptKind, float] | str = field(
        default_factory=SHARES.copy, metadata={"help": "replies: share of each kind of prompt; flag: JSON"}
    )
    reply_tokens: int = field(default=96, metadata={"help": "replies, prose: tokens of each, about"})
    sampled_reply_share: float = field(
        default=0.25, metadata={"help": "replies: share that is sampled; the others are greedy"}
    )
    num_prose_texts: int = field(
        default=0, metadata={"help": "texts that the backbone writes, with numbers of which none is to be computed"}
    )
    wrong_result_cost: float | None = field(
        default=None,
        metadata={"help": "choose dag_min_confidence: how many right results a wrong one costs; none: keep"},
    )
    unfreeze: Unfreeze = field(default="none", metadata={"help": "train the backbone, too"})
    backbone_learning_rate: float | None = field(
        default=None, metadata={"help": "of what of the backbone is trained; by default that of the DAG"}
    )
    unfreeze_layers: int = field(default=2, metadata={"help": "last_n: how many of the backbone's last layers"})
    lora_rank: int = field(default=8, metadata={"help": "lora: rank of the adapters, which are merged at the end"})
    feature_store: str | None = field(default=None, metadata={"help": "directory; by default one in output_dir"})
    inference_dtype: InferenceDtype = field(
        default="float32",
        metadata={"help": "of the features and of the evaluation; what is trained and saved stays float32"},
    )
    eval_samples: int = field(default=500, metadata={"help": "questions per row of the evaluation; 0 asks none"})
    eval_batch_size: int = field(default=64, metadata={"help": "questions answered at a time"})
    perplexity_text: str | None = field(default=None, metadata={"help": "text file (.gz too) to measure language on"})
    perplexity_tokens: int | None = field(default=20_000, metadata={"help": "of its beginning; none: all of it"})

    def __post_init__(self):
        super().__post_init__()
        check_at_least("num_texts", self.num_texts, 1)
        self.tasks = checked_shares("tasks", self.tasks, get_args(Task))
        self.prompt_shares = checked_shares("prompt_shares", self.prompt_shares, list(SHARES))
        check_share("chat_text_share", self.chat_text_share)
        rate = self.backbone_learning_rate
        if rate is not None and (self.unfreeze == "none" or rate <= 0):
            raise ValueError(f"backbone_learning_rate={rate}: must be positive, and needs --unfreeze")
        check_at_least("reply_tokens", self.reply_tokens, 1)
        if self.wrong_result_cost is not None:
            check_at_least("wrong_result_cost", self.wrong_result_cost, 0)
            if not (self.label_plans or self.num_replies or self.num_generated_texts or self.reasoning):
                cost = self.wrong_result_cost
                raise ValueError(f"wrong_result_cost={cost}: there are no labelled plans to choose with")
        counts = checked_shares("num_operators", self.num_operators, [1, 2, 3, "1", "2", "3"])
        self.num_operators = {int(count): share for count, share in counts.items()}  # JSON's keys are texts

    def question_kinds(self) -> list[tuple[Task, int]]:
        """Task and number of operators of the questions, in the turns that the shares make."""
        assert isinstance(self.tasks, dict) and isinstance(self.num_operators, dict), "they are parsed when made"
        counts = {
            task: [count for count in in_turns(self.num_operators) if count <= MOST_OPERATORS.get(task, count)] or [1]
            for task in self.tasks
        }
        turns = lcm(*map(len, counts.values()))  # of each task, so that none has more of them for its many counts
        return [
            (task, count) for task in in_turns(self.tasks) for count in counts[task] * (turns // len(counts[task]))
        ]


def in_turns(shares: dict[Any, float]) -> list[Any]:
    """The keys in turns, each as often as its share says: {"a": 0.8, "b": 0.2} -> a a a a b."""
    exact = {key: Fraction(str(share)) for key, share in shares.items()}
    scale = lcm(*(share.denominator for share in exact.values()))
    counts = {key: int(share * scale) for key, share in exact.items()}
    common = gcd(*counts.values())
    return [key for key, count in counts.items() for _ in range(count // common)]
