"""CONTRIBUTING.md, followed to the letter."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
STEP = re.compile(r"^(?:Append to|In) `(.+?)`:\n\n```(python|diff)\n(.*?)```$", re.MULTILINE | re.DOTALL)


def follow(page: str, directory: Path) -> int:
    """Do in a copy of the project what the page says; returns the number of steps."""
    steps = STEP.findall(page)
    for name, kind, code in steps:
        path = directory / name
        text = path.read_text("utf-8")
        if kind == "python":
            text += "\n\n" + code
        else:
            before, *added = code.splitlines(keepends=True)
            assert before[0] == " " and all(line[0] == "+" for line in added), code
            assert text.count(before[1:]) == 1, f"{name} has not one line {before!r}"
            text = text.replace(before[1:], before[1:] + "".join(line[1:] for line in added))
        path.write_text(text, "utf-8")
    return len(steps)


@pytest.mark.slow
def test_an_operation_is_added_by_the_steps_of_the_page(tmp_path):
    """Its tests run, the random ones too, and would fail if the operation were wrong."""
    for name in ("modeling_gpt_dag", "tests"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    page = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    assert follow(page, tmp_path) == page.count("```") // 2 == 7
    command = [sys.executable, "-m", "pytest", "-q", "-m", "slow or not slow", "-k", "average", "tests/model"]
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}

    def run() -> subprocess.CompletedProcess:
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)

    right = run()
    assert right.returncode == 0, right.stdout
    passed = re.search(r"(\d+) passed", right.stdout)
    assert passed is not None and int(passed[1]) >= 7, right.stdout
    path = tmp_path / "modeling_gpt_dag" / "fraction_operations.py"
    path.write_text(
        path.read_text("utf-8").replace("torch.full_like(a.mantissa, 2)", "torch.full_like(a.mantissa, 4)")
    )
    assert run().returncode == 1
