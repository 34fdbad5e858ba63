"""The README's Python, run in order; what stands below a block is what it prints."""

import contextlib
import io
import re
from pathlib import Path

import pytest
from test_backbones import make_backbone

README = (Path(__file__).parent.parent / "README.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", README, re.DOTALL)


PRETRAINED = "HuggingFaceTB/SmolLM2-135M-Instruct"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "printed"), BLOCKS, ids=["use", "own model", "pretrained model", "logging by hand", "look inside"]
)
def test_readme_code_prints_what_it_says(code, printed, headline, tokenizer, monkeypatch, tmp_path):
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "arithmetic").symlink_to(headline)
    make_backbone("smollm2").save_pretrained(
        tmp_path / PRETRAINED
    )  # a tiny one of its kind, where its name is looked up
    tokenizer.save_pretrained(tmp_path / PRETRAINED)
    monkeypatch.chdir(tmp_path)
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(code, {})
    assert output.getvalue() == printed
