"""What a DAG on a pretrained backbone is trained on: questions in turns, and text in which nothing is to be computed.

What is unusual: with a frozen backbone only its stored hidden states are trained on. Otherwise the same rows go
through the backbone. Everything else, model, loss and `Trainer`, is the same on both paths.
"""

import gzip
import random
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TypeVar

import torch
from transformers import PreTrainedTokenizerFast
from transformers.utils import logging

from ..data.arguments import OnBadRecord, QuestionArguments, TaskArguments
from ..data.examples import Example, as_chat, question_examples, reasoning_example, text_examples
from ..data.overlap import EvaluationTexts
from ..data.problems import PlanFormat, plan_format
from ..data.prose_starts import prose_starts
from ..data.question_files import Questions, question_file_lines, read_questions
from ..data.reasoning import ReasoningText, read_reasoning
from ..data.reply_prompts import prompts, read_prompts
from ..data.reply_text import Prompt
from ..data.running_text import running_texts
from ..data.tasks import Line, training_lines
from ..data.word_problems import word_problems
from ..data.wordings import plain_lines
from ..from_backbone import backbone_alone
from ..modeling_gpt_dag import GPTDAGForCausalLM
from ..tokenization import number_tokens
from .arguments import AttachArguments
from .feature_store import Examples, FeatureStore
from .model import in_dtype
from .replies import BackboneWriter

logger = logging.get_logger(__name__)
T = TypeVar("T")
REPLIES, PROSE = "replies.jsonl", "prose.jsonl"  # beside the features


def read_text(path: str) -> str:
    """A text file, gzipped or not; raises ValueError where there is none."""
    if not Path(path).is_file():
        raise ValueError(f"there is no text file {path}")
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8") as file:
        return file.read()


def training_examples(
    tokenizer: PreTrainedTokenizerFast, args: AttachArguments, seed: int, plan_format: PlanFormat | None = None
) -> list[Example]:
    """The texts to train on: questions of each task and number of operators by their shares, and plain text.

    plan_format: of the plans that label the questions; None where answers alone are to be learned from.
    """
    symbols = number_tokens(tokenizer)
    num_plain = round(args.num_texts * args.plain_text_share)
    num_text = num_plain // 2 if args.plain_text_file is not None else 0  # from the file
    turns = args.question_kinds()
    # A stream for each kind, whatever the number of its turns: streams of the same seed would ask the same questions.
    streams = {
        (task, count): training_lines(
            TaskArguments(task=task, num_operators=[count], negative_operand_share=args.negative_operand_share),
            seed,
            args.digits,
            plan_format=plan_format,
        )
        for task, count in dict.fromkeys(turns)
    }
    asked = [streams[turn] for turn in turns]
    plain = [map(Line, plain_lines(seed))]
    examples = question_examples(tokenizer, symbols, asked, args.num_texts - num_plain, seed, args.chat_question_share)
    examples += question_examples(tokenizer, symbols, plain, num_plain - num_text, seed)
    if args.plain_text_file is not None and num_text > 0:
        examples += text_examples(tokenizer, symbols, read_text(args.plain_text_file), num_text, seed)
    return examples


def file_question_examples(
    tokenizer: PreTrainedTokenizerFast, args: AttachArguments, plan_format: PlanFormat, seed: int
) -> list[Example]:
    """Questions of files, drawn at random, with the plans that their equations say where plans are labelled.

    What overlaps with the texts to measure on is left out, or refused. Raises ValueError for that, and, naming the
    place, for what cannot be read or computed.
    """
    generator, symbols = random.Random(seed), number_tokens(tokenizer)
    examples: list[Example] = []
    for name in args.questions or []:
        lines = question_file_lines(
            _question_source(name, "train", args.questions_config, args.on_bad_record),
            plan_format if args.label_plans else None,
            num_variants=args.num_question_variants,
            seed=seed,
        )
        apart = _apart(lines, [line.prompt for line in lines], name, args)
        count = min(args.num_questions, len(apart))
        chosen = iter(generator.sample(apart, count))
        examples += question_examples(tokenizer, symbols, [chosen], count, seed, args.chat_question_share)
    return examples


def _question_source(name: str, split: str, config: str | None, on_bad_record: OnBadRecord) -> QuestionArguments:
    return QuestionArguments(
        questions=name, questions_split=split, questions_config=config, on_bad_record=on_bad_record
    )


def question_tests(args: AttachArguments) -> dict[str, Questions]:
    """The questions to measure on, by source."""
    return {
        name: read_questions(_question_source(name, "test", args.questions_config, args.on_bad_record))
        for name in args.questions_test or []
    }


def reasoning_tests(args: AttachArguments) -> list[ReasoningText]:
    """The running texts to measure on; none where none are asked for."""
    if args.reasoning_test is None:
        return []
    return read_reasoning(args.reasoning_test, "test", args.reasoning_config)


def reasoning_examples(
    tokenizer: PreTrainedTokenizerFast, args: AttachArguments, plan_format: PlanFormat, seed: int
) -> list[Example]:
    """Running texts: generated ones, and drawn at random from each source those in which a number is labelled.

    What overlaps with the texts to measure on is left out, and told of, or refused. Raises ValueError for that, and
    for a source in which no number can be labelled.
    """
    examples = [
        reasoning_example(tokenizer, text, plan_format, is_reply)[0]
        for text, is_reply in _generated(tokenizer, args, seed)
    ]
    for name in args.reasoning or []:
        texts = read_reasoning(name, config=args.reasoning_config)
        apart = _apart(texts, [text.question for text in texts], name, args)
        random.Random(seed).shuffle(apart)
        usable = list(islice(_labelled(tokenizer, apart, plan_format), args.num_reasoning_texts))
        if not usable:
            raise ValueError(f"{name} holds no calculation that a plan of {plan_format} computes")
        examples += usable
    return examples


def _generated(
    tokenizer: PreTrainedTokenizerFast, args: AttachArguments, seed: int
) -> Iterator[tuple[ReasoningText, bool]]:
    """Texts of our own patterns and schemas, and whether each is a chat."""
    share = args.chat_text_share if tokenizer.chat_template else 0.0
    generator = random.Random(seed)
    for text in islice(running_texts("train", seed), args.num_generated_texts):
        is_chat = text.prompt_length > 0 and generator.random() < share
        yield (as_chat(tokenizer, text), True) if is_chat else (text, False)
    # No chats: there the model answers in its own words.
    yield from ((text, False) for text in islice(word_problems("train", seed), args.num_word_problems))


@lru_cache(maxsize=1)
def _evaluation_texts(
    reasoning: str | None,
    reasoning_config: str | None,
    questions: tuple[str, ...],
    questions_config: str | None,
    on_bad_record: OnBadRecord,
) -> EvaluationTexts:
    """What sources must not overlap with; read once, whatever the number of sources."""
    solutions = [] if reasoning is None else read_reasoning(reasoning, "test", reasoning_config)
    texts = [solution.question for solution in solutions]
    for name in questions:
        asked = read_questions(_question_source(name, "test", questions_config, on_bad_record)).questions
        texts += [question.text or question.prompt for question in asked]
    return EvaluationTexts(texts)


def _apart(texts: Sequence[T], questions: Sequence[str], name: str, args: AttachArguments) -> list[T]:
    """The texts of a source whose questions do not overlap with those to measure on."""
    tests = _evaluation_texts(
        args.reasoning_test,
        args.reasoning_config,
        tuple(args.questions_test or ()),
        args.questions_config,
        args.on_bad_record,
    )
    apart = [text for text, question in zip(texts, questions, strict=True) if not tests.overlap(question)]
    if len(apart) < len(texts):
        measured_on = ", ".join(filter(None, [args.reasoning_test, *(args.questions_test or [])]))
        overlaps = f"{len(texts) - len(apart)} of {len(texts)} texts of {name} overlap with {measured_on}"
        if args.on_overlap == "refuse":
            raise ValueError(f"{overlaps}; --on_overlap drop leaves them out")
        logger.warning(f"left out: {overlaps}")
    return apart


def reply_examples(
    writer: BackboneWriter, args: AttachArguments, plan_format: PlanFormat, directory: Path, seed: int
) -> list[Example]:
    """The backbone's own replies, those without any calculation included; written into `directory` as they come.

    Raises ValueError for a tokenizer without a chat template, for prompts that overlap with the texts to measure on
    where that is refused, and for a backbone that writes no calculation.
    """
    if args.num_replies == 0:
        return []
    files: list[Prompt] = []
    for name in args.prompts or []:
        read = read_prompts(name, config=args.reasoning_config)
        files += _apart(read, [prompt.text for prompt in read], name, args)
    assert isinstance(args.prompt_shares, dict), "they are parsed when made"
    shares = {kind: share for kind, share in args.prompt_shares.items() if files or kind != "files"}
    chosen = list(islice(prompts("train", seed, shares, files), args.num_replies))
    texts = writer.replies(chosen, directory / REPLIES, args.sampled_reply_share)
    examples = [reasoning_example(writer.tokenizer, text, plan_format, is_reply=True) for text in texts]
    if not any(num_labelled for _, num_labelled in examples):
        raise ValueError(
            f"{args.backbone} writes no calculation in {len(texts)} replies that a plan of {plan_format} computes; "
            "train it on --reasoning or --num_generated_texts"
        )
    return [example for example, _ in examples]


def prose_examples(
    writer: BackboneWriter, args: AttachArguments, plan_format: PlanFormat, directory: Path, seed: int
) -> list[Example]:
    """Prose of the backbone's own with numbers in it; written into `directory` as it comes."""
    if args.num_prose_texts == 0:
        return []
    texts = writer.prose(list(islice(prose_starts(seed), args.num_prose_texts)), directory / PROSE)
    return [reasoning_example(writer.tokenizer, text, plan_format, is_reply=True)[0] for text in texts]


def _labelled(
    tokenizer: PreTrainedTokenizerFast, texts: list[ReasoningText], plan_format: PlanFormat
) -> Iterator[Example]:
    for text in texts:
        example, num_labelled = reasoning_example(tokenizer, text, plan_format)
        if num_labelled:
            yield example


def training_set(
    model: GPTDAGForCausalLM, tokenizer: PreTrainedTokenizerFast, args: AttachArguments, directory: Path, seed: int
) -> Examples:
    """With a frozen backbone on a CPU its hidden states, in `directory`; else the texts alone."""
    form = plan_format(model.config)
    examples = training_examples(tokenizer, args, seed, form if args.label_plans else None)
    examples += file_question_examples(tokenizer, args, form, seed)
    examples += reasoning_examples(tokenizer, args, form, seed)
    made_from = f"{args.backbone} {args.gguf_file} {args.inference_dtype}"
    alone = in_dtype(backbone_alone(model), args.inference_dtype).eval()
    writer = BackboneWriter(alone, tokenizer, args.reply_tokens, made_from, seed)
    examples += reply_examples(writer, args, form, directory, seed)
    examples += prose_examples(writer, args, form, directory, seed)
    if args.unfreeze != "none" or torch.accelerator.is_available():
        return Examples(examples)
    backbone = in_dtype(model.model.backbone, args.inference_dtype)
    store = args.feature_store or directory
    return FeatureStore.build(backbone.eval(), examples, store, model.config.dag_planner_layer, progress=True)
