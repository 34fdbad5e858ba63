"""Scripts as a user runs them."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


ENVIRONMENT = os.environ | {"HF_HUB_OFFLINE": "1"}


def run(*command: str, ok: bool = True) -> str:
    """Standard output of a command in the repository; its standard error where it has to fail."""
    process = subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True)
    assert (process.returncode == 0) is ok, process.stderr
    return process.stdout if ok else process.stderr


def script(name: str, *arguments: str, ok: bool = True) -> str:
    return run(sys.executable, f"scripts/{name}.py", *arguments, ok=ok)
