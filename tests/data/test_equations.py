"""Equations of data sets: infix, prefix, with an unknown or a result, and solutions put together."""

import pytest

from modeling_gpt_dag.data.equations import composed_annotations, parse_equation

DIFFERENCE = ("subtract", "22", "14")


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("x=22-14", DIFFERENCE),
        ("X=((22.0-14.0)/4.0)", ("divide", ("subtract", "22.0", "14.0"), "4.0")),
        ("22-14=x", DIFFERENCE),
        ("22-14=8", DIFFERENCE),
        ("( 22 - 14 )", DIFFERENCE),
        ("- 22 14", DIFFERENCE),
        ("/ - 22 14 4", ("divide", DIFFERENCE, "4")),
        ("+ 1 * 2 3", ("add", "1", ("multiply", "2", "3"))),
        ("+ 1", None),
        ("- 22 14 4", None),
        ("X-6=52", None),
        ("(200.0/x)-(200.0/(10.0+x))=1.0", None),
        ("", None),
    ],
)
def test_an_equation_is_what_stands_beside_its_unknown_or_result(text, expression):
    assert parse_equation(text) == expression


def test_the_steps_of_a_solution_become_one_expression():
    solution = "<<48/2=24>>24 clips in May. <<48+24=72>>72 in all, at <<2=2>>$2 is <<72*2=144>>144."
    total = ("add", "48", ("divide", "48", "2"))
    assert composed_annotations(solution) == ("multiply", total, "2")
    assert composed_annotations("No steps.") is None
