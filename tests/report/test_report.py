"""The report: keys of cells, what is computed and what is not, the mathematics of the tables, bad input."""

import copy
import json
import statistics
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import yaml

from modeling_gpt_dag import GPTDAGForCausalLM
from modeling_gpt_dag.evaluation.statistics import wilson_interval
from modeling_gpt_dag.report.cells import evaluate_solver, is_finished, run_cells, selected
from modeling_gpt_dag.report.markdown import check_markers, headline_text, replace_between, report_text, write_report
from modeling_gpt_dag.report.spec import Cell, Column, ModelRow, Table, load_report
from modeling_gpt_dag.report.tables import accuracy_table, breakdown_table, training_table
from modeling_gpt_dag.training.build import build_config
from modeling_gpt_dag.training.recipes import parse_recipe

ROOT = Path(__file__).parents[2]
SMOKE = str(ROOT / "configs" / "train" / "smoke.yaml")
BREAKDOWN = {"plan": 1.0, "result": 0.75, "gate": 0.5, "text": 0.25, "opened_early": 0.0}


def small() -> dict:
    return {
        "seeds": [1, 2],
        "num_samples": 20,
        "tables": [
            {
                "title": "Small",
                "text": "Two lines.",
                "columns": [
                    {"name": "2 digits", "digits": 2, "at_least": 50},
                    {"name": "3 digits", "digits": 3, "operators": "+-"},
                    {"name": "fires", "measure": "false_gate_rate", "at_most": 1},
                ],
                "models": [
                    {"name": "DAG", "recipe": SMOKE},
                    {"name": "twin", "recipe": SMOKE, "overrides": {"dag_depth": 0, "max_steps": 25}},
                    {"name": "shut", "ablation": "gate_shut", "of": "DAG"},
                    {"name": "rules", "solver": "regex"},
                ],
            }
        ],
        "headline": {"table": "Small", "models": {"GPT-DAG": "DAG", "twin": "twin"}},
        "plot": {
            "output": "docs/plot.png",
            "table": "Small",
            "models": ["DAG"],
            "digits": [1, 2],
            "trained_digits": [1],
            "num_samples": 10,
            "column": {"operators": "+-"},
        },
    }


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "report.yaml"
    path.write_text(yaml.safe_dump(small()))
    return load_report(str(path))


@pytest.fixture
def report(loaded, make_report):
    """That of `small`, to be changed at will, in a directory of its own."""
    return copy.deepcopy(loaded)


@pytest.fixture
def make_report(tmp_path, monkeypatch):
    """A report from a mapping, in a directory of its own, with markers to write between."""
    monkeypatch.chdir(tmp_path)
    Path("RESULTS.md").write_text("above\n<!-- report: begin -->\nold\n<!-- report: end -->\nbelow\n")
    Path("README.md").write_text("above\n<!-- headline: begin -->\n<!-- headline: end -->\nbelow\n")

    def make(content: dict | None = None):
        Path("report.yaml").write_text(yaml.safe_dump(content or small()))
        return load_report("report.yaml")

    return make


def store(cell: Cell, shares: dict[str, float | None], n: int = 20, training: bool = True):
    """A finished cell's file: a share for each column's name, None where the model has no gate."""
    evaluations = {}
    for key, column in cell.columns.items():
        value = shares.get(column.name, 0.5)
        total = {"exact_match": value, "n": n, "interval": [None, None], "groups": {}}
        left_out = {"n": 20 - n, "gate_above_zero": 0}
        result = {**total, "breakdown": BREAKDOWN if training else None, "left_out": left_out}
        if column.measure == "false_gate_rate":
            result = None if value is None else {"opened": round(value * n), "n": n, "interval": [None, None]}
        evaluations[key] = {"commit": "c0ffee", "result": result}
    record = {"steps": 1000, "cpu_seconds": 10.0 * cell.training.seed, "commit": "beef"} if training else None
    Path("results").mkdir(exist_ok=True)
    content = {"parameters": 1234, "training": record, "evaluations": evaluations}
    Path(f"results/{cell.name}.json").write_text(json.dumps(content))


def cells_of(report, name: str) -> list[Cell]:
    table = report.tables[0]
    return report.row_cells(table, table.row(name))


@pytest.mark.slow
def test_a_key_depends_on_what_is_trained_and_on_nothing_else(report, tmp_path):
    first, second = report.tables[0].row("DAG").trainings
    (tmp_path / "smoke.yaml").write_text(f"# a comment\nbase: {SMOKE}\n")
    overrides = {"eval_digits": [3], "logging_steps": 2}
    same = ModelRow(name="renamed", recipe="smoke.yaml", overrides=overrides, seeds=[1]).trainings[0]
    other = ModelRow(name="DAG", recipe=SMOKE, overrides={"learning_rate": 1e-3}, seeds=[1]).trainings[0]
    assert same.name == first.name and len({first.name, second.name, other.name}) == 3


@pytest.mark.slow
def test_a_twin_without_dag_is_the_same_whatever_the_settings_of_the_dag():
    def name(**overrides) -> str:
        return ModelRow(name="a", recipe=SMOKE, overrides=overrides, seeds=[1]).trainings[0].name

    assert name(dag_depth=0) == name(dag_depth=0, dag_num_plans=3, dag_value_loss_weight=1.0)
    assert name(dag_depth=1) != name(dag_depth=1, dag_num_plans=3) and name(dag_depth=0) != name(
        dag_depth=0, n_inner=50
    )


def test_a_column_is_known_by_its_settings_and_not_by_its_name_and_bounds():
    column = Column(name="a", num_samples=20)
    assert column.key == Column(name="b", num_samples=20, at_least=3).key
    assert column.key != Column(name="a", num_samples=21).key
    assert column.key != Column(name="a", num_samples=20, digits=5).key


def test_a_model_of_two_tables_is_one_cell_with_the_columns_of_both(report):
    columns = [Column(name="9 digits", digits=9)]
    report.tables.append(Table(title="Other", text="", columns=columns, models=[report.tables[0].row("DAG")]))
    assert len(report.cells()) == 2 + 2 + 2 + 1
    first = report.cells()[0]
    assert sorted(column.digits for column in first.columns.values()) == [1, 2, 2, 3, 4, 9]


def test_finished_cells_are_not_computed_again(report):
    for cell in report.cells():
        assert not is_finished(cell)
        store(cell, {}, training=cell.training is not None)
        assert is_finished(cell)
    assert run_cells(report.cells(), Path("no/train.py")) == {}
    assert not Path("runs").exists()


def test_a_cell_with_a_column_more_is_not_finished(report):
    store(cells_of(report, "rules")[0], {}, training=False)
    report.tables[0].columns.append(Column(name="4 digits", num_samples=20))
    (cell,) = cells_of(report, "rules")
    assert not is_finished(cell)
    assert run_cells([cell], Path("no/train.py")) == {} and is_finished(cell)
    evaluations = json.loads(Path(f"results/{cell.name}.json").read_text())["evaluations"]
    assert [entry["result"].get("exact_match") for entry in evaluations.values()] == [0.5, 0.5, None, 1.0]


def test_the_solver_is_scored_like_a_model():
    report = evaluate_solver(Column(name="", digits=12, num_samples=30))
    assert report.exact_match == 1 and report.n + report.left_out.n == 30 and report.left_out.n > 0
    assert sum(group.n for group in report.groups.values()) == report.n
    assert evaluate_solver(Column(name="", measure="false_gate_rate", num_samples=30)).n == 30


def test_the_table_gives_mean_deviation_and_interval_and_marks_what_is_missed_and_missing(report):
    for cell, value in zip(cells_of(report, "DAG"), (0.4, 0.5), strict=True):
        store(cell, {"2 digits": value, "3 digits": 1.0, "fires": 0.0}, n=10)
    store(cells_of(report, "twin")[1], {"2 digits": 0.0, "3 digits": 0.0, "fires": None}, n=10)
    lines = accuracy_table(report, report.tables[0]).splitlines()
    low, high = (100 * end for end in wilson_interval(9, 20))
    deviation = 100 * statistics.stdev([0.4, 0.5])
    assert lines[0] == "| model | 2 digits | 3 digits | fires |"
    assert lines[2].startswith(f"| DAG | **missed:** 45.0 ± {deviation:.1f} [{low:.1f}, {high:.1f}] | 100.0 ± 0.0 [")
    assert "missed" not in lines[2].split("|")[4]
    assert lines[3].startswith("| twin | 0.0 [0.0, 27.8], 1 of 2 seeds |") and lines[3].endswith("| - |")
    assert lines[4] == "| shut | not run | not run | not run |"
    assert lines[6] == "| n, each seed | 10 (10 left out) | 10 (10 left out) | 10 |"
    assert lines[7] == "| bound | >= 50 |  | <= 1 |"


def test_false_fires_above_their_bound_are_missed(report):
    for cell in cells_of(report, "DAG"):
        store(cell, {"fires": 0.1})
    assert "| **missed:** 10.0 ± 0.0 [" in accuracy_table(report, report.tables[0])


def test_a_share_that_equals_its_bound_is_not_missed(report):
    report.tables[0].columns[0].at_least = 99.9
    for cell, value in zip(cells_of(report, "DAG"), (0.998, 1.0), strict=True):
        store(cell, {"2 digits": value, "fires": 0.0}, n=500)
    assert "missed" not in accuracy_table(report, report.tables[0])


def test_costs_breakdown_and_commits_stand_beside_the_accuracy(report):
    for cell in cells_of(report, "DAG"):
        store(cell, {})
    assert "| DAG | 1,234 | 1,000 | 15 | beef, c0ffee |" in training_table(report, report.tables[0])
    assert "| twin | - | - | - | not run |" in training_table(report, report.tables[0])
    assert "| DAG | 3 digits | 100.0 | 75.0 | 50.0 | 25.0 | 0.0 |" in breakdown_table(report, report.tables[0])


@pytest.fixture
def language(make_report):
    """A report of validation losses: a model, its twin, and the model with its gate shut."""
    content = small()
    table = content["tables"][0]
    table["columns"] = [
        {"name": "loss", "measure": "validation_loss"},
        {"name": "above", "measure": "validation_loss", "above": "twin", "at_most": 1},
    ]
    return make_report({"seeds": [1, 2], "num_samples": 20, "tables": [table]})


def store_losses(report, name: str, *losses: float | None):
    for cell, loss in zip(cells_of(report, name), losses, strict=True):
        if loss is not None:
            store(cell, {})
            file = Path(f"results/{cell.name}.json")
            content = json.loads(file.read_text())
            for entry in content["evaluations"].values():
                entry["result"] = {"validation_loss": loss, "n": 40}
            file.write_text(json.dumps(content))


def test_validation_losses_are_compared_seed_by_seed(language):
    assert all(len(cell.columns) == 1 for cell in language.cells()), (
        "what a loss is compared with is not measured anew"
    )
    store_losses(language, "DAG", 2.02, 1.01)
    store_losses(language, "twin", 2.0, 1.0)
    store_losses(language, "shut", None, 1.005)
    lines = accuracy_table(language, language.tables[0]).splitlines()
    assert lines[2:6] == [
        f"| DAG | 1.5150 ± {statistics.stdev([2.02, 1.01]):.4f} | 1.00 ± 0.00 % |",
        f"| twin | 1.5000 ± {statistics.stdev([2.0, 1.0]):.4f} | - |",
        "| shut | 1.0050, 1 of 2 seeds | 0.50 %, 1 of 2 seeds |",
        "| rules | - | - |",
    ]
    assert lines[6:] == ["| n, each seed | 40 | 40 |", "| bound |  | <= 1 |"]
    store_losses(language, "DAG", 2.02, 1.02)
    assert "| **missed:** 1.50 ± 0.71 % |" in accuracy_table(language, language.tables[0])
    text = report_text(language, "the command")
    assert "nats per token" in text and "Exact match" not in text


def test_a_report_writes_between_the_markers_of_its_own_name(language):
    with pytest.raises(ValueError, match="no lines <!-- other: begin -->"):
        language.marker = "other"
        check_markers(language)


def test_the_solver_has_no_validation_loss():
    assert evaluate_solver(Column(name="", measure="validation_loss", num_samples=3)) is None


def test_the_headline_has_a_row_for_each_column_of_exact_matches(report):
    store(cells_of(report, "twin")[0], {"2 digits": 0.0, "3 digits": 0.0})
    for cell, value in zip(cells_of(report, "DAG"), (0.9, 1.0), strict=True):
        store(cell, {"2 digits": value, "3 digits": 1.0})
    lines = headline_text(report, report.headline).splitlines()
    assert lines[0] == "| digits of both operands | operators | GPT-DAG | twin |"
    assert lines[2] == "| 2 | `+ - *` | **95.0 ± 7.1 %** | 0.0 % (1 of 2 seeds) |"
    assert lines[3:] == ["| 3 | `+ -` | **100.0 %** | 0.0 % (1 of 2 seeds) |"]


def test_only_what_stands_between_the_markers_is_replaced(report):
    report.plot = None
    for _ in range(2):
        assert write_report(report, "the command") == ["RESULTS.md", "README.md"]
    text = Path("RESULTS.md").read_text()
    body = report_text(report, "the command")
    assert text == f"above\n<!-- report: begin -->\n\n{body}\n\n<!-- report: end -->\nbelow\n"
    assert "the command" in body and "not run" in body


def test_a_file_without_markers_is_refused_before_anything_is_computed(report):
    Path("README.md").write_text("nothing")
    with pytest.raises(ValueError, match="README.md has no lines <!-- headline: begin -->"):
        check_markers(report)
    with pytest.raises(ValueError, match="no other.md"):
        replace_between(Path("other.md"), "report", "")


def test_cells_are_selected_by_title(report):
    cells = report.cells()
    assert [cell.title for cell in selected(cells, "dag, seed 2")] == ["Small: DAG, seed 2"]
    assert selected(cells, None) == cells
    with pytest.raises(ValueError, match="--only nothing: no cell"):
        selected(cells, "nothing")


def _set(content: dict, path: str, value):
    *parents, last = (int(part) if part.isdigit() else part for part in path.split("."))
    for part in parents:
        content = content[part]
    content[last] = value


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("table", [], "unknown key 'table'; did you mean tables"),
        ("tables.0.titel", "", "unknown key 'titel'; did you mean title"),
        ("tables.0.columns.0.digit", 3, "column '2 digits' has the unknown key 'digit'; did you mean digits"),
        ("tables.0.columns.0.task", "aritmetic", "task='aritmetic': must be one of arithmetic, expressions"),
        ("tables.0.columns.0.operators", "^", "operators="),
        ("tables.0.columns.0.measure", "speed", "measure='speed': must be one of exact_match, false_gate_rate"),
        ("tables.0.columns.0.above", "twin", "above='twin': is for the measure validation_loss, not exact_match"),
        ("tables.0.columns.2.measure", "validation_loss", "bounds in per cent only above that of a model"),
        ("tables.0.columns.2", {"name": "l", "measure": "validation_loss", "above": "twn"}, "no model 'twn'; did you"),
        ("tables.0.columns", None, "column is not a list"),
        ("tables.0.models.0.recipe", "configs/no.yaml", "model 'DAG': there is no recipe configs/no.yaml"),
        ("tables.0.models.0.solver", "regex", "needs either a recipe, or an ablation"),
        (
            "tables.0.models.1.overrides",
            {"dag_dept": 0},
            "model 'twin': unknown flag --dag_dept; did you mean dag_depth",
        ),
        ("tables.0.models.1.overrides", {"max_steps": "x5"}, "argument --max_steps.*: invalid int value: 'x5'"),
        ("tables.0.models.2.ablation", "gate_open", "unknown ablation 'gate_open'; known are gate_shut"),
        ("tables.0.models.2.of", "DGA", "has no model 'DGA'; did you mean DAG"),
        ("tables.0.models.3.solver", "python", "unknown solver 'python'; known are regex"),
        ("headline.models.twin", "twins", "has no model 'twins'; did you mean twin"),
        ("plot.table", "Smal", "no table 'Smal'; did you mean Small"),
    ],
)
def test_wrong_reports_are_refused_with_the_place(make_report, path, value, message):
    content = small()
    _set(content, path, value)
    with pytest.raises(ValueError, match=message):
        make_report(content)


def test_a_missing_report_is_refused():
    with pytest.raises(ValueError, match=r"there is no report no\.yaml"):
        load_report("no.yaml")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["controls", "language_cost"])
def test_every_table_has_a_twin_of_at_least_the_parameters_of_its_model(monkeypatch, tokenizer, symbols, name):
    monkeypatch.chdir(ROOT)

    def parameters(row) -> int:
        training = row.trainings[0]
        model, _, _, _ = parse_recipe([training.path, *training.flags])
        with torch.device("meta"):
            config = build_config(model, vocab_size=len(tokenizer), number_tokens=symbols)
            return GPTDAGForCausalLM(config).num_parameters()

    for table in load_report(f"configs/report/{name}.yaml").tables:
        twins = [row for row in table.models if row.recipe and row.trainings[0].recipe["dag_depth"] == 0]
        assert twins and table.models[0].ablation is None
        assert all(parameters(twin) >= parameters(table.models[0]) for twin in twins), table.title


@pytest.mark.slow
@pytest.mark.parametrize("name", ["controls", "language_cost"])
def test_the_tables_of_every_report_have_their_place(monkeypatch, name):
    monkeypatch.chdir(ROOT)
    check_markers(load_report(f"configs/report/{name}.yaml"))


@pytest.mark.slow
def test_validation_loss_is_the_trainers_on_text_that_was_held_back(make_report, monkeypatch, datasets_cache):
    monkeypatch.setenv("HF_DATASETS_CACHE", str(datasets_cache))
    Path("text.txt").write_text("".join(f"In {number} there were {number * 7} of them.\n" for number in range(400)))
    content = small()
    table = content["tables"][0]
    given = {"task": "text", "train_files": ["text.txt"], "eval_strategy": "steps", "eval_steps": 5}
    table["columns"] = [{"name": "loss", "measure": "validation_loss"}]
    table["models"] = [
        {"name": "DAG", "recipe": SMOKE, "overrides": given},
        {"name": "shut", "ablation": "gate_shut", "of": "DAG"},
    ]
    report = make_report({"seeds": [1], "num_samples": 20, "tables": [table]})
    assert run_cells(report.cells(), ROOT / "scripts" / "train.py") == {}
    loss, shut = (
        json.loads(Path(f"results/{cell.name}.json").read_text())["evaluations"][next(iter(cell.columns))]["result"]
        for cell in report.cells()
    )
    (state,) = Path("runs").rglob("trainer_state.json")
    history = json.loads(state.read_text())["log_history"]
    logged = [record["eval_loss"] for record in history if "eval_loss" in record]
    assert loss["validation_loss"] == pytest.approx(logged[-1], rel=1e-5) and loss["n"] > 10
    assert shut["validation_loss"] != loss["validation_loss"]


@pytest.mark.slow
def test_a_second_run_trains_nothing_and_a_failing_training_is_named(make_report):
    content = small()
    content["tables"][0]["models"].append({"name": "broken", "recipe": SMOKE, "overrides": {"n_embd": 33}})
    make_report(content)
    command = [sys.executable, str(ROOT / "scripts" / "report.py"), "report.yaml"]

    def run(*flags: str) -> subprocess.CompletedProcess:
        return subprocess.run([*command, *flags], capture_output=True, text=True)

    failed = run("--jobs", "2")
    assert failed.returncode != 0 and "Small: broken, seed 1 failed" in failed.stderr
    assert "hidden_size=33: must be a multiple" in failed.stderr and "2 of 9 cells failed" in failed.stderr
    assert len(list(Path("results").glob("*.json"))) == 7 and Path("docs/plot.png").stat().st_size > 1000
    lines = Path("RESULTS.md").read_text().splitlines()
    assert "| broken | not run | not run | not run |" in lines
    assert [line for line in lines if line.startswith("| rules | 100.0 [")]
    content["tables"][0]["models"].pop()
    make_report(content)
    times = {file: file.stat().st_mtime_ns for file in Path().glob("r*/**/*.*")}
    assert run().returncode == 0
    assert times == {file: file.stat().st_mtime_ns for file in Path().glob("r*/**/*.*")}
    # Elsewhere, with the results but without the models, nothing is trained either.
    Path("runs").rename("elsewhere")
    assert run().returncode == 0 and not Path("runs").exists()
    assert "Small: DAG, seed 1" in run("--only", "nothing").stderr
