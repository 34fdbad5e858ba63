"""Numeric exact match for `evaluate`: `evaluate.load("metrics/numeric_exact_match")`, no network needed.

The comparison itself is `modeling_gpt_dag.data.numeric_match`, the one `scripts/evaluate.py --task file` uses.
"""

import datasets
import evaluate

from modeling_gpt_dag.data.numeric_match import AnswerNumber, is_numeric_match

_DESCRIPTION = """
Share of predictions whose first (or last) number equals the reference exactly, as decimals: 8, 8.0 and $8.00 are one
number, 1,234.5 and 1234.50 are, 8 and 80 are not. Words around the number are not compared; neither is where it ends.
"""

_KWARGS_DESCRIPTION = """
Args:
    predictions (list of str): texts, of which one number each is compared.
    references (list of str): a number each, and nothing else; ValueError otherwise.
    answer_number (str): "first" (default) or "last" number of a prediction.
Returns:
    numeric_exact_match (float): between 0 and 1. A prediction without a number is wrong.
Examples:
    >>> metric = evaluate.load("metrics/numeric_exact_match")
    >>> metric.compute(predictions=["$1,234.50 in all", "80"], references=["1234.5", "8"])
    {'numeric_exact_match': 0.5}
"""


class NumericExactMatch(evaluate.Metric):
    def _info(self) -> evaluate.MetricInfo:
        text = datasets.Value("string")
        return evaluate.MetricInfo(
            description=_DESCRIPTION,
            citation="",
            inputs_description=_KWARGS_DESCRIPTION,
            features=datasets.Features({"predictions": text, "references": text}),
        )

    def _compute(
        self, predictions: list[str], references: list[str], answer_number: AnswerNumber = "first"
    ) -> dict[str, float]:
        pairs = zip(predictions, references, strict=True)
        hits = [is_numeric_match(prediction, reference, answer_number) for prediction, reference in pairs]
        return {"numeric_exact_match": sum(hits) / len(hits)}
