"""Explanations: what they say is what the model did, wherever the numbers stand; as text, JSON, page and figure."""

import copy
import json
import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
import torch

from helpers.explanations import HOSTILE, PROMPT, small_model
from helpers.tokenizers import bpe
from modeling_gpt_dag import number_tokens, split_digits
from modeling_gpt_dag.dag_operations import OPERATIONS
from modeling_gpt_dag.decimal_tensor import format_decimal
from modeling_gpt_dag.explain.layout import layout
from modeling_gpt_dag.explain.output import save
from modeling_gpt_dag.explain.page import to_html
from modeling_gpt_dag.explain.records import END_OF_NUMBER, Explanation, explain
from modeling_gpt_dag.explain.text import to_markdown, to_text


@pytest.fixture(scope="module")
def explanation(tokenizer, symbols) -> Explanation:
    """With a constant, two steps and two generated tokens."""
    torch.manual_seed(0)
    model = small_model(tokenizer, symbols, dag_constants=["0.50"])
    return explain(model, tokenizer, PROMPT, max_new_tokens=2)


class Tags(HTMLParser):
    """Refuses tags that are not closed in order, and keeps the elements, the attributes and the text."""

    def __init__(self, page: str):
        super().__init__()
        self.open, self.tags, self.text = [], [], ""
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.open.append(tag)
        self.tags.append((tag, dict(attributes)))

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data if "span" in self.open or self.open[-1:] == ["div"] else ""


def test_spans_are_the_places_of_the_numbers(explanation):
    assert explanation.text.startswith(PROMPT)
    read = {
        (slot.value, explanation.text[slice(*slot.span)])
        for token in explanation.tokens
        for slot in token.slots
        if slot.span
    }
    assert {("12", "12"), ("-3.50", "-3.50"), ("8", "8"), ("7", "07"), ("34", "34"), ("-5", "-5")} <= read
    for token in explanation.tokens:
        spans = [slot.span for slot in token.slots if slot.span]
        assert spans == sorted(spans, reverse=True) and all(end <= token.span[1] for _, end in spans)


def test_spans_hold_for_tokens_with_spaces_and_merged_signs():
    tokenizer = split_digits(bpe("Ġ|7", "=|-", "Ġ|-", "a|)"))
    text = "x=-12 a) 7 -3.5 7 b"
    tokens = explain(small_model(tokenizer, number_tokens(tokenizer)), tokenizer, text, max_new_tokens=0).tokens
    assert [(slot.value, text[slice(*slot.span)]) for slot in tokens[-1].slots if slot.span] == [
        ("7", "7"),
        ("-3.5", "-3.5"),
        ("7", "7"),
        ("-12", "-12"),
    ]


def test_tokens_cover_the_text_and_parts_of_one_character_share_its_place(explanation, tokenizer):
    assert [explanation.text[slice(*token.span)] for token in explanation.tokens] == [
        token.text for token in explanation.tokens
    ]
    assert [token.span for token in explanation.tokens[:3]] == [(0, 1), (0, 1), (1, 2)]
    assert {place for token in explanation.tokens for place in range(*token.span)} == set(range(len(explanation.text)))
    assert [token.generated for token in explanation.tokens[-3:]] == [False, True, True]


def test_the_plan_is_the_most_probable_one_and_the_values_are_the_models(tokenizer, symbols, encode):
    model = small_model(tokenizer, symbols, dag_constants=["0.50"])
    tokens = explain(model, tokenizer, PROMPT, max_new_tokens=0).tokens
    dag = model(encode(PROMPT), output_dag=True).dag
    operations = model.config.dag_operations
    for token in tokens:
        place = (0, token.index)
        for number, step in enumerate(token.steps):
            best = [probs[place][number].argmax().item() for probs in (dag.operand1_probs, dag.operand2_probs)]
            assert [step.operand1, step.operand2] == best
            assert step.operation == operations[dag.operation_probs[place][number].argmax()]
            assert step.operation_probs == pytest.approx(dag.operation_probs[place][number].tolist(), abs=1e-6)
        parts = (dag.values_mantissa[place], dag.values_scale[place], dag.values_mask[place])
        values = [format_decimal(int(m), int(s)) if valid else None for m, s, valid in zip(*parts, strict=True)]
        assert [slot.value for slot in token.slots] == values and token.result == values[-1]
        assert token.gate == pytest.approx(dag.gate[place].item())
        assert token.slots[4].kind == "constant" and token.slots[4].value == "0.50"


def test_a_number_is_explained_by_the_decision_before_it(explanation):
    digits = [token for token in explanation.tokens if token.span[0] in (6, 7, 8, 9)]  # of "-3.50", behind the sign
    owner = explanation.tokens[digits[0].decided_at]
    assert owner.text == "+" and {token.decided_at for token in digits} == {owner.index}
    assert all(token.steps == owner.steps and token.slots == owner.slots for token in digits)
    assert [token.written for token in digits] == [2, 3, 4, 5]


def test_what_is_written_is_the_rest_of_the_result(explanation):
    writers = [token for token in explanation.tokens if token.writes is not None]
    assert writers
    for token in writers:
        following = token.result[token.written : token.written + 1]
        assert token.writes == (following or END_OF_NUMBER) and token.gate > 0


def test_steps_are_used_where_the_result_depends_on_them(explanation):
    assert {token.steps[0].used for token in explanation.tokens} == {True, False}
    for token in explanation.tokens:
        first, last = token.steps
        reads = [last.operand1, last.operand2][: OPERATIONS[last.operation].operands]
        assert last.used and first.used is (5 in reads)


def test_json_comes_back_as_it_was(explanation):
    assert Explanation.from_json(explanation.to_json()) == explanation
    assert json.loads(explanation.to_json())["tokens"][0]["span"] == [0, 1]


@pytest.mark.parametrize("position", [None, 13])
def test_the_text_fits_80_printable_columns(explanation, position):
    long = copy.deepcopy(explanation)
    long.prompt = long.text = HOSTILE * 4
    for lines in (to_text(explanation, position).splitlines(), to_text(long, position).split("\n")[:-1]):
        assert all(len(line) <= 80 and line.isprintable() for line in lines)


def test_text_and_markdown_tell_where_a_number_stands_and_what_became_of_it(explanation):
    token = explanation.tokens[13]
    result = token.slots[-1].value or "no exact value"
    assert re.search(r"slot 0 +8 +character 11\n", to_text(explanation, 13))
    assert f"= {result} in slot 6" in to_text(explanation, 13)
    assert "| 0 | 8 | character 11 |" in to_markdown(explanation, 13)


def test_the_page_is_well_formed_and_holds_any_text(tokenizer, symbols):
    explanation = explain(small_model(tokenizer, symbols), tokenizer, HOSTILE, max_new_tokens=0)
    page = to_html(explanation)
    parsed = Tags(page)
    assert sum(tag == "script" for tag, _ in parsed.tags) == 2 and "a()</" not in page
    assert parsed.text.startswith("</script><script>a()</script>&lt;<!-- \\x1b\\x00 ' \" 日")
    assert "http" not in page.replace("http-equiv", "") and "@DATA@" not in page
    assert not [name for _, attributes in parsed.tags for name in attributes if name in ("src", "href")]
    data = json.loads(re.search(r'type="application/json">(.*?)</script>', page, re.DOTALL)[1])
    assert data["text"] == HOSTILE and len(data["tokens"]) == sum(a.get("role") == "option" for _, a in parsed.tags)


def test_edges_of_a_graph_end_at_the_steps_that_read_them(explanation):
    for token in explanation.tokens:
        drawn = layout(token)
        assert {(edge.slot, edge.step, edge.order) for edge in drawn.edges} == {
            (slot, number, order + 1)
            for number, step in enumerate(token.steps)
            for order, slot in enumerate(step.operands)
            if slot in drawn.places
        }
        assert len(set(drawn.places.values())) == len(drawn.places)


def test_soft_numerics_is_shown_as_the_mixture_it_is(tokenizer, make_model):
    model = make_model(dag_numerics="soft").train()
    explanation = explain(model, tokenizer, "1+2=", max_new_tokens=1)
    token = explanation.at(3)
    assert model.training and token.writes is None and token.slots[0].kind == "hidden"
    assert "Soft numerics: every choice is a mixture" in to_text(explanation)
    assert "Soft numerics" in to_markdown(explanation) and "<p>Soft numerics" in to_html(explanation)


@pytest.mark.parametrize(
    ("settings", "arguments", "message"),
    [
        ({"dag_depth": 0}, {}, "dag_depth=0"),
        ({}, {"prompt": ""}, "the prompt '' has no tokens"),
        ({}, {"max_new_tokens": -1}, "max_new_tokens=-1"),
    ],
    ids=["no DAG", "no prompt", "fewer than no tokens"],
)
def test_what_cannot_be_explained_is_refused(tokenizer, symbols, settings, arguments, message):
    with pytest.raises(ValueError, match=message):
        explain(small_model(tokenizer, symbols, **settings), tokenizer, **{"prompt": "1+2=", **arguments})


def test_positions_and_suffixes_that_do_not_exist_are_refused(explanation, tmp_path):
    with pytest.raises(ValueError, match=r"position=99: the text has tokens 0 to \d+"):
        to_text(explanation, 99)
    with pytest.raises(ValueError, match=r"a.pdf: the suffix must be one of .txt, .md, .html, .json, .png, .svg"):
        save(explanation, tmp_path / "a.pdf")
    assert list(tmp_path.iterdir()) == []


def test_the_suffix_says_the_form(explanation, tmp_path):
    for suffix in ("txt", "md", "html", "json"):
        save(explanation, tmp_path / f"e.{suffix}", 13)
    assert (tmp_path / "e.txt").read_text() == to_text(explanation, 13)
    assert Explanation.from_json((tmp_path / "e.json").read_text()) == explanation


@pytest.mark.slow
def test_a_figure_shows_the_ends_of_a_long_value(tokenizer, symbols):
    from matplotlib.text import Text

    from modeling_gpt_dag.explain.figure import draw_explanation

    model = small_model(tokenizer, symbols, dag_digits=40)
    explanation = explain(model, tokenizer, "1" * 15 + "2" * 15 + "-7=", max_new_tokens=0)
    shown = {text.get_text() for text in draw_explanation(explanation, 32).findobj(Text)}
    assert "1" * 10 + "\N{HORIZONTAL ELLIPSIS}" + "2" * 10 in shown and "7" in shown


@pytest.mark.slow
@pytest.mark.parametrize("prompt", [PROMPT, "no numbers", "$x^2$ _ \\n 1+2=", HOSTILE])
def test_figures_are_drawn_of_any_text(tokenizer, symbols, tmp_path, prompt):
    explanation = explain(small_model(tokenizer, symbols, dag_depth=4), tokenizer, prompt, max_new_tokens=4)
    save(explanation, tmp_path / "e.png")
    save(explanation, tmp_path / "e.svg", 3)
    assert (tmp_path / "e.png").read_bytes().startswith(b"\x89PNG")
    assert ElementTree.parse(tmp_path / "e.svg").getroot().tag.endswith("svg")


def test_a_rounded_result_is_told_from_an_exact_one_in_every_form(tokenizer, symbols, tmp_path):
    """One number and one operation: 7 / 7 is exact, and of the two numbers 7 and 100 one quotient is endless."""
    settings = {"dag_depth": 1, "dag_num_values": 2, "dag_operations": ["divide"]}
    model = small_model(tokenizer, symbols, **settings)
    with torch.no_grad():
        model.model.dag.slot_head.weight.zero_()
        model.model.dag.query.weight.zero_()
        model.model.dag.slot_head.bias.copy_(torch.tensor([0.0, 9.0, 0.0, 9.0, 0.0, 0.0]))  # slot 1 / slot 0
        model.model.mixer.gate_head.bias.fill_(9.0)
    told = explain(model, tokenizer, "100/7=14.28571429\n", max_new_tokens=0)
    token = told.at(5)
    assert (token.result, token.slots[-1].is_exact, token.writes) == ("14.28571429", False, "1")
    assert told.writes_rounded(token) and "14.28571429 (rounded)" in to_text(told, 5)
    assert "~~~~~~~~~~~" in to_text(told) and "14.28571429 (rounded)" in to_markdown(told, 5)
    assert 'class="token rounded"' in to_html(told, 5) and "14.28571429 (rounded)" in to_html(told, 5)
    exact = explain(model, tokenizer, "100/8=12.5\n", max_new_tokens=0)
    assert (exact.at(5).result, exact.at(5).slots[-1].is_exact) == ("12.5", True)
    for text in (to_text(exact, 5), to_markdown(exact, 5), to_html(exact, 5)):
        assert "(rounded)" not in text and "~" not in text and 'class="token rounded"' not in text


@pytest.mark.slow
def test_a_figure_hatches_the_gates_of_a_rounded_result(tokenizer, symbols):
    from matplotlib.patches import Rectangle

    from modeling_gpt_dag.explain.figure import draw_explanation

    model = small_model(tokenizer, symbols, dag_depth=1, dag_num_values=1, dag_operations=["sqrt"])
    with torch.no_grad():
        model.model.mixer.gate_head.bias.fill_(9.0)
    for text, hatched in (("2=", True), ("4=", False)):
        figure = draw_explanation(explain(model, tokenizer, text, max_new_tokens=0))
        bars = [patch for patch in figure.findobj(Rectangle) if patch.get_hatch()]
        titles = [axes.get_title(loc="left") for axes in figure.get_axes()]
        assert bool(bars) == hatched == any("hatched" in title for title in titles), text
