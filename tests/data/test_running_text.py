"""Running text of our own: every number in it is what its expression gives, and every pattern occurs."""

import random
import re
from decimal import Decimal
from itertools import islice

import pytest

from modeling_gpt_dag.data.problems import PlanFormat
from modeling_gpt_dag.data.reasoning import EQUATION, equations_text, exact_value, plan_and_result, plan_of
from modeling_gpt_dag.data.running_text import running_texts
from modeling_gpt_dag.data.running_text_patterns import LINES, PATTERNS, PLAIN
from modeling_gpt_dag.data.running_text_sheets import SHEETS
from modeling_gpt_dag.data.running_text_stories import LEDGERS, STORIES
from modeling_gpt_dag.data.running_text_words import WORDS
from modeling_gpt_dag.data.running_text_writer import Style, Writer, expanded

# An equation is the end of a longer one where a sign, a unit or a word stands before it.
GOES_ON = re.compile(r"(?:[-+*/xX×÷−–%]|\\[a-z]+|times|by|and|less|plus|minus|over|of|to)\s*$")
FORM = PlanFormat(5, 10, ["1", "2", "100", "0.01"], ["add", "identity", "multiply", "subtract", "divide"])
GROUPS = (
    [pattern.name for pattern in PATTERNS + WORDS + LINES + PLAIN]
    + [sheet.name for sheet in SHEETS]
    + [f"story: {story.name}" for story in STORIES]
    + [f"ledger: {ledger.name}" for ledger in LEDGERS]
)


@pytest.fixture(scope="module")
def texts():
    return list(islice(running_texts("train", seed=5), 6_000))


def test_there_are_more_than_a_hundred_patterns_and_every_one_occurs(texts):
    assert len(GROUPS) == len(set(GROUPS)) > 100
    assert {text.group for text in texts} == set(GROUPS)


def test_a_number_is_computed_in_every_text_that_is_not_plain(texts):
    for text in texts:
        assert bool(text.calculations) != text.group.startswith("plain"), text


def test_a_computed_number_stands_where_it_says_and_is_what_its_expression_gives(texts):
    planned = total = 0
    for text in texts[:1_000]:
        for calculation in text.calculations:
            written = text.text[calculation.start : calculation.end]
            assert Decimal(written) == calculation.value == exact_value(calculation.expression) >= 0, text
            planned += plan_of(text.text, calculation, FORM) is not None
            total += 1
    assert total > 2_000 and planned / total > 0.9


@pytest.mark.parametrize("sheet", [sheet.name for sheet in SHEETS])
def test_a_plan_computes_nearly_every_number_of_a_sheet(texts, sheet):
    """A number without a plan is one to keep silent at, so that "1200 * 30% =" must not lack its plan."""
    found = [
        plan_and_result(text.text, calculation, FORM) is not None
        for text in texts
        if text.group == sheet
        for calculation in text.calculations
    ]
    assert len(found) > 200 and sum(found) / len(found) > 0.97


def test_what_reads_as_an_equation_is_right_and_among_the_computed_numbers(texts):
    found = 0
    for text in texts:
        places = {(calculation.start, calculation.end) for calculation in text.calculations}
        plain = text.text.replace("\\(", "  ")  # LaTeX
        for match in EQUATION.finditer(plain):
            goes_on = GOES_ON.search(plain[: match.start()]) or re.match(r" ?[-+*/x×÷]", plain[match.end() :])
            if not goes_on and "\n" not in match.group():  # where a line begins with "-"
                (equation,) = equations_text(match.group()).calculations
                assert equation.verdict == "right" and match.span("result") in places, (match, text)
                found += 1
    assert found > 2_000


def test_the_prompt_comes_first_and_signs_are_written_in_several_ways(texts):
    assert all(text.text.endswith("\n") for text in texts)
    assert 0.05 < sum(text.prompt_length == 0 for text in texts) / len(texts) < 0.2
    joined = "".join(text.text for text in texts)
    for way in (
        r"\d \* \$?\d",
        r"\d\*\$?\d",
        r"\d x \d",
        r"\d × \d",
        r"\d ÷ \d",
        r"\d/\d",
        r"\d\+\d",
        r"\d = \$?\d",
        r"\d=\$?\d",
        r"\d \\times \d",
        r"\d%? of \$?\d",
        r"= \$\d",
        r"\d [a-z]+ \+ \d+ [a-z]+ ?=",
        r"\d,\d{3}",
        r"\* \.\d",
        r"\d times \d+ [a-z]",
    ):
        assert re.search(way, joined), way


def test_training_and_evaluation_never_share_a_text_whatever_their_seeds(texts):
    evaluated = {text.text for seed in (5, 6) for text in islice(running_texts("evaluation", seed), 100)}
    assert len(evaluated) > 150 and not evaluated & {text.text for text in texts}


def test_a_stream_is_seeded():
    first, again, other = (list(islice(running_texts("train", seed), 20)) for seed in (1, 1, 2))
    assert first == again != other


def written(text: str, **style) -> Writer:
    signs = {"+": " + ", "-": " - ", "*": " x ", "/": "/"}
    plain = Style(
        signs, " = ", has_units=False, has_dollars=True, has_dollar_result=True, has_thousands=False, point=".2"
    )
    generator = random.Random(0)
    text = expanded(text, generator)
    writer = Writer(generator, plain._replace(**style), [text])
    writer.is_mixed = False
    writer.write(text)
    return writer


def test_an_equation_is_written_in_the_style_of_its_text_from_one_formula():
    pattern = "{n:few;boxes} {a:few;pens/box} {t==n*a;pens}, {t}"
    plain, with_units = written(pattern), written(pattern, has_units=True, equals="=")
    n, a, t = (plain.values[name] for name in "nat")
    assert plain.text == f"{n} {a} {n} x {a} = {t}, {t}" and int(t) == int(n) * int(a)
    assert re.sub(" (more|of the|total|[a-z]+) (?=boxes|pens)", " ", with_units.text).startswith(f"{n} {a} {n} boxes")
    (calculation,) = plain.calculations  # the second time the number is copied
    assert calculation.expression == ("multiply", n, a) and plain.text.startswith(t, calculation.start)


def test_money_has_a_dollar_sign_and_what_is_divided_by_money_has_none():
    writer = written("{p:money} {n:few} {t==p*n} {k==t/p} {h==t/2}")
    p, n, t, k, h = (writer.values[name] for name in "pntkh")
    assert writer.text == f"${p} {n} ${p} x {n} = ${t} ${t}/${p} = {k} ${t}/2 = ${h}" and Decimal(k) == Decimal(n)


def test_a_formula_may_mean_another_than_is_written():
    writer = written("{p:percent} {a:hundreds} {t==p% * a~a*p/100} {s==a*p'}")
    p, a, t, s = (writer.values[name] for name in "pats")
    assert writer.text == f"{p} {a} {p}% x {a} = {t} {a} x .{int(p) // 10} = {s}"
    assert writer.calculations[0].expression == ("divide", ("multiply", a, p), "100")
    assert Decimal(t) == Decimal(s) == Decimal(a) * Decimal(p) / 100


def test_a_result_may_be_said_before_it_is_computed():
    writer = written("{t} because {a:few} + {b:few} is {t=a+b}")
    assert writer.text.startswith(f"{writer.values['t']} because") and len(writer.calculations) == 1


@pytest.mark.parametrize("formula", ["a/b", "a-b", "a*b*b*b*b*b*b*b"], ids=["no decimal", "negative", "too long"])
def test_what_is_not_to_be_written_is_refused(formula):
    with pytest.raises(ValueError):
        written("{a:hundred} {b:year} {t==" + formula + "}")


def test_thousands_have_commas_in_operands_and_never_in_years_and_results():
    writer = written("{y:year} {a:late} {t==y+a} {s==t*2}", has_thousands=True)
    y, a, t, s = (writer.values[name] for name in "yats")
    thousands = f"{int(t):,}"
    assert writer.text == f"{y} {a} {y} + {a} = {t} {thousands} x 2 = {s}" and "," in thousands
