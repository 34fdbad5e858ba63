"""Running text: what is computed in it, by what, and which plan of the numbers before it does the same."""

import json
from decimal import Decimal

import pytest
import torch

from helpers.naive_dag import run_plan
from helpers.numbers import GRAMMAR
from modeling_gpt_dag.data.examples import reasoning_example
from modeling_gpt_dag.data.problems import PlanFormat
from modeling_gpt_dag.data.reasoning import (
    ReasoningText,
    annotated_text,
    as_computed,
    equations_text,
    fraction_value,
    kind_of,
    multiplied_first,
    parse_expression,
    plan_of,
    read_before,
    read_reasoning,
)
from modeling_gpt_dag.number_grammar import symbol_table
from modeling_gpt_dag.number_text import read_numbers

FORM = PlanFormat(3, 5, ["2", "0.01"], ["add", "identity", "multiply", "subtract", "divide"])
SOLUTION = "He sold 48/2 = <<48/2=24>>24 clips.\nTogether 48+24 = $<<48+24=72>>72, over <<7=7>>7 days.\n"


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("48/2", ("divide", "48", "2")),
        ("$1,200 x .5", ("multiply", "1200", "0.5")),
        ("3 × (4 − 1)", ("multiply", "3", ("subtract", "4", "1"))),
        ("1+2*3", ("add", "1", ("multiply", "2", "3"))),
        ("10÷4", ("divide", "10", "4")),
        ("7", "7"),
        ("007+1", None),
        ("2**3", None),
        ("a+1", None),
        ("f(1)", None),
        ("1+", None),
        ("", None),
    ],
)
def test_expressions_are_those_people_write_and_no_others(text, tree):
    assert parse_expression(text) == tree


def test_annotations_are_taken_out_and_say_what_computes_the_number_behind_them():
    found = annotated_text(SOLUTION)
    assert found.text == "He sold 48/2 = 24 clips.\nTogether 48+24 = $72, over 7 days.\n"
    assert [found.text[each.start : each.end] for each in found.calculations] == ["24", "72", "7"]
    assert [each.expression for each in found.calculations] == [("divide", "48", "2"), ("add", "48", "24"), None]
    assert [kind_of(each) for each in found.calculations] == ["divide", "add", "nothing computed"]


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("1/3 = <<1/3=.33>>.33", "inexact"),
        ("2+2 = <<2+2=5>>5", "inexact"),
        ("1/0 = <<1/0=0>>0", "inexact"),
        ("2+2 = <<2+2=4>>4", "right"),
        ("<<x=4>>4", "bare"),
    ],
)
def test_a_number_that_is_not_what_its_expression_gives_is_none_to_learn_from(text, verdict):
    (calculation,) = annotated_text(text).calculations
    assert calculation.verdict == verdict
    assert (plan_of(annotated_text(text).text, calculation, FORM) is not None) == (verdict == "right")


def test_an_annotation_without_a_number_behind_it_is_taken_out():
    assert annotated_text("a <<1+1=2>> b") == ReasoningText("a  b", [])


def test_equations_are_found_where_there_are_no_annotations():
    text = "So 3 * $12.50 = $37.50, and 1,250 / 5 = 250. In 5 = 5 nothing; 2 + 2 = 5 is wrong; 50% = 0.5; 4-1=3%."
    found = equations_text(text)
    assert [text[each.start : each.end] for each in found.calculations] == ["37.50", "250", "5"]
    assert [each.verdict for each in found.calculations] == ["right", "right", "inexact"]


def test_a_plan_computes_the_number_from_the_numbers_before_it():
    """By the naive executor, for every calculation of a text with several steps, constants and repeated numbers."""
    text = (
        "A pen is $2.50.\nThree are 3*2.50 = <<3*2.50=7.50>>7.50.\nWith 20 more 7.50+20 = <<7.50+20=27.50>>27.50.\n"
        "Twice that is <<27.50*2=55.00>>55.00.\nIn all (4+6)*3-5 = <<(4+6)*3-5=25>>25.\n"
    )
    found = annotated_text(text)
    assert len(found.calculations) == 4
    for calculation in found.calculations:
        plan = plan_of(found.text, calculation, FORM)
        numbers = [Decimal(number) for number in reversed(read_before(found.text, calculation.start))][:5]
        slots = [*numbers, *[None] * (5 - len(numbers)), *map(Decimal, FORM.constants)]
        steps = [(left, max(right, 0), FORM.operations[operation]) for left, right, operation in plan]
        assert format(run_plan(slots, steps, 7)[-1], "f") == found.text[calculation.start : calculation.end]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("1+2+3+4+5 = <<1+2+3+4+5=15>>15", FORM),
        ("9 and 1 2 3 4 5: <<9+1=10>>10", FORM),
        ("0.2*50 = <<0.2*50=10>>10", FORM),
        ("1,000+1 = <<1,000+1=1,001>>1,001", FORM),
        ("12,5 and 5: <<12+5=17>>17", FORM),
        ("6/3*3 = <<6/3*3=6>>6", FORM._replace(operations=["add", "identity"])),
    ],
    ids=["too many steps", "too far back", "written with other digits", "thousands", "not read", "no such operation"],
)
def test_what_the_model_cannot_do_has_no_plan(text, form):
    found = annotated_text(text)
    assert plan_of(found.text, found.calculations[-1], form) is None


@pytest.mark.parametrize(
    ("alike", "one"),
    [
        (("3*(2/5)", "3*2/5", "3/5*2", "(3*2)/5"), ("divide", ("multiply", "3", "2"), "5")),
        (("1/6*240", "240/6", "240*1/6", "240*(1/6)"), ("divide", "240", "6")),
        (("60/(2/3)", "60*3/2"), ("divide", ("multiply", "60", "3"), "2")),
        (("90/(3*5)", "90/3/5"), ("divide", ("divide", "90", "3"), "5")),
        (("7*20*.01", "7*20/100"), ("divide", ("multiply", "7", "20"), "100")),
        (("7/.01", "7*100"), ("multiply", "7", "100")),
        (("9-1/2*4", "9-4/2"), ("subtract", "9", ("divide", "4", "2"))),
        (("5*(4-1)/3", "5/3*(4-1)"), ("divide", ("multiply", "5", ("subtract", "4", "1")), "3")),
        (("1/5",), ("divide", "1", "5")),
        (("1*4",), ("multiply", "1", "4")),
        (("1*4/1",), ("divide", "4", "1")),
    ],
)
def test_products_and_quotients_of_a_row_are_one_plan(alike, one):
    for text in alike:
        expression = parse_expression(text)
        assert multiplied_first(expression, [], ["100", "0.01"]) == one, text
        assert fraction_value(expression) == fraction_value(one), text


def test_a_per_cent_stays_a_factor_where_there_is_no_constant_100_or_nothing_to_divide():
    assert multiplied_first(parse_expression("7*.01"), [], ["0.01"]) == ("multiply", "7", "0.01")
    assert multiplied_first(parse_expression(".01/5"), [], ["100", "0.01"]) == ("divide", "0.01", "5")


def test_a_factor_one_is_told_by_the_number_that_is_read():
    expression = ("multiply", ("divide", 0, 1), 2)
    assert multiplied_first(expression, ["1", "6", "240"], []) == ("divide", 2, 1)
    assert multiplied_first(expression, ["2", "6", "240"], []) == ("divide", ("multiply", 0, 2), 1)


def test_the_numbers_before_a_place_are_those_the_model_reads(tokenizer, symbols):
    text = "-3 and 4-5, (6)-7 or 8.50. 9, 1,250 at -$.5 =x"
    table = symbol_table(symbols)
    ids = torch.tensor([tokenizer(text, add_special_tokens=False)["input_ids"]]).clamp(max=len(table) - 1)
    value = read_numbers(table[ids], GRAMMAR).value
    read = [int(m) / 10 ** int(s) for m, s, valid in zip(*(part[0].tolist() for part in value), strict=True) if valid]
    assert read == [-3, 4, 5, 6, 7, 8.5, 9, 1250, -0.5]
    assert read_before(text, len(text)) == ["-3", "4", "5", "6", "7", "8.50", "9", "1250", "-0.5"]
    assert read_before(text, text.index(",")) == ["-3", "4"] and read_before("1,2345 7 ", 9) == [None, "7"]


def test_plans_count_number_words_where_the_model_reads_them():
    text = "He had five boxes of 12, so 5*12 = <<5*12=60>>60 and half, 60/2 = <<60/2=30>>30.\n"
    first, second = annotated_text(text).calculations
    whole = annotated_text(text).text
    form = FORM._replace(words=["cardinals", "fractions"])
    assert read_before(whole, first.start) == ["12", "5", "12"]
    assert read_before(whole, second.start, form.words) == ["5", "12", "5", "12", "60", "0.5", "60", "2"]
    spoken = annotated_text("Five and seven are <<5+7=12>>12. ")
    assert plan_of(spoken.text, spoken.calculations[0], FORM) is None
    plan = plan_of(spoken.text, spoken.calculations[0], form)
    assert plan is not None and plan[0] == (1, 0, 0)


def test_computed_numbers_are_written_as_the_dag_writes_them_and_others_stay():
    """In training; what follows moves along, and a number that was rewritten is an operand of the next."""
    form = FORM._replace(constants=["0.5"])
    text = (
        "1,000 and 234 is <<1000+234=1,234>>1,234, half of it <<1234*.5=617>>617, and 3*2.5 = $<<3*2.5=7.50>>7.50. "
        "7.5/15 = <<7.5/15=.50>>.50. 1/3 = <<1/3=.33>>.33 of 2,000: <<7,000-5,000=2,000>>2,000"
    )
    found = annotated_text(text)
    written = as_computed(found, form)
    assert written.text == (
        "1,000 and 234 is 1234, half of it 617.0, and 3*2.5 = $7.5. 7.5/15 = 0.5. 1/3 = .33 of 2,000: 2,000"
    )
    places = [written.text[each.start : each.end] for each in written.calculations]
    assert places == ["1234", "617.0", "7.5", "0.5", ".33", "2,000"]
    plans = [plan_of(written.text, each, form) is not None for each in written.calculations]
    assert plans == [True, True, True, True, False, False]
    assert [each.value for each in written.calculations] == [each.value for each in found.calculations]


def test_where_the_number_read_is_negative_it_is_added():
    for text, plan in (
        ("10 -7 =<<10-7=3>>3 left", (1, 0, 0)),
        ("7 and 10 -7 =<<10-7=3>>3 left", (1, 0, 0)),
        ("10 - 7 =<<10-7=3>>3 left", (1, 0, 3)),
        ("-7 and 7 of 10: 10 - 7 = <<10-7=3>>3 left", (1, 0, 3)),
    ):
        found = annotated_text(text)
        assert plan_of(found.text, found.calculations[0], FORM)[0] == plan, text


def test_labelled_are_computed_numbers_and_their_plans(tokenizer):
    found = annotated_text(SOLUTION)
    cents = annotated_text(SOLUTION.replace(">>72", ">>72.00"))
    example, labelled = reasoning_example(tokenizer, found, FORM)
    assert reasoning_example(tokenizer, cents, FORM) == (example, labelled)
    assert labelled == 2 and tokenizer.decode(example.input_ids) == found.text
    spoken = (char if label != -100 else "|" for char, label in zip(found.text, example.labels, strict=True))
    assert [part for part in "".join(spoken).split("|") if part] == ["24", "72"]
    assert reasoning_example(tokenizer, found, FORM, is_reply=True) == (example, labelled)
    start = found.text.index("24")
    assert sorted(example.plans)[:3] == [start - 1, start, start + 1]
    assert example.plans[start - 1] == [(1, 0, 4), (7, -100, 1), (8, -100, 1)]


def test_files_of_solutions_and_of_texts_are_read(tmp_path):
    rows = [{"question": "How many?", "answer": f"{SOLUTION}#### 72"}, {"text": "1+1=2, so."}]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    solution, text = read_reasoning(str(tmp_path / "a.jsonl"))
    assert solution.text.startswith("How many?\nHe sold") and solution.question == "How many?\n"
    assert "####" not in solution.text and solution.text[slice(*solution.calculations[0][:2])] == "24"
    assert text.question == text.text and text.calculations[0].value == 2


def test_numbers_that_contradict_their_expressions_are_counted_and_the_first_is_shown(tmp_path, caplog):
    texts = ["1+1=2, so.", "First.\n2+2=5, not.", "10/3=3.33 is rounded.", "1/0=7"]
    file = tmp_path / "a.jsonl"
    file.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    with caplog.at_level("WARNING"):
        read = read_reasoning(str(file))
    (record,) = caplog.records
    assert "2 of the computed numbers contradict" in record.message and "line 2: '2+2=5'" in record.message
    assert [each.verdict for text in read for each in text.calculations] == ["right", *["inexact"] * 3]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"text": "no numbers"}', "holds no calculation: neither annotations"),
        (
            '{"prompt": "1+1="}',
            "line 1: needs the texts 'question' and 'answer', or 'text'; there are prompt",
        ),
        ("{", "a.jsonl, line 1: broken JSON"),
    ],
    ids=["nothing computed", "other fields", "broken"],
)
def test_files_without_calculations_are_refused(tmp_path, content, message):
    (tmp_path / "a.jsonl").write_text(content + "\n")
    with pytest.raises(ValueError, match=message):
        read_reasoning(str(tmp_path / "a.jsonl"))
