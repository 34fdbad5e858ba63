"""What a report asks for: tables of models and evaluation columns, as cells with keys.

What is unusual: a cell is known by what determines it (effective recipe, seed, ablation, evaluation settings), not by
where it stands. So a model that two tables show is trained once, a changed recipe is another cell, and a finished cell
is never computed again, on whichever machine. Code is not part of the key; every result names its commit instead.
"""

import dataclasses
import hashlib
import inspect
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

from ..command_line.flags import nearest
from ..data.arguments import DataArguments, TaskArguments
from ..data.tasks import task_problems
from ..evaluation import regex_solver
from ..evaluation.ablations import Ablation
from ..training.recipes import effective_recipe, parse_recipe

Measure = Literal["exact_match", "false_gate_rate", "validation_loss"]
# Keys of a recipe that do not change what is trained.
NOT_TRAINING = {"eval_digits", "eval_samples", "eval_batch_size", "disable_tqdm", "logging_steps", "save_strategy"}


def _hash(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


@dataclass(kw_only=True)
class Column(TaskArguments):
    """What is measured. at_least, at_most: bounds, in per cent, for the first model of the table.

    above: a model of the table; shown is by how many per cent the validation loss is above that model's.
    """

    name: str
    digits: int = 4
    measure: Measure = "exact_match"
    num_samples: int = 500
    at_least: float | None = None
    at_most: float | None = None
    above: str | None = None

    def __post_init__(self):
        super().__post_init__()
        if self.above is not None and self.measure != "validation_loss":
            raise ValueError(f"above={self.above!r}: is for the measure validation_loss, not {self.measure}")
        if self.above is None and self.measure == "validation_loss" and (self.at_least, self.at_most) != (None, None):
            raise ValueError("a validation loss has bounds in per cent only above that of a model (above)")
        if self.measure == "exact_match":
            task_problems(self, "evaluation", 0, [self.digits])

    @property
    def settings(self) -> dict[str, Any]:
        """What determines the result. Without what is not given, so that a new option leaves old results valid."""
        display = {"name", "at_least", "at_most", "above"}
        defaults = {key: value for key, value in vars(TaskArguments()).items() if key != "task"}
        return {
            key: value
            for key, value in vars(self).items()
            if key not in display and value is not None and (key not in defaults or defaults[key] != value)
        }

    @property
    def key(self) -> str:
        return _hash(self.settings)[:12]


@dataclass
class Training:
    """A run of train.py: the recipe's path, the flags and the seed.

    recipe: the effective one, what the run is made with, without defaults, so that a new option leaves it as it is.
    """

    path: str
    flags: list[str]
    seed: int
    recipe: dict[str, Any]

    @property
    def sha256(self) -> str:
        return _hash(self.recipe)

    @property
    def name(self) -> str:
        """Of its directory."""
        return f"{Path(self.path).stem}-seed{self.seed}-{self.sha256[:12]}"


@dataclass
class Cell:
    """A model and what is to be measured of it; one file. Without training it is the regex solver."""

    title: str
    training: Training | None
    ablation: Ablation = "none"
    columns: dict[str, Column] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Of its file."""
        if self.training is None:
            return f"regex-{_hash(inspect.getsource(regex_solver))[:12]}"
        return self.training.name + ("" if self.ablation == "none" else f"-{self.ablation}")


@dataclass(kw_only=True)
class ModelRow:
    """A model: a recipe with overrides, another row's with a part taken away (ablation, of), or a solver.

    trainings: of the recipe, one for each seed.
    """

    name: str
    recipe: str | None = None
    overrides: dict[str, Any] = field(default_factory=dict)
    seeds: list[int] = field(default_factory=list)
    ablation: Ablation | None = None
    of: str | None = None
    solver: Literal["regex"] | None = None
    trainings: list[Training] = field(init=False, default_factory=list)

    def __post_init__(self):
        if [self.recipe, self.ablation, self.solver].count(None) != 2 or (self.ablation is None) != (self.of is None):
            raise ValueError("needs either a recipe, or an ablation and of which row (of), or a solver")
        if self.ablation is not None:
            _one_of("ablation", self.ablation, get_args(Ablation)[1:])
        if self.solver is not None:
            _one_of("solver", self.solver, ("regex",))
        if self.recipe is not None:
            self.trainings = self._trainings(self.recipe)

    def _trainings(self, path: str) -> list[Training]:
        """Raises ValueError for a recipe that is not there and for an override that no recipe has."""
        flags: list[str] = []
        for key, value in self.overrides.items():
            flags += [f"--{key}", *(str(item) for item in (value if isinstance(value, list) else [value]))]
        try:
            recipe = what_is_trained(path, flags)
        except ValueError as error:
            where = f"overrides of model {self.name!r}: " if self.overrides else ""
            raise ValueError(f"{where}{error}") from error
        return [Training(path, flags, seed, recipe | {"seed": seed}) for seed in self.seeds]


def what_is_trained(path: str, flags: list[str]) -> dict[str, Any]:
    """What of a recipe determines the trained model: the given keys that are not at their default.

    Without what is at its default, so that a new option leaves old results valid.
    """
    model, data, training, _ = parse_recipe([path, *flags])
    defaults = vars(DataArguments())
    recipe = {
        key: value
        for key, value in yaml.safe_load(effective_recipe(model, data, training)).items()
        if key not in NOT_TRAINING and value is not None and defaults.get(key) != value
    }
    if recipe.get("dag_depth") != 0:
        return recipe
    # A twin stays what it is when the settings of a DAG change.
    return {key: value for key, value in recipe.items() if key == "dag_depth" or not key.startswith("dag_")}


@dataclass(kw_only=True)
class Table:
    title: str
    text: str
    columns: list[Column]
    models: list[ModelRow]

    def row(self, name: str) -> ModelRow:
        rows = {row.name: row for row in self.models}
        if name not in rows:
            raise ValueError(f"table {self.title!r} has no model {name!r}; {nearest(name, set(rows))}")
        return rows[name]


@dataclass(kw_only=True)
class Plot:
    """Exact match against operand digits of some models of a table. column: the task, without digits."""

    output: str
    table: str
    models: list[str]
    digits: list[int]
    trained_digits: list[int]
    num_samples: int
    column: dict[str, Any]

    def columns(self) -> list[Column]:
        given = {"num_samples": self.num_samples, **self.column}
        return [_build(Column, {"name": str(digits), **given, "digits": digits}, "plot") for digits in self.digits]


@dataclass(kw_only=True)
class Headline:
    """The README's table: a table's columns as rows. models: heading -> name of the row."""

    table: str
    models: dict[str, str]


@dataclass(kw_only=True)
class Report:
    """marker: of the lines in RESULTS.md between which its tables stand, the name of its file."""

    marker: str
    tables: list[Table]
    seeds: list[int]
    num_samples: int
    headline: Headline | None = None
    plot: Plot | None = None

    def table(self, title: str) -> Table:
        tables = {table.title: table for table in self.tables}
        if title not in tables:
            raise ValueError(f"there is no table {title!r}; {nearest(title, set(tables))}")
        return tables[title]

    def row_cells(self, table: Table, row: ModelRow) -> list[Cell]:
        """The row's cells, one for each seed, with the table's columns."""
        if row.solver is not None:
            cells = [Cell(f"{table.title}: {row.name}", None)]
        else:
            trained = row if row.of is None else table.row(row.of)
            cells = [
                Cell(f"{table.title}: {row.name}, seed {training.seed}", training, row.ablation or "none")
                for training in trained.trainings
            ]
        columns = list(table.columns)
        if self.plot is not None and self.plot.table == table.title and row.name in self.plot.models:
            columns += self.plot.columns()
        for cell in cells:
            cell.columns = {column.key: column for column in columns}
        return cells

    def cells(self) -> list[Cell]:
        """Every cell once, with the columns of all tables that show it."""
        cells: dict[str, Cell] = {}
        for table in self.tables:
            for row in table.models:
                for cell in self.row_cells(table, row):
                    cells.setdefault(cell.name, cell).columns.update(cell.columns)
        return list(cells.values())


def _one_of(name: str, value: Any, known: tuple[str, ...]):
    if value not in known:
        raise ValueError(f"unknown {name} {value!r}; known are {', '.join(known)}")


def _build(cls: type, mapping: Any, where: str) -> Any:
    """`cls(**mapping)`; raises ValueError, naming the place, for unknown and missing keys and what cls refuses."""
    if not isinstance(mapping, dict):
        raise ValueError(f"{where} is not a mapping of keys to values")
    known = {field_.name: field_ for field_ in dataclasses.fields(cls)}
    for key in mapping:
        if key not in known:
            raise ValueError(f"{where} has the unknown key {key!r}; {nearest(str(key), set(known))}")
    for key, field_ in known.items():
        needed = field_.default is dataclasses.MISSING and field_.default_factory is dataclasses.MISSING
        if needed and key not in mapping:
            raise ValueError(f"{where} lacks the key {key!r}")
    try:
        return cls(**mapping)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{where}: {error}") from error


def _build_all(cls: type, items: Any, where: str, defaults: dict[str, Any]) -> list[Any]:
    if not isinstance(items, list) or not items:
        raise ValueError(f"{where} is not a list")
    built = []
    for number, item in enumerate(items, 1):
        name = item.get("name", number) if isinstance(item, dict) else number
        built.append(_build(cls, defaults | item if isinstance(item, dict) else item, f"{where} {name!r}"))
    return built


def load_report(path: str) -> Report:
    """The report of a YAML file; raises ValueError for whatever in it cannot work, naming the place."""
    if not Path(path).is_file():
        raise ValueError(f"there is no report {path}")
    content = yaml.safe_load(Path(path).read_text())
    named = {"marker": Path(path).stem} | content if isinstance(content, dict) else content
    report = _build(Report, named, path)
    report.tables = [_build(Table, table, f"{path}, table {number}") for number, table in enumerate(report.tables, 1)]
    for table in report.tables:
        where = f"{path}, {table.title}"
        table.columns = _build_all(Column, table.columns, f"{where}, column", {"num_samples": report.num_samples})
        table.models = _build_all(ModelRow, table.models, f"{where}, model", {"seeds": report.seeds})
        for column in table.columns:
            if column.above is not None:
                table.row(column.above)
    if report.plot is not None:
        report.plot = _build(Plot, report.plot, f"{path}, plot")
        for name in report.plot.models:
            report.table(report.plot.table).row(name)
    if report.headline is not None:
        report.headline = _build(Headline, report.headline, f"{path}, headline")
        for name in report.headline.models.values():
            report.table(report.headline.table).row(name)
    try:
        report.cells()
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
    return report
