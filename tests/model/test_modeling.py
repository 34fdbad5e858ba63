"""GPTDAGModel and GPTDAGForCausalLM: parity, causality, initialisation, saving, refusals."""

import copy

import pytest
import torch
from transformers import AutoModel, AutoModelForCausalLM, DynamicCache, GPT2LMHeadModel, LlamaConfig
from transformers.pytorch_utils import Conv1D

from helpers.models import assert_same_model
from modeling_gpt_dag import GPTDAGConfig, GPTDAGForCausalLM

NUMERICS = ["exact", "soft"]
TEXT = "12+34=46\n-3.5*2="


@pytest.fixture(params=NUMERICS)
def model(request, make_model):
    return make_model(dag_numerics=request.param)


def test_depth_zero_is_the_backbone_to_the_bit(make_model, encode):
    model = make_model(dag_depth=0)
    reference = GPT2LMHeadModel(model.config.backbone_config).eval()
    reference.transformer.load_state_dict(model.model.backbone.state_dict())
    reference.tie_weights()
    ids = encode(TEXT)
    ours, theirs = model(ids, labels=ids), reference(ids, labels=ids)
    assert torch.equal(ours.logits, theirs.logits) and torch.equal(ours.loss, theirs.loss)
    assert model.num_parameters() == reference.num_parameters()


def test_text_without_numbers_gives_the_backbones_logits_to_the_bit(make_model, encode):
    model = make_model()
    ids = encode("no - numbers. here)")
    plain = model.model.backbone(ids).last_hidden_state
    assert torch.equal(model(ids).logits, model.lm_head(plain))


def test_output_dag_has_the_documented_shapes(model, encode):
    ids = encode(TEXT, "7*8=")
    dag = model(ids, output_dag=True).dag
    batch, tokens, depth, hidden = 2, ids.shape[1], 3, 16
    slots = model.config.dag_num_values + depth
    assert dag.operand1_probs.shape == dag.operand2_probs.shape == (batch, tokens, depth, slots)
    assert dag.operation_probs.shape == (batch, tokens, depth, 4)
    assert dag.values.shape == dag.values_mask.shape == (batch, tokens, slots)
    assert dag.gate.shape == (batch, tokens) and dag.dag_hidden.shape == (batch, tokens, hidden)
    assert model(ids).dag is None


def test_values_are_the_numbers_read_latest_first(make_model, encode):
    dag = make_model()(encode(TEXT), output_dag=True).dag
    assert dag.values[0, -1, :5].tolist() == [2, -3.5, 46, 34, 12]


def test_no_position_depends_on_a_later_token(model, encode):
    ids = encode("12+34=46\n7*8=")
    changed = ids.clone()
    changed[:, 6:] = encode("9.25-1*")
    ours, theirs = model(ids, output_dag=True), model(changed, output_dag=True)
    torch.testing.assert_close(ours.logits[:, :6], theirs.logits[:, :6])
    assert torch.equal(ours.dag.values_mask[:, :6], theirs.dag.values_mask[:, :6])
    assert not torch.allclose(ours.logits[:, 6:], theirs.logits[:, 6:])


def test_eval_mode_is_deterministic_and_training_explores(model, encode):
    ids = encode(TEXT)
    assert torch.equal(model(ids).logits, model(ids).logits)
    model.train()
    assert not torch.equal(model(ids).logits, model(ids).logits)


def test_operands_of_any_length_take_the_same_positions(make_model, encode):
    model = make_model()
    seen = []
    hook = model.model.backbone.register_forward_pre_hook(
        lambda module, args, kwargs: seen.append(kwargs["position_ids"]), with_kwargs=True
    )
    model(encode("1+2=3"))
    model(encode("11111+22222=33333"))
    hook.remove()
    assert seen[0].tolist() == [[0, 1, 2, 3, 4]]
    assert seen[1].unique().tolist() == [0, 1, 2, 3, 4]


def test_number_positions_do_not_cut_the_attention(make_model, encode):
    """The library takes repeated positions for packed sequences unless a mask is given."""
    model = make_model()
    ids = encode("ab123=")
    changed = ids.clone()
    changed[:, 0] = encode("c")[0]
    ours, theirs = (model(x, use_cache=False).logits for x in (ids, changed))
    assert not torch.allclose(ours[:, -1], theirs[:, -1])


def test_masked_tokens_are_not_read(make_model, encode):
    ids = encode("7712+34=")
    mask = torch.ones_like(ids)
    mask[:, :2] = 0
    dag = make_model()(ids, attention_mask=mask, output_dag=True).dag
    assert dag.values[0, -1, :2].tolist() == [34, 12]


def test_packed_sequences_stay_apart(make_model, encode):
    model = make_model()
    positions = torch.tensor([[0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4]])
    packed = model(encode("12+3=94+56="), position_ids=positions, use_cache=False).logits
    alone = model(encode("4+56="), use_cache=False).logits
    torch.testing.assert_close(packed[:, 6:], alone, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("text", ["99999999999999999999+1=", "1+99999999999999999999="])
def test_a_result_that_needs_an_unreadable_number_shuts_the_gate(make_model, encode, text):
    model = make_model(dag_depth=1, dag_operations=["add"])
    with torch.no_grad():
        # The plan: slot 0 + slot 1, whatever the token.
        for parameter in (model.model.dag.slot_head.weight, model.model.dag.query.weight):
            parameter.zero_()
        bias = model.model.dag.slot_head.bias.view(2, -1)
        bias.zero_()
        bias[0, 0] = bias[1, 1] = 50.0
    dag = model(encode(text), output_dag=True).dag
    assert dag.gate[0, -1] == 0 and not dag.values_mask[0, -1, -1]
    assert model(encode("9+1="), output_dag=True).dag.gate[0, -1] > 0


def test_every_parameter_receives_a_gradient(model, encode):
    ids = encode(TEXT)
    model.train()
    model(ids, labels=ids).loss.backward()
    missing = [name for name, parameter in model.named_parameters() if parameter.grad is None]
    assert missing == []
    assert all(parameter.grad.isfinite().all() for parameter in model.parameters())


def test_the_next_token_loss_reaches_the_planner(make_model, encode):
    model = make_model().train()
    ids = encode(TEXT)
    model(ids, labels=ids).loss.backward()
    for head in (model.model.dag.slot_head, model.model.dag.operation_head, model.model.dag.query):
        assert head.weight.grad.abs().max() > 0


def test_forward_stores_nothing_on_modules(model, encode):
    before = {name: set(module.__dict__) for name, module in model.named_modules()}
    model.train()(encode(TEXT), output_dag=True)
    assert before == {name: set(module.__dict__) for name, module in model.named_modules()}
    copy.deepcopy(model)


def test_a_saved_model_loads_with_auto_classes_to_the_bit(model, encode, tmp_path):
    ids = encode(TEXT)
    model.save_pretrained(tmp_path)
    loaded = AutoModelForCausalLM.from_pretrained(tmp_path)
    assert type(loaded) is GPTDAGForCausalLM
    assert_same_model(loaded, model, ids)
    base = AutoModel.from_pretrained(tmp_path)
    torch.testing.assert_close(base(ids).last_hidden_state, model.model(ids).last_hidden_state)


def test_constants_survive_saving_and_loading_though_only_the_config_holds_them(make_model, encode, tmp_path):
    model = make_model(dag_constants=["100", "-0.5"])
    assert not any("constants" in name for name in model.state_dict())
    model.save_pretrained(tmp_path)
    dag = AutoModelForCausalLM.from_pretrained(tmp_path)(encode("7*"), output_dag=True).dag
    assert dag.values[0, -1, :7].tolist() == [7, 0, 0, 0, 0, 100, -0.5]


def test_embeddings_are_tied_and_saved_once(make_model, tmp_path):
    model = make_model()
    embedding = model.model.backbone.wte.weight
    assert model.lm_head.weight is embedding and model.get_input_embeddings().weight is embedding
    model.save_pretrained(tmp_path)
    from safetensors import safe_open

    with safe_open(tmp_path / "model.safetensors", "pt") as file:
        assert "lm_head.weight" not in file.keys()  # noqa: SIM118, not a dict
    assert AutoModelForCausalLM.from_pretrained(tmp_path).lm_head.weight.shape == embedding.shape


def test_untied_embeddings_get_symbol_embeddings_of_their_own(make_model, encode):
    model = make_model(tie_word_embeddings=False)
    assert model.lm_head.weight is not model.get_input_embeddings().weight
    ids = encode(TEXT)
    model(ids, labels=ids).loss.backward()
    assert model.model.symbol_embedding.weight.grad is not None


def test_a_planner_layer_is_read_and_hidden_states_stay_what_they_were(make_model, encode):
    model, ids = make_model(dag_planner_layer=1).eval(), encode(TEXT)
    plain = model(ids)
    assert plain.hidden_states is None
    shown = model(ids, output_hidden_states=True)
    assert len(shown.hidden_states) == len(make_model()(ids, output_hidden_states=True).hidden_states)
    assert torch.equal(shown.logits, plain.logits)
    assert torch.equal(model(inputs_embeds=model.get_input_embeddings()(ids)).logits, plain.logits)
    # All three of its inputs decide.
    model.train()
    model(ids, labels=ids).loss.backward()
    parts = model.model.planner_input.mix.weight.grad.chunk(3, dim=1)
    assert all(part.abs().sum() > 0 for part in parts)


def test_the_head_gets_whole_rows(make_model, encode):
    """The product of a slice with a frozen weight copies the weight for every row."""
    model, inputs = make_model(), []
    model.lm_head.register_forward_hook(lambda module, args, output: inputs.append(args[0]))
    model(encode(TEXT).repeat(3, 1), logits_to_keep=1)
    assert inputs[0].shape[:2] == (3, 1) and inputs[0].is_contiguous()


def test_initial_weights_follow_the_table(make_config):
    config = make_config(n_embd=64, n_layer=4, dag_context_layers=1)
    model = GPTDAGForCausalLM(config)
    assert model.model.mixer.dag_scale.item() == 1 and model.model.mixer.gate_head.bias.item() == 3
    assert model.model.dag.slot_head.weight.std().item() == pytest.approx(0.02, rel=0.2)
    assert model.model.dag.end_embedding.std().item() == pytest.approx(0.02, rel=0.5)
    for block, layers in ((model.model.backbone.h[0], 4), (model.model.context[0], config.num_hidden_layers)):
        residual = [m for name, m in block.named_modules() if name.endswith("c_proj") and isinstance(m, Conv1D)]
        assert len(residual) == 2  # of attention and MLP
        for projection in residual:
            assert projection.weight.std().item() == pytest.approx(0.02 / (2 * layers) ** 0.5, rel=0.15)


@pytest.mark.parametrize("missing", ["mixer.dag_scale", "mixer.gate_head.bias", "dag.end_embedding"])
def test_a_parameter_missing_from_the_checkpoint_is_initialised(make_model, tmp_path, missing):
    model = make_model()
    state = {name: value for name, value in model.state_dict().items() if missing not in name}
    model.save_pretrained(tmp_path, state_dict=state)
    loaded = GPTDAGForCausalLM.from_pretrained(tmp_path)
    value = loaded.get_parameter(f"model.{missing}")
    expected = {"mixer.dag_scale": 1.0, "mixer.gate_head.bias": 3.0}.get(missing)
    assert value.isfinite().all()
    assert (value == expected).all() if expected else 0 < value.std() < 0.1
    assert torch.equal(loaded.model.dag.query.weight, model.model.dag.query.weight)


def test_an_exact_model_without_number_tokens_says_how_to_fill_them(make_config):
    with pytest.raises(ValueError, match="number_tokens = modeling_gpt_dag.number_tokens"):
        GPTDAGForCausalLM(make_config(number_tokens=None))


@pytest.mark.parametrize("cached", [False, True])
def test_a_sequence_longer_than_the_position_table_names_both_lengths(make_model, cached):
    model = make_model(n_positions=8)
    cache = DynamicCache(config=model.config) if cached else None
    if cached:
        model(torch.ones(1, 5, dtype=torch.long), past_key_values=cache)
    with pytest.raises(ValueError, match="sequence of 9 tokens does not fit .* table of 8 positions"):
        model(torch.ones(1, 4 if cached else 9, dtype=torch.long), past_key_values=cache)


@pytest.mark.parametrize("cached", [False, True])
def test_a_number_takes_one_place_of_the_position_table(make_model, encode, cached):
    """Eight positions are enough for 41 tokens, not for a ninth number position."""
    model = make_model(n_positions=8, dag_digits=40)
    ids = encode("a" + "1" * 18 + "+" + "2" * 19 + "=9")
    last = [ids]
    cache = DynamicCache(config=model.config) if cached else None
    if cached:
        model(ids[:, :25], past_key_values=cache)
        last = list(ids[:, 25:].split(1, 1))
    for part in last:
        assert model(part, past_key_values=cache).logits.isfinite().all()
    longer = encode("+1+")
    with pytest.raises(ValueError, match="sequence of 44 tokens does not fit .* table of 8 positions.* takes 9"):
        model(longer if cached else torch.cat([ids, longer], 1), past_key_values=cache)


def test_embeddings_of_number_tokens_are_read_as_those_tokens(make_model, encode):
    model = make_model()
    ids = encode(TEXT)
    embeds = model.get_input_embeddings()(ids)
    assert torch.equal(model(inputs_embeds=embeds).logits, model(ids).logits)
    assert torch.equal(model(ids, inputs_embeds=embeds).logits, model(ids).logits)
    dag = model(inputs_embeds=embeds + 1e-3, output_dag=True).dag
    assert (dag.gate == 0).all()


def test_logits_to_keep_keeps_the_last(model, encode):
    ids = encode(TEXT)
    torch.testing.assert_close(model(ids, logits_to_keep=2).logits, model(ids).logits[:, -2:])


def test_a_llama_can_be_the_backbone(symbols, tokenizer, encode):
    backbone = LlamaConfig(
        hidden_size=16,
        intermediate_size=24,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        vocab_size=len(tokenizer),
        bos_token_id=0,
        eos_token_id=0,
    )
    config = GPTDAGConfig(backbone_config=backbone, number_tokens=symbols, dag_context_layers=1, dag_num_values=5)
    model = GPTDAGForCausalLM(config).eval()
    ids = encode(TEXT)
    assert model(ids, labels=ids).loss.isfinite()
    assert model.generate(ids, max_new_tokens=4, do_sample=False).shape == (1, ids.shape[1] + 4)


def test_operands_are_scored_by_rank_and_by_what_stands_behind_the_numbers(make_model, encode):
    """The planner's logits once more, token by token, with positions found in the text by hand."""
    model = make_model()
    dag, text = model.model.dag, "12+345=46\n7*"
    # token: where its plan was made, and the tokens behind the numbers readable there
    plans = {2: (2, [2]), 5: (2, [2]), 6: (6, [6, 2]), 8: (6, [6, 2]), 11: (11, [11, 9, 6, 2])}
    seen = []
    hook = dag.norm.register_forward_hook(lambda module, args, output: seen.append(output[0]))
    output = model(encode(text), output_dag=True).dag
    hook.remove()
    hidden = seen[0]
    for token, (source, ends) in plans.items():
        values = torch.zeros(5, 8)
        values[: len(ends)] = dag.value(hidden[ends])
        planning = hidden[source]
        planning = planning + torch.nn.functional.gelu(dag.combine(torch.cat([planning, values.flatten()])))
        rank = dag.slot_head(planning).view(3, 2, 8)
        query = dag.query(planning).view(3, 2, 8)
        for step in range(3):
            for operand, probs in enumerate((output.operand1_probs, output.operand2_probs)):
                logits = rank[step, operand].clone()
                for slot, end in enumerate(ends):
                    logits[slot] += query[step, operand] @ dag.key(hidden[end]) / 8**0.5
                logits[len(ends) : 5] = float("-inf")
                logits[5 + step :] = float("-inf")
                torch.testing.assert_close(probs[0, token, step], logits.softmax(0), rtol=1e-4, atol=1e-5)


def test_below_its_least_probability_a_plan_leaves_the_backbones_logits_to_the_bit(make_model, encode):
    model = make_model(dag_number_positions=False)
    ids = encode(TEXT)
    dag = model(ids, output_dag=True).dag
    least = float(dag.plan_prob[dag.gate > 0].median().detach())
    strict = make_model(dag_number_positions=False, dag_min_plan_prob=least)
    strict.load_state_dict(model.state_dict())
    output = strict(ids, output_dag=True)
    shut = dag.plan_prob < least
    assert (output.dag.gate[shut] == 0).all() and torch.equal(output.dag.gate[~shut], dag.gate[~shut])
    assert 0 < (output.dag.gate > 0).sum() < (dag.gate > 0).sum()
    backbone = strict.lm_head(strict.model.backbone(ids).last_hidden_state)
    assert torch.equal(output.logits[shut], backbone[shut])
    # What is generated with a cache goes by the same decisions.
    options = {"max_new_tokens": 6, "do_sample": False, "eos_token_id": None, "pad_token_id": 0}
    cached, uncached = (strict.generate(ids, use_cache=use, **options) for use in (True, False))
    assert torch.equal(cached, uncached)
