"""What the DAG costs, counted without a clock: operations, elements, synchronisations, recompilations."""

import pytest
import torch
from torch._dynamo.testing import CompileCounter
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import FlopCounterMode
from transformers import DynamicCache, StaticCache

from modeling_gpt_dag import GPTDAGForCausalLM, word_tokens
from modeling_gpt_dag.dag_operations import OPERATIONS
from modeling_gpt_dag.number_words import DEFAULT_WORD_GROUPS

TEXT = "12+34=46\n-3.5*2="
# The host reads what the device has computed, or a shape depends on it.
WAITS = {"_local_scalar_dense", "nonzero", "masked_select", "unique_dim", "_unique2", "equal", "repeat_interleave"}


class Operations(TorchDispatchMode):
    """Names of all operations that run, how many elements they make, and how often the host waits for one."""

    def __init__(self):
        super().__init__()
        self.names: list[str] = []
        self.elements = self.waits = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        result = function(*args, **(kwargs or {}))
        name = function.overloadpacket.__name__
        self.names.append(name)
        by_mask = name in ("index", "index_put", "index_put_") and any(
            index is not None and index.dtype == torch.bool for index in args[1]
        )
        self.waits += name in WAITS or by_mask
        for part in result if isinstance(result, (tuple, list)) else [result]:
            if isinstance(part, torch.Tensor) and not part._is_view():
                self.elements += part.numel()
        return result


@pytest.fixture(params=["exact", "soft"])
def numerics(request):
    return request.param


@pytest.fixture
def dag_alone(make_model, encode):
    """Counts the operations of one training step of the DAG, without its backbone, over T tokens."""

    def count(tokens: int, **settings) -> Operations:
        model = make_model(n_positions=1024, **settings).train().model
        ids = encode(TEXT * tokens)[:, :tokens]
        hidden = torch.randn(1, tokens, 16)
        with Operations() as operations:
            model(ids, backbone_hidden_states=hidden).last_hidden_state.sum().backward()
        return operations

    return count


@pytest.mark.parametrize("work", ["training", "prefill", "decode"])
def test_the_dag_never_waits_for_the_device(make_model, encode, numerics, work):
    """The library looks into a mask where it makes one, once in a pass, with the backbone alone as well."""

    def waits(**settings) -> int:
        model = make_model(**settings).train(work == "training")
        ids = encode(TEXT, "7*8=56\n9+1=10\n-")
        if work == "training":
            with Operations() as operations:
                model(ids, labels=ids, use_cache=False).loss.backward()
            return operations.waits
        cache = StaticCache(config=model.config, max_cache_len=64)
        if work == "decode":
            model(ids[:, :-1], past_key_values=cache)
            ids = ids[:, -1:]
        with torch.no_grad(), Operations() as operations:
            model(ids, past_key_values=cache)
        return operations.waits

    constants = ["100"] if numerics == "exact" else []
    names = [name for name, operation in OPERATIONS.items() if numerics == "exact" or operation.soft is not None]
    least = waits(dag_depth=0)
    assert waits(dag_numerics=numerics, dag_constants=constants) <= least
    assert waits(dag_numerics=numerics, dag_operations=names) <= least
    if numerics == "exact":
        assert waits(dag_digits=40, dag_constants=constants, dag_operations=names) <= least


def test_the_dags_work_grows_linearly_with_the_tokens_and_by_no_operation(dag_alone, numerics):
    counts = [dag_alone(tokens, dag_numerics=numerics, dag_context_layers=0) for tokens in (128, 256, 512)]
    assert len({len(count.names) for count in counts}) == 1
    first, second, third = (count.elements for count in counts)
    # What is there once, such as gradients of parameters, is not growth.
    assert third - second == pytest.approx(2 * (second - first), rel=0.01)


def test_operations_grow_linearly_with_the_depth(dag_alone, numerics):
    two, four, eight = (len(dag_alone(32, dag_numerics=numerics, dag_depth=depth).names) for depth in (2, 4, 8))
    assert eight - four == pytest.approx(2 * (four - two), rel=0.05)


def test_sampling_does_not_multiply_operands_by_operands(dag_alone):
    """K (S + S + O) candidates per step; of all S S O combinations, four times N would make 16 times as many."""
    few, many = (dag_alone(32, dag_num_values=n, dag_depth=1).elements for n in (16, 64))
    assert many < 4.5 * few


@pytest.mark.slow
@pytest.mark.parametrize("dag_numerics", ["exact", "soft"])
def test_the_dags_matrix_products_are_a_small_share_of_the_backbones(make_config, encode, dag_numerics):
    """At the issue's size. The soft one's context block counts as a block of the backbone's, as one it replaces."""
    ids = encode(TEXT * 4)[:, :32]

    def products(**settings) -> int:
        config = make_config(n_embd=384, n_head=6, n_positions=256, dag_numerics=dag_numerics, **settings)
        model = GPTDAGForCausalLM(config).train()
        with FlopCounterMode(display=False) as counter:
            model(ids, labels=ids, use_cache=False).loss.backward()
        return counter.get_total_flops()

    if dag_numerics == "exact":
        dag = products(n_layer=6, dag_depth=4, dag_num_values=8)
    else:
        dag = products(n_layer=5, dag_depth=4)
    assert 1 < dag / products(n_layer=6, dag_depth=0) < {"exact": 1.07, "soft": 1.02}[dag_numerics]


def test_a_decoded_token_takes_few_operations_more_than_the_backbones(make_model, encode):
    """Starting them is what a token costs; at the issue's depth and number of values."""

    def operations(**settings) -> int:
        model = make_model(dag_num_values=8, **settings)
        ids = encode(TEXT)
        cache = DynamicCache(config=model.config)
        position_ids = torch.arange(ids.shape[1]).unsqueeze(0)
        with torch.no_grad():
            model(ids[:, :-1], position_ids=position_ids[:, :-1], past_key_values=cache)
            with Operations() as counted:
                model(ids[:, -1:], position_ids=position_ids[:, -1:], past_key_values=cache)
        return len(counted.names)

    assert operations(dag_depth=4) - operations(dag_depth=0) < 470


@pytest.mark.parametrize("decode", [False, True], ids=["prefill", "decode"])
@pytest.mark.parametrize("words", [(), DEFAULT_WORD_GROUPS], ids=["digits", "words"])
def test_reading_words_takes_half_as_many_operations_more_and_digits_none(
    make_model, tokenizer, encode, words, decode
):
    """Before words were read, 134 operations read all tokens and 133 the last one behind a cache.

    One more has come since: it keeps a number of too many decimals within the table of powers.
    """
    model = make_model(dag_num_values=8, dag_number_words=words, word_tokens=word_tokens(tokenizer)).model
    memory, ids = model.number_memory, encode(TEXT)
    index = torch.arange(ids.shape[1])
    cache = DynamicCache(config=model.config) if decode else None
    if decode:
        memory.read(memory.symbols_of_ids(ids[:, :-1]), None, None, index[:-1], cache, model.dtype)
        ids, index = ids[:, -1:], index[-1:]
    with Operations() as read:
        text = memory.read(memory.symbols_of_ids(ids), None, None, index, cache, model.dtype)
    source = (index - text.written[:, index]).clamp(min=0)
    with Operations() as found:
        _, (exists, end) = memory.latest(text, None, index, source)
        text.value_at(end.flatten(1), exists.flatten(1))
    before = 133 if decode else 134
    assert len(read.names) + len(found.names) <= (1.5 * before if words else before) + 1


@pytest.mark.slow
@pytest.mark.parametrize("training", [False, True], ids=["eval", "training"])
@pytest.mark.parametrize("every", [False, True], ids=["four operations", "every operation"])
def test_one_graph_serves_all_lengths(make_model, encode, numerics, training, every, fresh_compiler):
    names = [name for name, operation in OPERATIONS.items() if numerics == "exact" or operation.soft is not None]
    settings = {"dag_operations": names} if every else {}
    model = make_model(dag_numerics=numerics, **settings).train(training)
    counter = CompileCounter()
    compiled = torch.compile(model, fullgraph=True, dynamic=True, backend=counter)
    for tokens in (7, 12, 33, 64):
        ids = encode(TEXT * tokens)[:, :tokens]
        compiled(ids, labels=ids, use_cache=False)
    assert counter.frame_count == 1


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["exact", "words", "40 digits", "soft"])
def test_one_graph_decodes_all_tokens(make_model, tokenizer, encode, kind, fresh_compiler):
    options = {
        "words": {"dag_number_words": DEFAULT_WORD_GROUPS, "word_tokens": word_tokens(tokenizer)},
        "40 digits": {"dag_digits": 40},
    }
    model = make_model(**options.get(kind, {"dag_numerics": kind}))
    counter = CompileCounter()
    compiled = torch.compile(model, fullgraph=True, backend=counter)
    cache = StaticCache(config=model.config, max_cache_len=64)
    ids = encode(TEXT)
    with torch.no_grad():
        model(ids, past_key_values=cache)
        for token in encode("-7.0\ntwo+1=")[0]:
            compiled(token.view(1, 1), past_key_values=cache)
    assert counter.frame_count == 1


def test_the_number_memory_is_a_small_part_of_the_cache(make_config):
    """At most one layer's worth: symbols, a key and a value of one head's size, and the decisions of one token."""
    config = make_config(n_embd=384, n_head=6, n_layer=6, dag_depth=4, dag_num_values=8)
    model = GPTDAGForCausalLM(config).eval()
    cache = DynamicCache(config=config)
    with torch.no_grad():
        model(torch.zeros(1, 8, dtype=torch.long), past_key_values=cache)
    sizes = [layer.keys.numel() + layer.values.numel() for layer in cache.layers]
    assert sum(sizes[config.number_memory_index :]) < 0.6 * sizes[0]
