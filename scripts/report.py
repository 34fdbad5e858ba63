"""Train and measure the models of a report, at several seeds, with their controls, and write the tables.

    python scripts/report.py configs/report/controls.yaml
    python scripts/report.py configs/report/controls.yaml --only "arithmetic.*seed 1" --jobs 2
    python scripts/report.py configs/report/controls.yaml --tables_only

Writes RESULTS.md and README.md between their markers, and the picture. Each result is a file in results/, so what is
there is not computed again: an interrupted report goes on where it was. Trained models lie in runs/report/. Code is
not part of what a result is known by: to measure changed code anew, delete the files of both.
"""

import sys
from dataclasses import dataclass, field
from pathlib import Path

from transformers.utils.logging import disable_progress_bar

from modeling_gpt_dag.command_line.errors import in_one_line
from modeling_gpt_dag.command_line.flags import parse_flags
from modeling_gpt_dag.report.cells import run_cells, selected
from modeling_gpt_dag.report.markdown import check_markers, write_report
from modeling_gpt_dag.report.spec import load_report


@dataclass
class Arguments:
    only: str | None = field(default=None, metadata={"help": "run the cells whose title has this regular expression"})
    tables_only: bool = field(default=False, metadata={"help": "run nothing, write the tables of what is there"})
    jobs: int = field(default=1, metadata={"help": "trainings side by side; they share the cores"})


def main():
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        raise SystemExit("report.py: the first argument is the report, such as configs/report/controls.yaml")
    path = sys.argv[1]
    try:
        with in_one_line("report.py", ValueError):
            args = parse_flags(Arguments, sys.argv[2:])
            if args.jobs < 1:
                raise ValueError(f"jobs={args.jobs}: at least 1")
            disable_progress_bar()  # of loading weights; there is one of the cells
            report = load_report(path)
            check_markers(report)
            cells = selected(report.cells(), args.only)
            failures = {} if args.tables_only else run_cells(cells, Path(__file__).with_name("train.py"), args.jobs)
            written = write_report(report, f"python scripts/report.py {path}")
    except KeyboardInterrupt:
        raise SystemExit(
            "report.py: interrupted; what is finished is kept, the same command goes on from there"
        ) from None
    print(f"wrote {', '.join(written)}")
    for title, why in failures.items():
        print(f"\n{title} failed: {why}", file=sys.stderr)
    if failures:
        raise SystemExit(f"report.py: {len(failures)} of {len(cells)} cells failed")


if __name__ == "__main__":
    main()
