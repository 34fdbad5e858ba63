"""Recipes: flags beat the file, the file beats the defaults, and nothing unknown passes."""

from pathlib import Path

import pytest
import yaml
from transformers import TrainingArguments

from modeling_gpt_dag import GPTDAGConfig
from modeling_gpt_dag.attach.training import AttachArguments
from modeling_gpt_dag.training.arguments import DAGArguments, ModelArguments
from modeling_gpt_dag.training.build import build_config
from modeling_gpt_dag.training.recipes import effective_recipe, parse_recipe

ALL_CONFIGS = sorted((Path(__file__).parents[2] / "configs").glob("*.yaml"))
CONFIGS = [path for path in ALL_CONFIGS if path.stem not in ("report", "language_cost", "attach")]  # of train.py


@pytest.fixture
def recipe(tmp_path):
    def write(text: str) -> str:
        path = tmp_path / "recipe.yaml"
        path.write_text(text)
        return str(path)

    return write


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_every_recipe_parses_and_builds_its_config(path, tokenizer, symbols):
    model, data, training, _ = parse_recipe([str(path)])
    model.backbone = None  # there is no network
    config = build_config(model, vocab_size=len(tokenizer), number_tokens=symbols)
    assert config.max_position_embeddings >= data.block_size
    assert training.max_steps > 0 and training.output_dir.startswith("runs/")


def test_the_recipe_of_attach_parses():
    path = next(path for path in ALL_CONFIGS if path.stem == "attach")
    classes = (DAGArguments, AttachArguments, TrainingArguments)
    dag, data, training = parse_recipe([str(path), "--backbone", "some", "--output_dir", "runs/some"], classes)
    assert dag.dag_depth == 2 and set(data.tasks) == {"wordings", "expressions"} and training.max_steps > 0


def test_the_twin_differs_from_the_headline_in_depth_alone():
    headline, twin = (
        yaml.safe_load(Path(f"{CONFIGS[0].parent}/{name}.yaml").read_text())
        for name in ("arithmetic", "arithmetic_gpt")
    )
    different = {key for key in headline.keys() | twin.keys() if headline.get(key) != twin.get(key)}
    assert different == {"dag_depth", "output_dir"} and twin["dag_depth"] == 0


def test_flags_beat_the_file_and_the_file_beats_defaults(recipe):
    path = recipe("dag_depth: 2\nlearning_rate: 1e-3\ndigits: 5\nmax_steps: 7\n")
    model, data, training, _ = parse_recipe([path, "--dag_depth", "3", "--digits", "1", "2", "--bf16", "false"])
    assert (model.dag_depth, data.digits, training.max_steps) == (3, [1, 2], 7)
    assert training.learning_rate == 0.001 and training.weight_decay == 0.0
    assert parse_recipe([path])[1].digits == [5]


def test_a_list_flag_without_values_empties_the_list(recipe):
    assert parse_recipe([recipe("dag_constants: ['2']\n"), "--dag_constants", "--seed", "3"])[0].dag_constants == []


def test_an_effective_recipe_is_read_as_what_it_was_made_of(recipe):
    given = (
        "task: mixture\nmixture: {text: 2, arithmetic: 1}\ntrain_files: [a.txt]\nfreeze_backbone: true\nbackbone: b\n"
    )
    first = parse_recipe([recipe(given)])
    again = parse_recipe([recipe(effective_recipe(*first[:3]))])
    assert again[:2] == first[:2] and first[1].mixture == {"text": 2, "arithmetic": 1}


def test_a_mixture_is_json_as_a_flag(recipe):
    flags = ["--mixture", '{"text": 1}', "--train_files", "a.txt", "b.txt"]
    data = parse_recipe([recipe("task: mixture\nmixture: {arithmetic: 1}\n"), *flags])[1]
    assert data.mixture == {"text": 1} and data.train_files == ["a.txt", "b.txt"]


def test_every_field_of_the_dag_is_a_key():
    own = {name for name in GPTDAGConfig.__dataclass_fields__ if name.startswith("dag_")}
    assert own <= set(ModelArguments.__dataclass_fields__)


@pytest.mark.parametrize(
    ("text", "flags", "message"),
    [
        ("dag_dept: 2\n", [], "unknown key 'dag_dept'; did you mean dag_depth"),
        ("max_step: 2\n", [], "unknown key 'max_step'; did you mean max_steps"),
        ("- a\n", [], "not a mapping"),
        ("", ["--dag_dept", "2"], "unknown flag --dag_dept; did you mean dag_depth"),
        ("", ["--max_ste=2"], "unknown flag --max_ste=2; did you mean max_steps"),
    ],
)
def test_unknown_keys_and_flags_name_the_nearest(recipe, text, flags, message):
    with pytest.raises(ValueError, match=message):
        parse_recipe([recipe(text), *flags])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "^the first argument is the recipe, a YAML file such as configs/arithmetic.yaml$"),
        (["--max_steps", "3"], "^the first argument is the recipe, a YAML file such as configs/arithmetic.yaml$"),
        (["no/such.yaml"], "^there is no recipe no/such.yaml$"),
    ],
    ids=["no argument", "a flag", "no file"],
)
def test_a_missing_recipe_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        parse_recipe(arguments)
