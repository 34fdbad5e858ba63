"""A report's cells as Markdown tables.

What is unusual: tables are made from the cells' files alone, of whatever is there. A cell that is missing reads "not
run", one with fewer seeds than asked for says so, and a missed bound is written as missed.
"""

import statistics
from collections.abc import Sequence

from ..command_line.markdown import markdown_table
from ..evaluation.reports import ExactMatch, GateRate, ValidationLoss
from ..evaluation.statistics import wilson_interval
from ..evaluation.tables import BREAKDOWN
from .cells import Result, read_cell, result_of
from .spec import Column, ModelRow, Report, Table

NOT_RUN = "not run"


# Sums of shares are off in their last bits: 99.9 % of 500 is not below 99.9.
ROUNDING = 1e-9


def share(result: Result | None) -> float | None:
    """Exact match or gate rate, 0..1; None where nothing was scored or the model has no gate."""
    if isinstance(result, GateRate):
        return result.share
    return result.exact_match if isinstance(result, ExactMatch) else None


def results_by_seed(report: Report, table: Table, row: ModelRow, column: Column) -> dict[int, Result | None]:
    """The column's results, of the seeds that have run; a solver's under 0."""
    found = {}
    for cell in report.row_cells(table, row):
        entry = read_cell(cell)["evaluations"].get(column.key)
        if entry is not None:
            found[cell.training.seed if cell.training else 0] = result_of(column.measure, entry["result"])
    return found


def shares_of(report: Report, table: Table, row: ModelRow, column: Column) -> list[float]:
    """The shares that have been measured, one for each seed."""
    results = results_by_seed(report, table, row, column).values()
    return [value for value in map(share, results) if value is not None]


def mean_and_deviation(values: Sequence[float], unit: str = "", digits: int = 1) -> str:
    """Of shares, in per cent, with `digits` behind the point; of a single value there is no deviation."""
    deviation = f" ± {100 * statistics.stdev(values):.{digits}f}" if len(values) > 1 else ""
    return f"{100 * statistics.mean(values):.{digits}f}{deviation}{unit}"


def _bound(column: Column) -> str:
    bounds = [(">=", column.at_least), ("<=", column.at_most)]
    return ", ".join(f"{sign} {bound}" for sign, bound in bounds if bound is not None)


def misses(column: Column, values: Sequence[float]) -> bool:
    """Whether the mean lies outside the column's bounds."""
    mean = 100 * statistics.mean(values)
    too_low = column.at_least is not None and mean < column.at_least - ROUNDING
    return too_low or (column.at_most is not None and mean > column.at_most + ROUNDING)


def _losses(report: Report, table: Table, row: ModelRow, column: Column) -> list[float]:
    """Validation losses of the row, by seed, or by what share they are above another model's; of what has run."""

    def by_seed(row: ModelRow) -> dict[int, float]:
        results = results_by_seed(report, table, row, column)
        return {seed: result.validation_loss for seed, result in results.items() if isinstance(result, ValidationLoss)}

    losses = by_seed(row)
    if column.above is None:
        return list(losses.values())
    others = by_seed(table.row(column.above))
    return [loss / others[seed] - 1 for seed, loss in losses.items() if seed in others]


def _loss(report: Report, table: Table, row: ModelRow, column: Column) -> str:
    """A cell of validation losses in the main table."""
    if row.solver is not None or row.name == column.above:
        return "-"
    values, seeds = _losses(report, table, row, column), len(report.row_cells(table, row))
    if not values:
        return NOT_RUN
    if column.above is not None:
        text = mean_and_deviation(values, " %", digits=2)
    else:
        text = f"{statistics.mean(values):.4f}" + (f" ± {statistics.stdev(values):.4f}" if len(values) > 1 else "")
    if len(values) < seeds:
        text += f", {len(values)} of {seeds} seeds"
    return f"**missed:** {text}" if row is table.models[0] and misses(column, values) else text


def _accuracy(column: Column, results: Sequence[Result | None], seeds: int, is_bound: bool) -> str:
    """A cell of the main table. results: of the seeds that have run."""
    if not results:
        return NOT_RUN
    scored = [(value, result.n) for result in results if result is not None and (value := share(result)) is not None]
    if not scored:
        return "-"
    values = [value for value, _ in scored]
    low, high = wilson_interval(sum(round(value * n) for value, n in scored), sum(n for _, n in scored))
    text = f"{mean_and_deviation(values)} [{100 * low:.1f}, {100 * high:.1f}]"
    if len(results) < seeds:
        text += f", {len(results)} of {seeds} seeds"
    return f"**missed:** {text}" if is_bound and misses(column, values) else text


def _size(result: Result) -> str:
    """n of one seed, and how many problems were left out."""
    left_out = result.left_out.n if isinstance(result, ExactMatch) else 0
    return f"{result.n}" + (f" ({left_out} left out)" if left_out else "")


def accuracy_table(report: Report, table: Table) -> str:
    """Models x columns, below them n and the bounds."""
    rows: list[list[str]] = []
    sizes: dict[str, set[str]] = {column.key: set() for column in table.columns}
    for row in table.models:
        seeds = len(report.row_cells(table, row))
        line = [row.name]
        for column in table.columns:
            results = list(results_by_seed(report, table, row, column).values())
            if column.measure == "validation_loss":
                line.append(_loss(report, table, row, column))
            else:
                line.append(_accuracy(column, results, seeds, row is table.models[0]))
            sizes[column.key] |= {_size(result) for result in results if result is not None}
        rows.append(line)
    rows.append(["n, each seed", *(" or ".join(sorted(sizes[column.key])) or NOT_RUN for column in table.columns)])
    if any(_bound(column) for column in table.columns):
        rows.append(["bound", *(_bound(column) for column in table.columns)])
    return markdown_table(["model", *(column.name for column in table.columns)], rows)


def training_table(report: Report, table: Table) -> str:
    """What each trained model cost, and the commits of training and measuring."""
    rows = []
    for row in table.models:
        cells = [read_cell(cell) for cell in report.row_cells(table, row)]
        cells = [cell for cell in cells if cell["evaluations"]]
        commits = {entry["commit"] for cell in cells for entry in cell["evaluations"].values()}
        costs = ["-"] * 3
        if row.recipe is not None and cells:
            trainings = [cell["training"] for cell in cells]
            commits |= {training["commit"] for training in trainings}
            costs = [
                " or ".join(f"{number:,}" for number in sorted({cell["parameters"] for cell in cells})),
                " or ".join(f"{number:,}" for number in sorted({training["steps"] for training in trainings})),
                f"{statistics.mean(training['cpu_seconds'] for training in trainings):,.0f}",
            ]
        rows.append([row.name, *costs, ", ".join(sorted(commits)) or NOT_RUN])
    return markdown_table(["model", "parameters", "steps", "CPU seconds", "commit"], rows)


def breakdown_table(report: Report, table: Table) -> str | None:
    """What the exact matches are made of, means over the seeds; None where no model says so."""
    rows = []
    for row in table.models:
        for column in table.columns:
            results = results_by_seed(report, table, row, column).values()
            parts = [result.breakdown for result in results if isinstance(result, ExactMatch)]
            known = [breakdown for breakdown in parts if breakdown is not None]
            if known:
                means = [statistics.mean(getattr(breakdown, part) for breakdown in known) for part in BREAKDOWN]
                rows.append([row.name, column.name, *(f"{100 * mean:.1f}" for mean in means)])
    return markdown_table(["model", "on", *BREAKDOWN.values()], rows) if rows else None
