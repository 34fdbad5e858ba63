"""Evaluation on questions from a file: greedy answers, compared as numbers and as strings.

What is unusual: two matches stand side by side. The numeric match looks for the number in whatever the model says and
compares decimals; the strict match is that of the generated tasks: the whole line, character by character, and its
end. The numeric one is never below the strict one; a number that goes on where it should end passes neither.
"""

from typing import Any

from transformers import PreTrainedModel, PreTrainedTokenizerBase

from ..data.numeric_match import AnswerNumber, is_numeric_match
from ..data.problems import END_OF_LINE
from ..data.question_files import Questions
from .generation import answer_lines
from .statistics import wilson_interval


def evaluate_questions(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    questions: Questions,
    num_samples: int | None = None,
    max_new_tokens: int = 32,
    answer_number: AnswerNumber = "first",
    batch_size: int = 128,
    progress: bool = False,
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A report, and a record of each answered question. Of the questions the first `num_samples` are taken.

    The report has `format`, `n`, `numeric_match` (of the answer's first or last number), `strict_match` and `gate` (it
    fired somewhere in the answer; None without exact numerics), each a `share` with its 95 % Wilson `interval`;
    `left_out`: how many answers were `non_numbers`, how many records `bad_records`, how many questions are `too_long`,
    with `max_new_tokens` behind them, for the positions of the model. Raises ValueError where none is left.
    """
    chosen = questions.questions[:num_samples]
    lengths = [len(ids) for ids in tokenizer([prompt for prompt, _ in chosen], add_special_tokens=False)["input_ids"]]
    room = model.config.max_position_embeddings - max_new_tokens
    asked = [question for question, length in zip(chosen, lengths, strict=True) if length <= room]
    if not asked:
        raise ValueError(
            f"none of {len(chosen)} questions fits: the shortest has {min(lengths, default=0)} tokens, the model room "
            f"for {room} and max_new_tokens={max_new_tokens}"
        )
    answers = answer_lines(model, tokenizer, [prompt for prompt, _ in asked], max_new_tokens, batch_size, progress)
    records = [
        {
            "prompt": question.prompt,
            "reference": question.answer,
            "prediction": answer.text,
            "numeric_match": is_numeric_match(answer.text, question.answer, answer_number),
            "strict_match": answer.text == question.answer + END_OF_LINE,
            "gate": answer.fired_within,
            "result": answer.result,
        }
        for question, answer in zip(asked, answers, strict=True)
    ]
    has_plans = model.config.dag_depth > 0 and model.config.dag_numerics == "exact"
    report = {
        "task": "questions",
        "format": questions.format,
        "n": len(records),
        "numeric_match": _share(records, "numeric_match"),
        "strict_match": _share(records, "strict_match"),
        "gate": _share(records, "gate") if has_plans else None,
        "left_out": {
            "non_numbers": questions.non_numbers,
            "bad_records": questions.bad_records,
            "too_long": len(chosen) - len(asked),
        },
        "answer_number": answer_number,
        "max_new_tokens": max_new_tokens,
    }
    return report, records


def _share(records: list[dict[str, Any]], name: str) -> dict[str, Any]:
    hits = sum(record[name] for record in records)
    return {"share": hits / len(records), "interval": list(wilson_interval(hits, len(records)))}
