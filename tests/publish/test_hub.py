"""A repository for the Hub: complete, and loadable where this package is not installed."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch

import modeling_gpt_dag
from helpers.backbones import attach, make_backbone
from modeling_gpt_dag.publish.hub import AUTO_MAP, write_repository

ALONE = """
import sys
sys.modules["modeling_gpt_dag"] = None  # as if it were not installed
import torch
from transformers import AutoConfig, AutoModel, AutoModelForCausalLM, AutoTokenizer, pipeline

folder, expected = sys.argv[1:]
options = {"trust_remote_code": True}
model = AutoModelForCausalLM.from_pretrained(folder, **options).eval()
base = AutoModel.from_pretrained(folder, **options).eval()
tokenizer = AutoTokenizer.from_pretrained(folder, **options)
expected = torch.load(expected)
ids = tokenizer("12+34=46\\n-3.5*2=", return_tensors="pt").input_ids
assert AutoConfig.from_pretrained(folder, **options).model_type == "gpt_dag"
torch.testing.assert_close(model(ids).logits, expected)
torch.testing.assert_close(model.lm_head(base(ids).last_hidden_state), expected)
answer = pipeline("text-generation", folder, **options)
text = answer("12+34=", do_sample=False, max_new_tokens=3)[0]["generated_text"]
assert text.startswith("12+34="), text
model.save_pretrained(folder + "-again")
print(type(model).__module__.split(".")[0])
"""


@pytest.fixture
def repository(make_model, tokenizer, tmp_path):
    model = make_model(dag_context_layers=1)
    model.save_pretrained(tmp_path / "run")
    tokenizer.save_pretrained(tmp_path / "run")
    files = write_repository(str(tmp_path / "run"), "me/tiny", str(tmp_path / "repository"))
    return model, files, tmp_path / "repository"


def test_a_repository_has_weights_code_tokenizer_and_card(repository):
    model, files, folder = repository
    code = {path.name for path in Path(modeling_gpt_dag.__file__).parent.glob("*.py")} - {"__init__.py"}
    assert {name for name in files if name.endswith(".py")} == code
    assert {"README.md", "config.json", "generation_config.json", "model.safetensors", "tokenizer.json"} <= set(files)
    card = (folder / "README.md").read_text()
    for part in ("license: mit", "pipeline_tag: text-generation", '"me/tiny", trust_remote_code=True', "## Limits"):
        assert part in card
    for module, name in (entry.split(".") for entry in AUTO_MAP.values()):
        assert f"class {name}" in (folder / f"{module}.py").read_text()


@pytest.fixture
def card_of(tokenizer, tmp_path):
    """The card of a model, on one line, so that no sentence is cut."""

    def card_of(model, **files: str) -> str:
        model.save_pretrained(tmp_path / "run")
        tokenizer.save_pretrained(tmp_path / "run")
        for name, content in files.items():
            (tmp_path / "run" / name.replace("_", ".")).write_text(content)
        write_repository(str(tmp_path / "run"), "me/tiny", str(tmp_path / "repository"))
        return " ".join((tmp_path / "repository" / "README.md").read_text().split())

    return card_of


def test_the_card_of_exact_numerics_says_what_it_reads_plans_and_gets_wrong(make_model, card_of):
    card = card_of(make_model(), recipe_yaml="max_steps: 5\n")
    assert "reads the numbers of the text, plans 3 steps per token with `add, identity, multiply, subtract`" in card
    assert "It computes in sentences like those it was trained on." in card
    assert "In other text it was measured to plan wrongly, often with an open gate" in card
    assert "Numbers in notations that are not read (`12,5`, `1e3`, `3²`)" in card
    assert "`scripts/train.py` with ```yaml max_steps: 5 ```" in card
    assert "pretrained" not in card


def test_the_card_of_an_attached_model_names_its_backbone_and_claims_no_more(tokenizer, card_of):
    card = card_of(attach(make_backbone("llama"), tokenizer), recipe_yaml="num_texts: 5\n", attach_json="{}")
    assert "The calculator was added to a pretrained language model (`llama`)." in card
    assert "`scripts/attach.py` with ```yaml num_texts: 5 ```" in card
    assert (
        "It computes in sentences like those it was trained on. In other text it was measured to plan wrongly" in card
    )
    assert "reasoning" not in card and "any text" not in card


def test_a_gpt2_that_the_recipe_names_as_backbone_is_a_pretrained_one(make_model, card_of):
    assert "pretrained language model (`gpt2`)" in card_of(make_model(), recipe_yaml="backbone: openai/gpt2\n")


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"dag_numerics": "soft"}, ["begins with one scalar made from the hidden state", "does not calculate"]),
        ({"dag_depth": 0}, ["its backbone alone, as a baseline", "It has no calculator."]),
    ],
    ids=["soft", "no DAG"],
)
def test_the_card_of_a_model_that_reads_no_numbers_does_not_say_it_does(make_model, card_of, settings, says):
    card = card_of(make_model(**settings))
    assert all(sentence in card for sentence in says)
    for claim in ("reads the numbers", "exactly", "It computes", "plans"):
        assert claim not in card


def test_a_directory_that_is_not_empty_is_not_written_to(repository, tmp_path):
    with pytest.raises(FileExistsError, match="is not empty"):
        write_repository(str(tmp_path / "run"), "me/tiny", str(tmp_path / "repository"))


@pytest.mark.slow
def test_a_fresh_process_without_the_package_gives_the_same_logits(repository, tokenizer, encode, tmp_path):
    model, _, folder = repository
    torch.save(model(encode("12+34=46\n-3.5*2=")).logits, tmp_path / "expected.pt")
    command = [sys.executable, "-c", ALONE, str(folder), str(tmp_path / "expected.pt")]
    process = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert process.returncode == 0, process.stderr
    assert process.stdout.strip() == "transformers_modules"
