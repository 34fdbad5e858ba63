"""The README's Python, run in order, and the explanation; what stands below a block is what it prints."""

import contextlib
import io
import os
import re
import subprocess
from pathlib import Path

import pytest

from helpers.backbones import make_backbone

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```python\n((?:(?!```).)*)```\n\n```text\n(.*?)```", README, re.DOTALL)
EXPLANATION = re.search(r"```bash\n(python scripts/explain.py [^\n]*)\n```\n\n```text\n(.*?)```", README, re.DOTALL)

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


@pytest.mark.slow
def test_the_readmes_explanation_is_what_its_command_prints(headline):
    """Up to probabilities and gates, which differ in their last digits between machines."""
    command, printed = EXPLANATION.groups()
    command = command.replace("runs/arithmetic", headline)
    environment = os.environ | {"HF_HUB_OFFLINE": "1"}
    process = subprocess.run(
        ["bash", "-c", command], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )

    def told(text: str) -> list[str]:
        lines = [re.sub(r"\d\.\d\d", "p", line) for line in text.splitlines()]
        choices = ("operand 1", "operand 2", "operation")
        return [line for line in lines if not line.strip().startswith(choices) and set(line) - set(" .0123456789")]

    assert told(process.stdout) == told(printed)
    assert "docs/explanation.png" in README and (ROOT / "docs" / "explanation.png").is_file()
