"""What the DAG costs: time and memory as ratios to a reference that is measured alternately in the same process.

What is unusual: no figure stands for itself. Both sides of a case do the same work in turn (A B A B ...), so that what
else the machine does falls on both, and the ratio is the median of the ratios of neighbours. That both did the same
work, tokens and the backbone's parameters, is checked.
"""

import statistics
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from time import perf_counter, process_time
from typing import Any, Literal

import torch
from torch import Tensor
from transformers import CompileConfig, GenerationMixin, GPT2Config, GPT2LMHeadModel, PreTrainedModel

from ..configuration_gpt_dag import GPTDAGConfig
from ..data.arguments import TaskArguments
from ..data.packing import line_pieces, packed
from ..data.tasks import training_lines
from ..modeling_gpt_dag import GPTDAGForCausalLM
from ..tokenization import byte_tokenizer, number_tokens
from ..training.throughput import operations_per_token

PROMPT = 16
WARMUP = 2
MANY_CONSTANTS = ["0", "1", "2", "3", "4", "7", "10", "12", "60", "100", "0.01", "0.5"]
MANY_OPERATIONS = ["add", "identity", "multiply", "subtract", "divide", "max", "min", "percent", "power"]


@dataclass(frozen=True)
class Side:
    """One of the two that are compared.

    work: "train", a step with AdamW; "prefill", a forward pass for the last token's logits; "decode", `generate` of
        `length` tokens after a prompt; "dag", the DAG alone forwards and backwards, on hidden states that are given.
    blocks: attention blocks, with those of the DAG.
    dag: what of GPTDAGConfig is not the default; None for GPT-2.
    activation: of the blocks; GPT-2's by default.
    """

    work: Literal["train", "prefill", "decode", "dag"]
    width: int
    blocks: int
    batch: int
    length: int
    dag: dict[str, Any] | None = field(default_factory=dict)
    compiled: bool = False
    activation: str = "gelu_new"

    @property
    def tokens(self) -> int:
        """That are read, or written by decoding."""
        return self.batch * self.length


@dataclass(frozen=True)
class Case:
    """A row of the table: `ours` / `reference` in seconds or in peak bytes, which is to be at most `limit`."""

    suite: str
    title: str
    ours: Side
    reference: Side
    limit: float | None = None
    unit: Literal["seconds", "bytes"] = "seconds"


def _against_gpt2(suite: str, title: str, ours: Side, limit: float | None = None, **options) -> Case:
    return Case(suite, title, ours, replace(ours, dag=None), limit, **options)


def _cases() -> list[Case]:
    soft = {"dag_numerics": "soft"}
    wide = Side("train", width=384, blocks=6, batch=8, length=256)
    headline = Side(
        "train", width=128, blocks=2, batch=16, length=96, dag={"dag_depth": 1}, activation="gelu_pytorch_tanh"
    )
    prefill = Side("prefill", width=768, blocks=12, batch=1, length=1024)
    decode = Side("decode", width=384, blocks=6, batch=1, length=256)
    long = Side("dag", width=128, blocks=2, batch=1, length=2048)
    large = Side("train", width=768, blocks=12, batch=1, length=1024)
    small = Side("train", width=128, blocks=2, batch=4, length=256)
    gpu = replace(large, batch=16, compiled=True)
    cases = [
        _against_gpt2("train", "step, width 384, 6 blocks, T 256, batch 8", wide, 1.10),
        _against_gpt2("train", "the same in soft numerics", replace(wide, dag=soft), 1.03),
        _against_gpt2("train", "the same, D = 0", replace(wide, dag={"dag_depth": 0})),
        _against_gpt2("train", "step of the headline recipe, width 128, 2 blocks, T 96, batch 16", headline, 1.5),
        _against_gpt2("prefill", "prefill 1 x 1024, width 768, 12 blocks", prefill, 1.05),
        _against_gpt2("decode", "decode 256 tokens with cache, width 384, 6 blocks", decode, 1.15),
        _against_gpt2("decode", "the same in soft numerics", replace(decode, dag=soft)),
        Case("growth", "the DAG alone, T 2048 / T 256, width 128", long, replace(long, length=256), 8.5),
        _against_gpt2("memory", "peak of a step, width 768, 12 blocks, T 1024", large, 1.10, unit="bytes"),
        _against_gpt2("memory", "peak of decoding 256 tokens, width 384", decode, 1.10, unit="bytes"),
        _against_gpt2("compile", "compiled step of the headline recipe", replace(headline, compiled=True)),
        _against_gpt2("compile", "compiled decode, static cache, width 384", replace(decode, compiled=True)),
        _against_gpt2("gpu", "compiled step, width 768, 12 blocks, T 1024, batch 16", gpu, 1.05),
        _against_gpt2("gpu", "the same in soft numerics", replace(gpu, dag=soft)),
        _against_gpt2(
            "gpu", "compiled decode, static cache, width 768", replace(gpu, work="decode", batch=1, length=256)
        ),
    ]
    for suite, name, values in (
        ("depth", "dag_depth", (1, 2, 4, 8)),
        ("values", "dag_num_values", (8, 16, 32)),
        ("plans", "dag_num_plans", (1, 8, 16, 32)),
    ):
        cases += [_against_gpt2(suite, f"step, {name} = {n}", replace(small, dag={name: n})) for n in values]
    # The value loss: the recipes of questions in English, and many numbers, constants and operations.
    answers = {"dag_depth": 2, "dag_num_values": 4, "dag_constants": ["2"], "dag_num_plans": 4}
    searching = Side("train", 128, blocks=3, batch=8, length=256, dag=answers | {"dag_value_loss_weight": 1.0})
    assert searching.dag is not None
    many = {"dag_num_values": 8, "dag_constants": MANY_CONSTANTS, "dag_operations": MANY_OPERATIONS}
    title = "step with value loss, 8 numbers, 12 constants, 9 operations, two steps / 4, 1, 4, two steps"
    cases.append(Case("search", title, replace(searching, dag=searching.dag | many), searching, 3.0))
    lengths = (128, 256, 512, 1024, 2048, 4096)
    cases += [_against_gpt2("length", f"step, T = {n}", replace(small, batch=1, length=n)) for n in lengths]
    widths = (128, 384, 768)
    cases += [_against_gpt2("width", f"step, width {n}", replace(small, batch=1, width=n)) for n in widths]
    return cases


CASES = _cases()
SUITES = list(dict.fromkeys(case.suite for case in CASES))


def build(side: Side) -> PreTrainedModel:
    """The model with random weights, and bytes as vocabulary: GPT-2's own would hide the DAG behind the logits."""
    tokenizer = byte_tokenizer(model_max_length=side.length)
    sizes: dict[str, Any] = {
        "n_embd": side.width,
        "n_head": max(4, side.width // 64),
        "n_positions": side.length + PROMPT,
        "activation_function": side.activation,
        "vocab_size": len(tokenizer),
        "bos_token_id": None,
        "eos_token_id": None,
        **{f"{place}_pdrop": 0.0 for place in ("resid", "embd", "attn")},
    }
    if side.dag is None:
        model = GPT2LMHeadModel(GPT2Config(n_layer=side.blocks, **sizes))
        model.loss_type = "ForCausalLM"  # what it takes anyway, with a warning that breaks compiled graphs
        return model
    is_soft = side.dag.get("dag_numerics") == "soft"
    numbers = None if is_soft else number_tokens(tokenizer)
    sizes |= {"n_layer": side.blocks - is_soft, "number_tokens": numbers}
    return GPTDAGForCausalLM(GPTDAGConfig(**sizes, **side.dag))


def block_parameters(model: PreTrainedModel) -> int:
    """Of the model without what is the DAG's own."""
    own = ("model.dag.", "model.mixer.")
    return sum(p.numel() for name, p in model.named_parameters() if not name.startswith(own))


def text(side: Side) -> Tensor:
    """(B, T) solved problems, as the headline recipe trains on; for decoding their beginning."""
    tokenizer = byte_tokenizer(model_max_length=side.length)
    lines = training_lines(TaskArguments(operators="+-*"), seed=0, digits=[1, 2, 3, 4])
    ids = torch.from_numpy(packed(line_pieces(tokenizer, lines), side.batch, side.length)["input_ids"])
    return ids[:, :PROMPT] if side.work == "decode" else ids


class Work:
    """A side, built and ready to be done again and again: `work()`."""

    def __init__(self, side: Side, device: torch.device, dtype: torch.dtype):
        torch.manual_seed(0)
        self.model = build(side)
        self.model.to(device)  # type: ignore[arg-type]  # transformers wraps it, and the wrapper loses its types
        self.device, self.dtype, self.side = device, dtype, side
        self.ids = text(side).to(device)
        self.optimizer: torch.optim.AdamW | None = None
        self.step: Callable[[], Any] = getattr(self, f"_{side.work}")
        self.forward = torch.compile(self.model, fullgraph=True) if side.compiled else self.model
        if side.work == "train":
            # Weights in float32, as the Trainer keeps them; in half precision is what autocast runs so.
            self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=1e-4, fused=device.type == "cuda")
        elif side.work == "dag":
            self.hidden = torch.randn(*self.ids.shape, side.width, device=device)
        else:
            self.model.to(dtype).eval()  # type: ignore[arg-type]  # as above

    def __call__(self):
        self.step()
        if self.device.type == "cuda":
            torch.cuda.synchronize()

    def _train(self):
        assert self.optimizer is not None
        with torch.autocast(self.device.type, self.dtype, enabled=self.dtype != torch.float):
            loss = self.forward(self.ids, labels=self.ids, use_cache=False).loss
        loss.backward()
        self.optimizer.step()
        self.optimizer.zero_grad()

    @torch.no_grad()
    def _prefill(self):
        self.forward(self.ids, use_cache=True, logits_to_keep=1)

    def _decode(self):
        options: dict[str, Any] = {
            "max_new_tokens": self.side.length,
            "do_sample": False,
            "eos_token_id": None,
            "pad_token_id": 0,
        }
        if self.side.compiled:
            config = CompileConfig(fullgraph=True)
            config._compile_all_devices = True  # type: ignore[assignment]  # on CPUs too
            options |= {"cache_implementation": "static", "compile_config": config}
        assert isinstance(self.model, GenerationMixin)
        written = self.model.generate(  # type: ignore[misc]  # typed for a protocol that transformers keeps to itself
            self.ids, attention_mask=torch.ones_like(self.ids), **options
        )
        assert isinstance(written, Tensor)
        assert written.shape[1] == self.ids.shape[1] + self.side.length, "fewer tokens were generated than asked for"

    def _dag(self):
        output = self.model.model(self.ids, backbone_hidden_states=self.hidden)
        output.last_hidden_state.sum().backward()
        self.model.zero_grad()

    def standing_bytes(self) -> int:
        """What is there between steps: parameters, buffers, the optimizer's states."""
        tensors = [*self.model.parameters(), *self.model.buffers()]
        if self.optimizer is not None:
            tensors += [value for state in self.optimizer.state.values() for value in state.values()]
        return sum(tensor.nbytes for tensor in tensors)

    def peak_bytes(self) -> int:
        """Most that is allocated at once in a step, with what stands."""
        if self.device.type == "cuda":
            torch.cuda.reset_peak_memory_stats()
            self()
            return torch.cuda.max_memory_allocated()
        with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU], profile_memory=True) as profile:
            self()
        events = [event for event in profile.profiler.kineto_results.events() if event.name() == "[memory]"]
        allocated = peak = 0
        for event in sorted(events, key=lambda event: event.start_ns()):
            allocated += event.nbytes()
            peak = max(peak, allocated)
        return self.standing_bytes() + peak


def measure(
    case: Case,
    rounds: int,
    device: torch.device,
    dtype: torch.dtype,
    clock: Literal["wall", "processor"],
    peak_tflops: float | None = None,
) -> dict[str, Any]:
    """The case's figures: medians of both sides, and median and quartiles of the ratios of neighbours.

    clock: "processor" counts this process's time on all its processors, for machines that others use as well.
    peak_tflops: what the device can do; adds `mfu` to training.
    """
    ours, reference = (Work(side, device, dtype) for side in (case.ours, case.reference))
    if case.reference.dag is None:
        assert case.ours.tokens == case.reference.tokens
        assert block_parameters(ours.model) == block_parameters(reference.model)
    for _ in range(WARMUP):
        ours()
        reference()
    pairs: list[tuple[float, float]]
    if case.unit == "bytes":
        pairs = [(ours.peak_bytes(), reference.peak_bytes())]
    else:
        now = {"wall": perf_counter, "processor": process_time}[clock]
        pairs = []
        for _ in range(rounds):
            begin = now()
            ours()
            between = now()
            reference()
            pairs.append((between - begin, now() - between))
    ratios = [mine / theirs for mine, theirs in pairs]
    mine, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    result = {
        "suite": case.suite,
        "title": case.title,
        "unit": case.unit,
        "ours": mine,
        "reference": theirs,
        "ratio": statistics.median(ratios),
        "quartiles": statistics.quantiles(ratios, n=4)[::2] if len(ratios) > 1 else None,
        "rounds": len(ratios),
        "limit": case.limit,
    }
    if case.unit == "seconds":
        result["tokens_per_second"] = case.ours.tokens / mine
        if peak_tflops is not None and case.ours.work == "train":
            tflops = result["tokens_per_second"] * operations_per_token(ours.model) / 1e12
            result |= {"tflops": tflops, "mfu": tflops / peak_tflops}
    return result
