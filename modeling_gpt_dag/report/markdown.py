"""What a report writes: its section of RESULTS.md, the README's headline, between markers."""

import textwrap
from pathlib import Path

from ..command_line.markdown import markdown_table
from .figures import draw_accuracy
from .spec import Headline, Report
from .tables import NOT_RUN, accuracy_table, breakdown_table, mean_and_deviation, shares_of, training_table


def report_text(report: Report, command: str) -> str:
    """The section of RESULTS.md."""
    parts = [f"```bash\n{command}\n```", textwrap.fill(legend(report), 119)]
    for table in report.tables:
        parts += [
            f"## {table.title}",
            table.text.strip(),
            accuracy_table(report, table),
            training_table(report, table),
        ]
        breakdown = breakdown_table(report, table)
        if breakdown is not None:
            parts += ["What the answers are made of, in per cent:", breakdown]
    return "\n\n".join(parts)


def headline_text(report: Report, headline: Headline) -> str:
    """The README's table: a row for each column of exact matches of its table in the report."""
    table = report.table(headline.table)
    rows = []
    for column in (column for column in table.columns if column.measure == "exact_match"):
        line = [str(column.digits), f"`{' '.join(column.operators)}`"]
        for number, name in enumerate(headline.models.values()):
            values = shares_of(report, table, table.row(name), column)
            # Seeds that all agree need no deviation.
            text = mean_and_deviation(values[:1] if len(set(values)) == 1 else values, " %") if values else NOT_RUN
            seeds = len(report.row_cells(table, table.row(name)))
            text += f" ({len(values)} of {seeds} seeds)" if 0 < len(values) < seeds else ""
            line.append(f"**{text}**" if number == 0 and values else text)
        rows.append(line)
    return markdown_table(["digits of both operands", "operators", *headline.models], rows)


def _between(text: str, marker: str, content: str, where: str) -> str:
    """text, with content between `<!-- marker: begin -->` and `<!-- marker: end -->`."""
    begin, end = f"<!-- {marker}: begin -->", f"<!-- {marker}: end -->"
    head, found_begin, rest = text.partition(begin)
    _, found_end, tail = rest.partition(end)
    if not (found_begin and found_end):
        raise ValueError(f"{where} has no lines {begin} and {end} to write between")
    return f"{head}{begin}\n\n{content}\n\n{end}{tail}"


def replace_between(file: Path, marker: str, content: str):
    """Write content between the file's markers; raises ValueError where it has none."""
    if not file.is_file():
        raise ValueError(f"there is no {file} to write the tables into")
    file.write_text(_between(file.read_text(), marker, content, str(file)))


def check_markers(report: Report):
    """Raises ValueError, before anything is computed, where the tables would have no place to go to."""
    wanted = [("RESULTS.md", report.marker)] + ([("README.md", "headline")] if report.headline is not None else [])
    for name, marker in wanted:
        _between(Path(name).read_text() if Path(name).is_file() else "", marker, "", name)


def write_report(report: Report, command: str) -> list[str]:
    """Write RESULTS.md, the README's headline and the picture; returns the names of what was written."""
    replace_between(Path("RESULTS.md"), report.marker, report_text(report, command))
    written = ["RESULTS.md"]
    if report.headline is not None:
        replace_between(Path("README.md"), "headline", headline_text(report, report.headline))
        written.append("README.md")
    if report.plot is not None:
        draw_accuracy(report, report.plot)
        written.append(report.plot.output)
    return written


def legend(report: Report) -> str:
    """Of the tables' figures, by what they measure."""
    measures = {column.measure for table in report.tables for column in table.columns}
    return "".join(text for measure, text in LEGENDS.items() if measure in measures) + LEGEND


LEGENDS = {
    "exact_match": "Exact match in per cent: mean ± standard deviation over the seeds, in brackets the 95 % Wilson "
    'interval of all seeds\' answers together. "Left out": problems without an exact value in 18 digits. ',
    "validation_loss": "Validation loss in nats per token, on text that is never trained on: mean ± standard "
    "deviation over the seeds; n is blocks. Differences are taken seed by seed. ",
}

LEGEND = (
    "CPU seconds are those of the training process. Bounds hold for a table's first model. Every cell is a file in "
    "`results/`, with its recipe."
)
