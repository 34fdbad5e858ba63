"""What users of transformers expect of any model: backends, checkpointing, resizing, outputs, precision."""

import pytest
import torch
from transformers import DynamicCache, LlamaConfig

from modeling_gpt_dag import GPTDAGConfig, GPTDAGForCausalLM

TEXT = "12+34=46\n-3.5*2="


@pytest.fixture(params=["exact", "soft"])
def model(request, make_model):
    return make_model(dag_numerics=request.param)


@pytest.mark.parametrize("backend", ["eager", "sdpa"])
def test_attention_backends_agree(model, encode, backend):
    ids = encode(TEXT)
    expected = model(ids).logits
    model.set_attn_implementation(backend)
    assert model.model.backbone.config._attn_implementation == backend
    torch.testing.assert_close(model(ids).logits, expected, rtol=1e-3, atol=1e-3)


@pytest.mark.slow
def test_flex_attention_agrees_where_the_backbone_has_it(symbols, tokenizer, encode):
    """GPT-2 of transformers 5.23 has none, and says so."""
    backbone = LlamaConfig(
        hidden_size=32,
        intermediate_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        vocab_size=len(tokenizer),
        bos_token_id=0,
        eos_token_id=0,
    )
    model = GPTDAGForCausalLM(GPTDAGConfig(backbone_config=backbone, number_tokens=symbols)).eval()
    with torch.no_grad():  # it has no backward pass on CPUs
        expected = model(encode(TEXT)).logits
        model.set_attn_implementation("flex_attention")
        torch.testing.assert_close(model(encode(TEXT)).logits, expected, rtol=1e-3, atol=1e-3)


def test_gradient_checkpointing_gives_the_same_gradients(model, encode):
    ids = encode(TEXT)
    gradients = []
    for checkpointing in (False, True):
        model.train().zero_grad()
        if checkpointing:
            model.activation_checkpointing_enable()
        torch.manual_seed(3)
        model(ids, labels=ids).loss.backward()
        gradients.append([parameter.grad.clone() for parameter in model.parameters()])
    for one, other in zip(*gradients, strict=True):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize("size", [300, 200])
def test_resized_embeddings_keep_reading_numbers(make_model, encode, tmp_path, size):
    model = make_model()
    ids = encode(TEXT)
    before = model(ids, output_dag=True)
    model.resize_token_embeddings(size)
    after = model(ids, output_dag=True)
    assert after.logits.shape[-1] == model.config.vocab_size == model.lm_head.out_features == size
    assert torch.equal(before.dag.values, after.dag.values)
    assert torch.equal(before.logits[..., :200], after.logits[..., :200])
    model(torch.full((1, 3), size - 1))
    model.save_pretrained(tmp_path)
    assert type(model).from_pretrained(tmp_path).config.vocab_size == size


def test_hidden_states_and_attentions_are_returned(model, encode):
    ids = encode(TEXT)
    model.set_attn_implementation("eager")
    output = model(ids, output_hidden_states=True, output_attentions=True)
    assert len(output.hidden_states) == model.config.backbone_config.n_layer + 1
    assert torch.equal(model.lm_head(output.hidden_states[-1]), output.logits)
    assert output.attentions[0].shape == (1, 2, ids.shape[1], ids.shape[1])
    assert isinstance(model(ids, return_dict=False), tuple)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16], ids=str)
def test_half_precision_weights_calculate_exactly(make_model, encode, dtype):
    model = make_model(dag_depth=1, dag_operations=["multiply"]).to(dtype)
    dag = model(encode("123456789*987654321="), output_dag=True).dag
    values = dag.values[0, -1]
    chosen = [probs[0, -1, 0].argmax() for probs in (dag.operand1_probs, dag.operand2_probs)]
    assert values[:2].tolist() == [987654321, 123456789]
    assert values[-1] == values[chosen[0]] * values[chosen[1]]
    batch = {"input_ids": encode("12+34=")}
    options = {"max_new_tokens": 8, "do_sample": False, "eos_token_id": None, "pad_token_id": 0}
    # Half precision attention rounds otherwise with a cache than without; the number memory does not.
    assert model.generate(**batch, **options).shape == (1, 14)


def test_autocast_leaves_the_executor_exact(make_model, encode):
    model = make_model().train()
    ids = encode("123456789+987654321=")
    with torch.autocast("cpu", torch.bfloat16):
        output = model(ids, labels=ids, output_dag=True)
    assert output.dag.values.dtype == torch.float64 and output.dag.values[0, -1, :2].tolist() == [987654321, 123456789]
    output.loss.backward()
    assert all(parameter.grad.isfinite().all() for parameter in model.parameters())


def test_the_loss_is_normalised_over_all_micro_batches(model, encode):
    """num_items_in_batch makes two micro-batches add up to one batch, as the Trainer needs."""
    ids = encode("12+34=46", "7*8=56")
    items = (ids.shape[1] - 1) * 2
    whole = model(ids, labels=ids).loss
    parts = sum(model(row[None], labels=row[None], num_items_in_batch=items).loss for row in ids)
    torch.testing.assert_close(whole, parts)


def test_the_plan_loss_is_normalised_over_all_micro_batches(make_model, encode):
    model = make_model(dag_plan_loss_weight=0.5)
    ids = encode("12+34=46", "7*8=56")
    plans = torch.full((*ids.shape, 3, 3), -100)
    plans[0, 5] = torch.tensor([[1, 0, 0], [5, -100, 1], [6, -100, 1]])
    plans[1, 5] = torch.tensor([[1, 0, 2], [5, -100, 1], [6, -100, 1]])
    items = (ids.shape[1] - 1) * 2
    plain, whole = model(ids, labels=ids).loss, model(ids, labels=ids, plan_labels=plans).loss
    assert whole > plain
    parts = sum(
        model(row[None], labels=row[None], plan_labels=plan[None], num_items_in_batch=items).loss
        for row, plan in zip(ids, plans, strict=True)
    )
    torch.testing.assert_close(whole, parts)
    half = make_model(dag_plan_loss_weight=0.0)
    half.load_state_dict(model.state_dict())
    torch.testing.assert_close(half(ids, labels=ids, plan_labels=plans).loss, plain)


def test_the_gate_loss_adds_up_over_micro_batches_and_is_of_training_alone(make_model, encode):
    model = make_model(dag_gate_loss_weight=0.5, dag_num_plans=1000)  # all plans are drawn: nothing is left to chance
    ids = encode("12+34=46", "7*8=56")
    labels = ids.masked_fill(torch.arange(ids.shape[1]) < 5, -100)
    items = (labels[:, 1:] != -100).sum()
    parts = sum(
        model(row[None], labels=label[None], num_items_in_batch=items).loss
        for row, label in zip(ids, labels, strict=True)
    )
    whole = model(ids, labels=labels).loss
    torch.testing.assert_close(whole, parts)
    evaluated = model.eval()(ids, labels=labels).loss
    model.config.dag_gate_loss_weight = 0.0
    torch.testing.assert_close(model(ids, labels=labels).loss, evaluated)
    assert whole > model.train()(ids, labels=labels).loss + 0.1


def test_a_batch_of_plain_text_alone_is_learned_from_by_its_gates(make_model, encode):
    model, ids = make_model(dag_gate_loss_weight=1.0).train(), encode("page 12 of 34, chapter 5")
    loss = model(ids, labels=torch.full_like(ids, -100), num_items_in_batch=0).loss
    loss.backward()
    assert loss > 0 and model.model.mixer.gate_head.weight.grad.isfinite().all()


def test_a_number_that_labels_begin_with_is_an_answer_and_weighs_fully(make_model, encode):
    """2 + 3 = 5, 3 + 2 is the same plan, and 6 and 4 and 3 are near 5 by chance."""
    model, ids = make_model(dag_depth=1, dag_num_values=2, dag_num_plans=100).train(), encode("2+3=5\n")

    def value_loss(first: int) -> torch.Tensor:
        labels = ids.clone()
        labels[:, :first] = -100
        losses = []
        for weight in (0.0, 1.0):
            model.config.dag_value_loss_weight = weight
            losses.append(model(ids, labels=labels).loss * (labels[:, 1:] != -100).sum())
        return losses[1] - losses[0]

    answer, text = value_loss(first=4), value_loss(first=3)
    assert 0 < text < 0.9 * answer


def labels_of(ids: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
    """(B, T): all real tokens but the first of each row, which nothing but padding could predict."""
    return ids.masked_fill(~(real & (real.cumsum(1) > 1)), -100)


@pytest.mark.parametrize("padding", ["<|endoftext|>", "0"], ids=["end of text", "digits"])
@pytest.mark.parametrize("side", ["left", "right"])
def test_padding_changes_no_value_loss(make_model, tokenizer, side, padding):
    """Neither a number's value nor where it begins, even where padding would continue it."""
    # All plans are drawn and all numbers are searched: nothing is left to chance.
    model = make_model(dag_depth=1, dag_num_values=3, dag_num_plans=1000, dag_value_loss_weight=1.0).train()
    texts, items = ["12+34=46\n7*8=56\n", "2-9=-7\n", "1.5+0.5=2.0 "], torch.tensor(20)
    rows = [tokenizer(text, return_tensors="pt")["input_ids"] for text in texts]
    losses = [model(ids, labels=labels_of(ids, ids >= 0), num_items_in_batch=items).loss for ids in rows]
    batch = tokenizer(texts, return_tensors="pt", padding=True, padding_side=side)
    real = batch["attention_mask"].bool()
    ids = batch["input_ids"].masked_fill(~real, tokenizer.convert_tokens_to_ids(padding))
    position_ids = (real.cumsum(1) - 1).clamp(min=0)
    given = {"attention_mask": real.long(), "position_ids": position_ids, "labels": labels_of(ids, real)}
    torch.testing.assert_close(model(ids, **given, num_items_in_batch=items).loss, sum(losses))
    model.config.dag_value_loss_weight = 0.0
    assert model(ids, **given, num_items_in_batch=items).loss < sum(losses) - 0.1


def test_the_value_loss_reads_a_chunk_as_the_rest_of_the_cached_text(make_model, encode):
    """The "-" behind "5" is no sign, so that 5 is the number written after it, and not -5 before it."""
    model = make_model(dag_depth=1, dag_num_values=2, dag_num_plans=1000, dag_value_loss_weight=1.0).train()
    ids = encode("5-5=0\n")
    labels = ids.clone()
    labels[:, :2] = -100
    whole = model(ids, labels=labels, use_cache=False).loss
    cache = DynamicCache(config=model.config)
    model(ids[:, :1], past_key_values=cache)
    torch.testing.assert_close(model(ids[:, 1:], labels=labels[:, 1:], past_key_values=cache).loss, whole)


def test_a_model_without_dag_has_none_of_its_losses(make_model, encode):
    weights = {"dag_value_loss_weight": 1.0, "dag_gate_loss_weight": 1.0}
    model, ids = make_model(dag_depth=0, **weights).train(), encode("12+34=46")
    torch.testing.assert_close(model(ids, labels=ids).loss, model.eval()(ids, labels=ids).loss)


def test_evaluation_gathers_logits_alone(model, encode):
    """The Trainer pads, gathers and keeps every output that is not named here."""
    output = model(encode(TEXT), output_dag=True)
    assert set(output) - set(model.config.keys_to_ignore_at_inference) == {"logits"}


@pytest.mark.slow
@pytest.mark.parametrize("training", [False, True], ids=["eval", "training"])
def test_it_compiles_without_graph_breaks_for_any_length(model, encode, training, fresh_compiler):
    model.train(training)
    compiled = torch.compile(model, fullgraph=True, dynamic=True)
    for text in ("12+34=46", "1+2=3\n4*5="):
        ids = encode(text)
        torch.manual_seed(0)
        output = compiled(ids, labels=ids, use_cache=False)
        assert output.loss.isfinite()
        if not training:
            torch.testing.assert_close(output.logits, model(ids).logits, rtol=1e-3, atol=1e-3)
