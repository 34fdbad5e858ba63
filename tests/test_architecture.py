"""The law of the rooms, read from the imports: who may import whom, and what may travel to the Hub."""

import ast
import re
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "modeling_gpt_dag"
# Each room with the rooms it may import, beside the top and command_line, which imports none.
ROOMS: dict[str, set[str]] = {
    "command_line": set(),
    "data": set(),
    "checkpoints": set(),
    "evaluation": {"data", "checkpoints"},
    "training": {"data", "checkpoints"},
    "attach": {"data", "evaluation", "training"},
    "explain": set(),
    "publish": {"checkpoints", "evaluation"},
    "report": {"data", "checkpoints", "evaluation", "training", "attach"},
}
# What the files that travel may import besides each other. `tokenizers` comes with transformers.
HUB_IMPORTS = {"torch", "transformers", "huggingface_hub", "tokenizers"}
WITHOUT_TRANSFORMERS = {
    "soft_dag",
    "exact_dag",
    "plan_choices",
    "joint_planner",
    "gate_mixer",
    "dag_operations",
    "decimal_tensor",
    "limb_operations",
    "limb_tensor",
    "number_grammar",
    "number_text",
    "plans",
    "plan_search",
}
# The name to install where it is not the one to import.
DISTRIBUTIONS = {"yaml": "pyyaml"}
# Of matplotlib's and the library datasets' dependencies, imported where those are used.
INDIRECT = {"pandas", "pyarrow"}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def name_of(path: Path) -> str:
    """`data.text` of modeling_gpt_dag/data/text.py, `plans` of modeling_gpt_dag/plans.py, `` of the package itself."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def imports(path: Path, at_import_time: bool = False) -> set[str]:
    """Absolute names of the modules a file imports; at_import_time: without those in functions and for types alone."""
    tree = ast.parse(path.read_text())
    skipped: set[int] = set()
    if at_import_time:
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.If):
                skipped |= {id(inner) for inner in ast.walk(node)}
    package = ["modeling_gpt_dag", *path.relative_to(PACKAGE).parts[:-1]] if path.is_relative_to(PACKAGE) else []
    found = set()
    for node in (node for node in ast.walk(tree) if id(node) not in skipped):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            # `from . import spec` imports a module, `from .spec import load_report` a name.
            for alias in node.names:
                inner = PACKAGE.parent / Path(*f"{module}.{alias.name}".split(".")).with_suffix(".py")
                found.add(f"{module}.{alias.name}" if inner.is_file() else module)
    return found


def own(found: set[str]) -> set[str]:
    """Names within the package."""
    prefix = "modeling_gpt_dag."
    return {name.removeprefix(prefix) for name in found if name.startswith(prefix)}


def third_party(found: set[str]) -> set[str]:
    top = {name.partition(".")[0] for name in found}
    return top - set(sys.stdlib_module_names) - {"modeling_gpt_dag", "__future__"}


def room_of(name: str) -> str | None:
    """None at the top."""
    first = name.partition(".")[0]
    return first if first in ROOMS else None


def test_every_folder_of_the_package_is_a_room():
    folders = {path.name for path in PACKAGE.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders == ROOMS.keys()


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_a_module_imports_the_top_its_room_and_the_rooms_it_may(path):
    room = room_of(name_of(path))
    allowed = {None} if room is None else {None, room, "command_line", *ROOMS[room]}
    allowed = {room} if room == "command_line" else allowed
    others = {name for name in own(imports(path)) if room_of(name) not in allowed}
    assert not others, f"{name_of(path)} must not import {sorted(others)}"


@pytest.mark.parametrize("path", sorted(PACKAGE.glob("*.py")), ids=name_of)
def test_what_travels_to_the_hub_needs_nothing_else(path):
    assert third_party(imports(path)) <= HUB_IMPORTS
    if name_of(path) in WITHOUT_TRANSFORMERS:
        assert third_party(imports(path)) == {"torch"}
    # transformers copies siblings it finds as `from .name import`.
    relative = [
        node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert all(node.level == 1 and node.module and "." not in node.module for node in relative)


def test_what_needs_no_transformers_is_there():
    assert {name_of(path) for path in PACKAGE.glob("*.py")} >= WITHOUT_TRANSFORMERS


def test_no_modules_import_each_other_in_a_circle():
    graph = {name_of(path): own(imports(path, at_import_time=True)) for path in modules()}
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]):
        assert name not in trail, " -> ".join([*trail[trail.index(name) :], name])
        if name not in done:
            for other in sorted(graph.get(name, set())):
                visit(other, (*trail, name))
            done.add(name)

    for name in graph:
        visit(name, ())


@pytest.mark.parametrize("path", sorted((ROOT / "scripts").glob("*.py")), ids=lambda path: path.stem)
def test_scripts_import_rooms_and_never_each_other(path):
    scripts = {script.stem for script in (ROOT / "scripts").glob("*.py")}
    assert not {name.partition(".")[0] for name in imports(path)} & scripts


def test_nothing_imports_scripts():
    assert not [path for path in modules() if any(name.split(".")[0] == "scripts" for name in imports(path))]


def test_every_imported_package_is_declared():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    required = {re.match(r"[\w-]+", line)[0] for line in project["dependencies"]}
    optional = {re.match(r"[\w-]+", line)[0] for extra in project["optional-dependencies"].values() for line in extra}
    always = {DISTRIBUTIONS.get(name, name) for path in modules() for name in third_party(imports(path, True))}
    assert always <= required, f"imported with the package and not required: {sorted(always - required)}"
    somewhere = [*modules(), *(ROOT / "scripts").glob("*.py")]
    used = {DISTRIBUTIONS.get(name, name) for path in somewhere for name in third_party(imports(path))}
    assert used <= required | optional | INDIRECT, f"not declared: {sorted(used - required - optional - INDIRECT)}"


def test_types_are_shipped():
    assert (PACKAGE / "py.typed").is_file()
