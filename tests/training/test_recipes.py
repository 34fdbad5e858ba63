"""Recipes: flags beat the file, the file beats the defaults, and nothing unknown passes."""

from pathlib import Path

import pytest
from transformers import TrainingArguments

from modeling_gpt_dag import GPTDAGConfig
from modeling_gpt_dag.attach.arguments import AttachArguments
from modeling_gpt_dag.training.arguments import DAGArguments, ModelArguments
from modeling_gpt_dag.training.build import build_config
from modeling_gpt_dag.training.recipes import effective_recipe, parse_recipe, read_recipe

CONFIGS = Path(__file__).parents[2] / "configs"
RECIPES = sorted((CONFIGS / "train").glob("*.yaml"))


@pytest.fixture
def recipe(tmp_path):
    def write(text: str) -> str:
        path = tmp_path / "recipe.yaml"
        path.write_text(text)
        return str(path)

    return write


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_every_recipe_parses_and_builds_its_config(path, tokenizer, symbols):
    model, data, training, _ = parse_recipe([str(path)])
    model.backbone = None  # there is no network
    config = build_config(model, vocab_size=len(tokenizer), number_tokens=symbols)
    assert config.max_position_embeddings >= data.block_size
    assert training.max_steps > 0 and training.output_dir.startswith("runs/")


@pytest.mark.parametrize(("name", "depth", "tasks"), [("attach", 4, 3), ("attach_questions", 2, 2)])
def test_the_recipes_of_attach_parse(name, depth, tasks):
    path = CONFIGS / "attach" / f"{name}.yaml"
    classes = (DAGArguments, AttachArguments, TrainingArguments)
    dag, data, training = parse_recipe([str(path), "--backbone", "some", "--output_dir", "runs/some"], classes)
    assert dag.dag_depth == depth and len(data.tasks) == tasks and training.max_steps > 0


def test_the_twin_differs_from_the_headline_in_depth_alone():
    headline, twin = (
        {key: value for key, (value, _) in read_recipe(CONFIGS / "train" / f"{name}.yaml").items()}
        for name in ("arithmetic", "arithmetic_gpt")
    )
    different = {key for key in headline.keys() | twin.keys() if headline.get(key) != twin.get(key)}
    assert different == {"dag_depth", "output_dir"} and twin["dag_depth"] == 0


def test_a_recipe_beats_its_base_and_that_the_base_below(tmp_path, recipe):
    (tmp_path / "below.yaml").write_text("dag_depth: 1\nmax_steps: 3\nblock_size: 32\n")
    (tmp_path / "base.yaml").write_text("base: below.yaml\nmax_steps: 5\nblock_size: 48\n")
    model, data, training, _ = parse_recipe([recipe("base: base.yaml\nblock_size: 64\n")])
    assert (model.dag_depth, training.max_steps, data.block_size) == (1, 5, 64)


@pytest.mark.parametrize(
    ("base", "message"),
    [
        ("base: none.yaml", "there is no recipe .*none.yaml, the base of .*recipe.yaml"),
        ("base: recipe.yaml", "recipe.yaml is its own base"),
        ("base: base.yaml", "base.yaml has the unknown key 'dag_dept'; did you mean dag_depth"),
        ("base: list.yaml", "list.yaml is not a mapping"),
        ("base: broken.yaml", "broken.yaml is no YAML"),
    ],
)
def test_a_base_that_cannot_be_is_refused_by_its_own_name(tmp_path, recipe, base, message):
    (tmp_path / "base.yaml").write_text("dag_dept: 1\n")
    (tmp_path / "list.yaml").write_text("- dag_depth\n")
    (tmp_path / "broken.yaml").write_text("dag_depth: [1\n")
    with pytest.raises(ValueError, match=message):
        parse_recipe([recipe(base)])


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("task", "prose", "task='prose': must be one of arithmetic"),
        ("on_bad_record", "log", "on_bad_record='log': must be one of error, skip"),
        ("plain_line_share", 1.0, "plain_line_share=1.0: is a share, at least 0 and below 1"),
        ("parentheses_share", -0.5, "parentheses_share=-0.5: is a share"),
        ("validation_share", 0.0, "validation_share=0.0: is a share of the text"),
        ("num_proc", 0, "num_proc=0: must be at least 1"),
        ("log_console", "some", "log_console='some': must be one of line, full"),
        ("block_size", "many", "argument --block_size.*: invalid int value: 'many'"),
    ],
)
def test_recipe_and_flag_are_checked_alike(recipe, key, value, message):
    with pytest.raises(ValueError, match=message):
        parse_recipe([recipe(f"{key}: {value}\n")])
    message = message if "argument" in message else f"{message}|argument --{key}.*: invalid choice"
    with pytest.raises(ValueError, match=message):
        parse_recipe([recipe("dag_depth: 1\n"), f"--{key}", str(value)])


@pytest.mark.parametrize("value", ["[1, 2]", "{a: 1}"])
def test_one_value_is_not_given_as_several(recipe, value):
    with pytest.raises(ValueError, match="recipe.yaml gives block_size .*: it takes one value"):
        parse_recipe([recipe(f"block_size: {value}\n")])


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
        ([], "^the first argument is the recipe, a YAML file such as configs/train/arithmetic.yaml$"),
        (
            ["--max_steps", "3"],
            "^the first argument is the recipe, a YAML file such as configs/train/arithmetic.yaml$",
        ),
        (["no/such.yaml"], "^there is no recipe no/such.yaml$"),
    ],
    ids=["no argument", "a flag", "no file"],
)
def test_a_missing_recipe_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        parse_recipe(arguments)
