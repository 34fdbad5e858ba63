"""Results of benchmarks as Markdown tables."""

import json
from pathlib import Path
from typing import Any

from ..command_line.markdown import markdown_table
from .benchmark import SUITES


def read_results(file: Path) -> dict[str, dict[str, Any]]:
    """What is known, by machine, suite and title."""
    return json.loads(file.read_text()) if file.is_file() else {}


def _amount(result: dict[str, Any], side: str) -> str:
    if result["unit"] == "bytes":
        return f"{result[side] / 2**20:,.0f} MiB"
    return f"{1e3 * result[side]:,.1f} ms"


HEAD = ["figure", "GPT-DAG", "reference", "tokens/s", "ratio", "quartiles", "at most", "commit"]


def cost_table(results: list[dict[str, Any]]) -> str:
    """Markdown; a limit that is exceeded reads "missed"."""
    rows = []
    for result in results:
        ratio = f"{result['ratio']:.3f}"
        if result["limit"] is not None and result["ratio"] > result["limit"]:
            ratio = f"**missed:** {ratio}"
        quartiles = "{:.3f}, {:.3f}".format(*result["quartiles"]) if result["quartiles"] else "-"
        speed = f"{result['tokens_per_second']:,.0f}" if "tokens_per_second" in result else "-"
        cells = [
            result["title"],
            _amount(result, "ours"),
            _amount(result, "reference"),
            speed + (f", MFU {result['mfu']:.2f}" if "mfu" in result else ""),
            ratio,
            quartiles,
            f"{result['limit']}" if result["limit"] is not None else "",
            result["commit"],
        ]
        rows.append(cells)
    return markdown_table(HEAD, rows)


def results_text(results: dict[str, dict[str, Any]], script: str) -> str:
    """The section of RESULTS.md: a table for each machine and set-up, with the command that made it."""
    parts = []
    for machine in dict.fromkeys(result["machine"] for result in results.values()):
        of_machine = [result for result in results.values() if result["machine"] == machine]
        suites = [suite for suite in SUITES if any(result["suite"] == suite for result in of_machine)]
        of_machine.sort(key=lambda result: suites.index(result["suite"]))
        flags = of_machine[0]["flags"]
        command = f"python {script} --suite {' '.join(suites)}{flags}"
        parts += [f"{machine}:", f"```bash\n{command}\n```", cost_table(of_machine)]
    return "\n\n".join(parts)
