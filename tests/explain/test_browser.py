"""The page of an explanation and the demo, used in a real browser."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from helpers.explanations import HOSTILE, PROMPT, small_model
from helpers.servers import free_port, running, wait_for
from modeling_gpt_dag.explain.output import save
from modeling_gpt_dag.explain.records import explain

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def chromium():
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    executable = next(filter(None, map(shutil.which, names)), None)
    if executable is None:
        pytest.skip(f"none of {', '.join(names)} is installed")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium, tokenizer, symbols, tmp_path):
    """Open the page of a prompt; whatever the page reports as an error, or tries to load, fails the test."""
    problems = []

    def open_page(prompt: str, color_scheme: str = "light"):
        explanation = explain(
            small_model(tokenizer, symbols, dag_constants=["2"]), tokenizer, prompt, max_new_tokens=2
        )
        save(explanation, tmp_path / "explanation.html")
        page = chromium.new_page(color_scheme=color_scheme)
        page.on("pageerror", lambda error: problems.append(error))
        page.on("console", lambda message: problems.append(message.text))
        page.on("dialog", lambda dialog: problems.append(dialog.message))
        page.on("request", lambda request: request.url.startswith("file:") or problems.append(request.url))
        page.goto((tmp_path / "explanation.html").as_uri())
        return page, explanation

    yield open_page
    assert problems == []


def title(page) -> str:
    return page.locator("#details h2").text_content()


def test_hovering_shows_a_token_and_clicking_keeps_it(open_page):
    page, explanation = open_page(PROMPT)
    opened = title(page)
    page.locator("#token-13").hover()
    assert title(page).startswith("Token 13 ")
    page.mouse.move(0, 0)
    assert title(page) == opened
    page.locator("#token-13").click()
    page.mouse.move(0, 0)
    assert title(page).startswith("Token 13 ")
    assert "".join(page.locator(".token.read").all_text_contents()) == "12-3.508"
    slots = [slot.value for slot in explanation.tokens[13].slots if slot.span or slot.kind != "number"]
    assert page.locator("#details svg rect").count() == len(slots)
    assert page.get_by_label("Scratch list").locator("tbody td:nth-child(2)").all_text_contents() == [
        value or "no exact value" for value in slots
    ]


def test_every_token_can_be_reached_with_the_keyboard(open_page):
    page, explanation = open_page("12+34=")
    page.keyboard.press("Tab")
    page.keyboard.press("Home")
    seen = []
    for _ in explanation.tokens:
        seen.append(page.locator("#text").get_attribute("aria-activedescendant"))
        assert page.locator("[aria-selected=true]").get_attribute("id") == seen[-1]
        assert title(page).startswith(f"Token {len(seen) - 1} ")
        page.keyboard.press("ArrowRight")
    assert seen == [f"token-{token.index}" for token in explanation.tokens]
    page.keyboard.press("ArrowUp")
    last = explanation.tokens[-1].decided_at
    before = next(token for token in reversed(explanation.tokens) if token.decided_at != last)
    assert title(page).startswith(f"Token {before.decided_at} ")


def test_a_prompt_is_text_whatever_it_holds(open_page):
    page, explanation = open_page(HOSTILE)
    assert page.locator("#text").text_content().startswith("</script><script>a()</script>&lt;<!-- \\x1b\\x00 ' \" 日")
    assert page.locator("script").count() == 2


def test_no_graph_is_wider_than_its_picture(open_page):
    """Whatever a token writes: the longest is "writes nothing"."""
    page, explanation = open_page(PROMPT)
    beyond = """() => {
        const svg = document.querySelector("#details svg"), box = svg.viewBox.baseVal;
        const texts = [...svg.querySelectorAll("text")].filter((text) => {
            const { x, width } = text.getBBox();
            return x < 0 || x + width > box.width;
        });
        return texts.map((text) => text.textContent);
    }"""
    for token in explanation.tokens:
        page.locator(f"#token-{token.index}").hover()
        assert page.evaluate(beyond) == [], token.index


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_the_page_is_legible_in_both_color_schemes(open_page, color_scheme):
    page, _ = open_page("12+34=", color_scheme)
    contrast = """(selector) => {
        const luminance = (color) => {
            const canvas = document.createElement("canvas").getContext("2d");
            canvas.fillStyle = color;
            canvas.fillRect(0, 0, 1, 1);
            const channels = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map((value) => value / 255);
            const linear = channels.map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
            return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
        };
        const element = document.querySelector(selector);
        const paper = luminance(getComputedStyle(document.body).backgroundColor);
        const ink = luminance(getComputedStyle(element)[element instanceof SVGElement ? "fill" : "color"]);
        return (Math.max(paper, ink) + 0.05) / (Math.min(paper, ink) + 0.05);
    }"""
    for selector in ("body", ".hint", "#details svg text.small", "td.heat", "td.place"):
        assert page.evaluate(contrast, selector) > 4.5, selector


def test_the_demo_answers_as_a_space(chromium, request, tmp_path):
    headline = request.getfixturevalue("headline")  # trained after there is a browser to show it in
    space = tmp_path / "space"
    shutil.copytree(ROOT / "docs" / "space", space)
    shutil.copytree(ROOT / "modeling_gpt_dag", space / "modeling_gpt_dag")
    shutil.copytree(headline, space / "runs" / "arithmetic")
    shutil.copy(ROOT / "scripts" / "demo.py", space / "app.py")
    port = free_port()
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "GRADIO_SERVER_PORT": str(port)}
    with running([sys.executable, "app.py"], cwd=space, env=environment) as process:
        wait_for(f"http://127.0.0.1:{port}/", process)
        page = chromium.new_page()
        page.goto(f"http://127.0.0.1:{port}/")
        answer, prompt = page.get_by_label("Answer"), page.get_by_label("Expression or sentence")
        frame = page.frame_locator("iframe")
        frame.locator("h2").wait_for()
        assert answer.input_value() == "8641975230"
        prompt.fill("12-345=")
        page.get_by_role("button", name="Compute").click()
        frame.get_by_text("subtract(slot 1, slot 0)").wait_for()
        assert answer.input_value() == "-333"
        prompt.fill("")
        prompt.press("Enter")
        page.get_by_text("has no tokens").wait_for()
