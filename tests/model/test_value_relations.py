"""Which of two values is larger, and whether one is a multiple of the other."""

import math

import pytest
import torch

from modeling_gpt_dag.value_relations import EQUAL, LARGER, NUM_RELATIONS, SMALLER, UNKNOWN, value_relations

NONE = math.nan


@pytest.mark.parametrize(
    ("first", "second", "order", "is_multiple"),
    [
        (3, 7, SMALLER, False),
        (7, 3, LARGER, False),
        (12, 3, LARGER, True),
        (3, 12, SMALLER, False),
        (-12, 3, SMALLER, True),
        (5, 5, EQUAL, True),
        (7.5, 2.5, LARGER, True),
        (0.3, 0.1, LARGER, True),
        (0, 4, SMALLER, False),
        (4, 0, LARGER, False),
        (0, 0, EQUAL, False),
        (1234567, 1234566, LARGER, False),
        (123456, 123455, LARGER, False),
        (2e9 + 1, 2.0, LARGER, False),  # nothing is said of so large a quotient
        (NONE, 3, UNKNOWN, False),
        (3, NONE, UNKNOWN, False),
        (math.inf, 3, UNKNOWN, False),
    ],
)
def test_of_two_values(first, second, order, is_multiple):
    relation = value_relations(torch.tensor([first, second], dtype=torch.float))[0, 1].item()
    assert relation < NUM_RELATIONS
    assert (relation // 2, bool(relation % 2)) == (order, is_multiple)


def test_of_many_places_at_once():
    values = torch.tensor([[[4.0, 2.0, NONE]], [[1.0, 1.0, 3.0]]])
    relations = value_relations(values)
    assert relations.shape == (2, 1, 3, 3)
    assert (relations[0, 0] // 2).tolist() == [
        [EQUAL, LARGER, UNKNOWN],
        [SMALLER, EQUAL, UNKNOWN],
        [UNKNOWN, UNKNOWN, UNKNOWN],
    ]
    assert (relations[1, 0] % 2).tolist() == [[1, 1, 0], [1, 1, 0], [1, 1, 1]]
