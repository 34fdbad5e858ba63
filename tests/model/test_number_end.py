"""What follows a number of the DAG's is the backbone's own word, but for a digit (`dag_end: mask`)."""

import pytest
import torch
from transformers import AutoModelForCausalLM

from helpers.backbones import attach, computes_latest_two, make_backbone
from modeling_gpt_dag import GPTDAGConfig

TEXT = "so 7 and 5 give 12. "


@pytest.fixture
def adding(tokenizer):
    """A model that adds the latest two numbers everywhere, with an open gate."""

    def make(**settings):
        settings = {"dag_depth": 1, "dag_operations": ["add"], "dag_num_values": 2, **settings}
        return computes_latest_two(attach(make_backbone("llama"), tokenizer, **settings), gate=3.0)

    return make


def test_behind_a_number_digits_alone_are_ruled_out(adding, encode, tokenizer):
    model = adding()
    ids = encode(TEXT)
    ends = model.model(ids, output_dag=True).number_end[0] > 0.5
    assert ends.any()
    logits, backbone = model(ids).logits[0, ends], model.lm_head(model.model.backbone(ids).last_hidden_state)[0, ends]
    digits = tokenizer.encode("0123456789", add_special_tokens=False)
    others = [token for token in range(len(tokenizer)) if token not in digits]
    assert torch.equal(logits[:, others], backbone[:, others])
    assert (logits[:, digits] < backbone[:, digits] - 80).all()


def test_in_training_a_digit_is_as_improbable_as_the_gate_is_open(adding, encode, tokenizer):
    model = adding().train()
    ids = encode(TEXT)
    outputs = model.model(ids, output_dag=True)
    ends = outputs.number_end[0] > 0
    logits, unmasked = model(ids).logits[0, ends], model.lm_head(outputs.last_hidden_state)[0, ends]
    digits = tokenizer.encode("0123456789", add_special_tokens=False)
    expected = (1 - outputs.dag.gate[0, ends]).log().unsqueeze(-1).expand(-1, 10)
    torch.testing.assert_close(logits[:, digits] - unmasked[:, digits], expected, rtol=1e-4, atol=1e-4)
    model(ids, labels=ids).loss.backward()
    assert model.model.mixer.gate_head.bias.grad.isfinite().all()


def test_a_shut_gate_masks_nothing(adding, encode):
    model = adding(dag_min_gate=0.99)
    ids = encode(TEXT)
    assert torch.equal(model(ids).logits, model.lm_head(model.model.backbone(ids).last_hidden_state))


def test_logits_are_kept_with_their_masks(adding, encode):
    model = adding()
    ids = encode(TEXT)
    logits = model(ids).logits
    torch.testing.assert_close(model(ids, logits_to_keep=5).logits, logits[:, -5:])
    chosen = torch.tensor([3, 9, 17])
    torch.testing.assert_close(model(ids, logits_to_keep=chosen).logits, logits[:, chosen])


def test_a_model_that_learns_its_ends_has_an_embedding_for_them(adding, encode, tmp_path):
    masked, learned = adding(), adding(dag_end="learned")
    assert masked.model.dag.end_embedding is None and learned.model.dag.end_embedding is not None
    assert learned.model(encode(TEXT)).number_end is None
    masked.save_pretrained(tmp_path)
    loaded = AutoModelForCausalLM.from_pretrained(tmp_path)
    assert torch.equal(loaded(encode(TEXT)).logits, masked(encode(TEXT)).logits)


def test_configs_say_what_an_end_can_be():
    with pytest.raises(ValueError, match="dag_end='never': must be one of learned, mask"):
        GPTDAGConfig(dag_end="never")
    with pytest.raises(ValueError, match="dag_end='mask': must be learned: soft numerics"):
        GPTDAGConfig(dag_numerics="soft", dag_end="mask")
