"""Tiny models, one thread, fixed seeds, no network."""

import os
import subprocess
import sys
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import pytest
import torch

from modeling_gpt_dag import GPTDAGConfig, GPTDAGForCausalLM, byte_tokenizer, number_tokens
from modeling_gpt_dag.command_line.markdown import markdown_table

torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(0)


@pytest.fixture
def fresh_compiler():
    """What other tests compiled counts towards the limit of recompilations of the same code."""
    torch._dynamo.reset()


@pytest.fixture
def datasets_cache(tmp_path, monkeypatch) -> Path:
    """The directory in which the library datasets keeps what it has read, a new one."""
    import datasets

    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    datasets.disable_progress_bars()
    return tmp_path / "cache"


@pytest.fixture(scope="session")
def tokenizer():
    return byte_tokenizer(model_max_length=64)


@pytest.fixture(scope="session")
def symbols(tokenizer):
    return number_tokens(tokenizer)


@pytest.fixture
def make_config(tokenizer, symbols):
    """A config whose sizes all differ: H 16, D 3, N 5, S 8, O 4, 2 heads."""

    def make(**overrides) -> GPTDAGConfig:
        settings = {
            "n_layer": 2,
            "n_head": 2,
            "n_embd": 16,
            "n_positions": 64,
            "vocab_size": len(tokenizer),
            "resid_pdrop": 0.0,
            "embd_pdrop": 0.0,
            "attn_pdrop": 0.0,
            "dag_depth": 3,
            "dag_numerics": "exact",
            "number_tokens": symbols,
            **overrides,
        }
        if settings["dag_numerics"] == "exact":
            settings.setdefault("dag_num_values", 5)
        return GPTDAGConfig(**settings)

    return make


@pytest.fixture
def make_model(make_config):
    """A model in eval mode, with weights large enough that its choices differ between tokens."""

    def make(**overrides) -> GPTDAGForCausalLM:
        model = GPTDAGForCausalLM(make_config(**overrides)).eval()
        with torch.no_grad():
            for parameter in model.parameters():
                if parameter.ndim > 1:
                    parameter.normal_(0.0, 0.4)
        return model

    return make


@pytest.fixture
def encode(tokenizer):
    def encode(*texts: str) -> torch.Tensor:
        return tokenizer(list(texts), return_tensors="pt", padding=True)["input_ids"]

    return encode


@pytest.fixture(scope="session")
def headline(tmp_path_factory) -> str:
    """Directory of a model trained by the headline recipe."""
    directory = str(tmp_path_factory.mktemp("runs") / "arithmetic")
    root = Path(__file__).parent.parent
    command = [sys.executable, "scripts/train.py", "configs/train/arithmetic.yaml", "--output_dir", directory]
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    return directory


def pytest_addoption(parser):
    parser.addoption("--fuzz_seed", type=int, help="repeat the random cases of test_fuzz.py that a failure printed")
    parser.addoption("--matrix", help="write what test_matrix.py found as a Markdown table to this file")
    parser.addoption("--faults", help="write which faults tests planted, and what happened, as one to this file")


def pytest_terminal_summary(terminalreporter, config):
    for name, table in (("matrix", matrix_table), ("faults", faults_table)):
        path = config.getoption(f"--{name}")
        if path is not None:
            Path(path).write_text(table(terminalreporter.stats))


def recorded(stats, outcome: str, name: str):
    """Each report of that outcome with what its test recorded as the property `name`."""
    for report in stats.get(outcome, []):
        yield from ((report, value) for key, value in report.user_properties if key == name)


def matrix_table(stats) -> str:
    """The table family, numerics x mode: "=" where a test passed, "differs" where it failed."""
    cells: dict[str, dict[str, str]] = {}
    for outcome, sign in (("passed", "="), ("failed", "differs")):
        for _, (row, mode) in recorded(stats, outcome, "matrix"):
            cells.setdefault(row, {})[mode] = sign
    modes = list(dict.fromkeys(mode for row in cells.values() for mode in row))
    rows = [[row, *(cells[row].get(mode, "") for mode in modes)] for row in cells]
    return markdown_table(["", *modes], rows) + "\n"


def faults_table(stats) -> str:
    """A row per fault: what happens, and the tests that plant it, marked where they did not pass."""
    tests: dict[tuple[str, str], dict[str, None]] = {}
    for outcome, mark in (("passed", ""), ("failed", " **failed**"), ("skipped", " (skipped)")):
        for report, row in recorded(stats, outcome, "fault"):
            name = report.nodeid.split("::")[-1].partition("[")[0]
            tests.setdefault(tuple(row), {})[f"`{name}`{mark}"] = None
    rows = [[fault, what_happens, ", ".join(names)] for (fault, what_happens), names in tests.items()]
    return markdown_table(["fault", "what happens", "tested by"], rows) + "\n"
