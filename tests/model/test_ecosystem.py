"""With the rest of the ecosystem: Trainer on every backbone, PEFT, pipelines, streaming, chat, torch.export."""

from threading import Thread

import pytest
import torch
from transformers import TextIteratorStreamer, pipeline

from helpers.backbones import FAMILIES, attach, make_backbone
from helpers.models import assert_same_model

pytestmark = pytest.mark.slow
TEXT = "12+34=46\n-3.5*2=-7.0\n"


@pytest.fixture
def train(encode, tmp_path):
    from datasets import Dataset
    from transformers import Trainer, TrainingArguments, default_data_collator

    def train(model):
        rows = encode(TEXT).expand(8, -1)
        args = TrainingArguments(
            str(tmp_path),
            max_steps=2,
            per_device_train_batch_size=4,
            save_strategy="no",
            use_cpu=True,
            learning_rate=0.1,
        )
        dataset = Dataset.from_dict({"input_ids": rows.tolist(), "labels": rows.tolist()})
        Trainer(model, args, train_dataset=dataset, data_collator=default_data_collator).train()
        return model.eval()

    return train


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("numerics", ["exact", "soft"])
def test_the_trainer_trains_the_dag_of_a_frozen_backbone(family, numerics, tokenizer, train, encode, tmp_path):
    backbone = make_backbone(family)
    values = 5 if numerics == "exact" else 1
    model = attach(backbone, tokenizer, dag_numerics=numerics, dag_num_values=values).freeze_backbone()
    before = {name: parameter.clone() for name, parameter in model.named_parameters()}
    train(model)
    for name, parameter in model.named_parameters():
        assert torch.equal(parameter, before[name]) is (not parameter.requires_grad), name
    model.save_pretrained(tmp_path / "saved")
    loaded = type(model).from_pretrained(tmp_path / "saved")
    assert_same_model(loaded, model, encode(TEXT))


@pytest.mark.parametrize(
    ("family", "targets"),
    [
        ("gpt2", ["c_attn", "c_proj", "c_fc"]),
        ("llama", ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]),
        ("pythia", ["query_key_value", "dense", "dense_h_to_4h", "dense_4h_to_h"]),
    ],
)
def test_lora_on_the_backbone_with_the_dag_trained_whole_reloads(family, targets, tokenizer, train, encode, tmp_path):
    from peft import LoraConfig, PeftModel, get_peft_model

    ids = encode(TEXT)
    model = attach(make_backbone(family), tokenizer)
    model.save_pretrained(tmp_path / "base")
    untrained = model(ids).logits
    trained = ["dag", "mixer", "planner_input"]
    lora = LoraConfig(task_type="CAUSAL_LM", r=2, target_modules=targets, modules_to_save=trained)
    adapted = train(get_peft_model(model, lora))
    expected = adapted(input_ids=ids).logits
    assert not torch.allclose(expected, untrained)
    adapted.save_pretrained(tmp_path / "adapter")
    loaded = PeftModel.from_pretrained(type(model).from_pretrained(tmp_path / "base"), tmp_path / "adapter").eval()
    torch.testing.assert_close(loaded(input_ids=ids).logits, expected)


def test_the_pipeline_answers_one_prompt_many_and_in_batches(make_model, tokenizer):
    generator = pipeline("text-generation", model=make_model(), tokenizer=tokenizer)
    options = {"do_sample": False, "max_new_tokens": 5}
    prompts = ["12+34=", "7*8=", "Hello"]
    alone = [generator(prompt, **options)[0]["generated_text"] for prompt in prompts]
    assert [output[0]["generated_text"] for output in generator(prompts, **options)] == alone
    assert [output[0]["generated_text"] for output in generator(prompts, batch_size=3, **options)] == alone


def test_text_streams_token_by_token(make_model, tokenizer):
    model = make_model()
    batch = tokenizer(["12+34="], return_tensors="pt")
    options = {"do_sample": False, "max_new_tokens": 6, "eos_token_id": None, "pad_token_id": 0}
    expected = tokenizer.decode(model.generate(**batch, **options)[0, 6:], skip_special_tokens=True)
    streamer = TextIteratorStreamer(tokenizer, skip_prompt=True, skip_special_tokens=True)
    thread = Thread(target=model.generate, kwargs={**batch, **options, "streamer": streamer})
    thread.start()
    assert "".join(streamer) == expected
    thread.join()


def test_a_chat_is_answered_through_the_template(make_model, tokenizer):
    generator = pipeline("text-generation", model=make_model(), tokenizer=tokenizer)
    chat = [{"role": "user", "content": "12+34="}]
    answer = generator(chat, do_sample=False, max_new_tokens=4)[0]["generated_text"]
    plain = generator("12+34=", do_sample=False, max_new_tokens=4, return_full_text=False)[0]["generated_text"]
    assert answer[-1] == {"role": "assistant", "content": plain}


@pytest.mark.parametrize("numerics", ["exact", "soft"])
def test_torch_export_gives_the_same_logits_at_another_length(make_model, encode, numerics):
    model = make_model(dag_numerics=numerics)
    example, other = encode("12+34=46"), encode("7*8=56\n1+1=")
    length = torch.export.Dim("length", min=2, max=60)
    exported = torch.export.export(
        model,
        (),
        {"input_ids": example, "use_cache": False},
        dynamic_shapes={"input_ids": {1: length}, "use_cache": None},
    )
    logits = exported.module()(input_ids=other, use_cache=False).logits
    torch.testing.assert_close(logits, model(other).logits, rtol=1e-4, atol=1e-4)
