"""What must not be trained on where it is evaluated on."""

import pytest

from modeling_gpt_dag.data.overlap import EvaluationTexts

TEXT = "Ann has three red pens and buys four blue ones in the shop. How many?"


@pytest.mark.parametrize(
    ("text", "is_overlap"),
    [
        (TEXT.upper().replace(".", " !"), True),
        ("Yesterday ann has three red pens and buys four, as we know", True),
        ("ann has three red pens and buys", False),
        ("Ben has three red pens and buys four green ones in the shop. How many?", False),
        ("short one", True),
        ("", False),
    ],
    ids=["the same", "eight words", "seven words", "seven and seven", "a short one whole", "empty"],
)
def test_texts_overlap_that_are_the_same_or_share_eight_words_in_a_row(text, is_overlap):
    assert EvaluationTexts([TEXT, "Short one."]).overlap(text) is is_overlap


def test_nothing_overlaps_with_no_texts():
    assert not EvaluationTexts([]).overlap(TEXT)
