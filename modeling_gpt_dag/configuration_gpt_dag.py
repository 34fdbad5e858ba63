"""GPT-DAG configuration: a decoder of transformers as backbone, and the DAG beside it.

What is unusual: the backbone is any decoder config. Flat keywords that GPT-2 knows build one, so that
`GPTDAGConfig(n_layer=2, n_head=4, n_embd=128, dag_depth=2)` reads like nanoGPT. Sizes such as `hidden_size` are those
of the backbone.
"""

import copy
from typing import cast

from huggingface_hub.dataclasses import strict
from transformers import CONFIG_MAPPING, AutoConfig, GPT2Config, PreTrainedConfig

from .dag_operations import OPERATIONS, max_precision
from .decimal_tensor import MAX_DIGITS, parse_decimal
from .limb_tensor import MAX_LIMB_DIGITS
from .number_grammar import FRACTION_BAR, REQUIRED_SYMBOLS, SYMBOLS
from .number_words import WORD_GROUPS

NUMERICS = ("exact", "soft")
GATES = ("convex", "none")
PLANNERS = ("independent", "joint")
ENDS = ("learned", "mask")


def _backbone_property(name: str) -> property:
    return property(
        lambda self: getattr(self.backbone_config, name),
        lambda self, value: setattr(self.backbone_config, name, value),
        doc=f"`{name}` of the backbone.",
    )


@strict
class GPTDAGConfig(PreTrainedConfig):
    r"""
    Configuration of [`GPTDAGModel`] and [`GPTDAGForCausalLM`].

    Args:
        backbone_config (`dict` or `PreTrainedConfig`, *optional*, defaults to `GPT2Config`):
            Any decoder of transformers. Keywords that `GPT2Config` knows (`n_layer`, `n_embd`, `vocab_size`, ...)
            build the default one or change the one given.
        dag_depth (`int`, defaults to 4): D, DAG steps per token. 0 is the backbone alone.
        dag_numerics (`str`, defaults to `"exact"`): `"exact"` computes; `"soft"` is nanoGPT-DAG's formulation.
        dag_operations (`list[str]`): what a step may do, names of `dag_operations.OPERATIONS`.
        dag_precision (`int`, *optional*, defaults to 10):
            significant digits to which a result without an exact decimal (1 / 3, a root) is rounded as it is written,
            half even; no parameter depends on it. None: such a result is none. Exact numerics only.
        dag_trailing_zeros (`bool`, defaults to `True`):
            whether a result is written with all the decimals that its operands give it, as prices are: 0.5 * 0.2 is
            0.10. False: 0.1. No parameter depends on it. Exact numerics only.
        dag_num_values (`int`, *optional*): numbers a token can read; 8 in exact numerics, always 1 in soft.
        dag_num_ranks (`int`, *optional*):
            how many of these the planner tells apart by how many numbers stand between. Those further back it knows by
            what stands around them alone, so that it finds the beginning of a list of any length. By default all.
            Independent planner only; with it no parameter depends on `dag_num_values`.
        dag_constants (`list[str]`): decimals such as "100" that can be read everywhere, exact numerics only.
        dag_digits (`int`, defaults to 18):
            digits that a number or result may have, 18 to 256; longer ones have no value. No parameter depends on it:
            a model answers with more digits than it was trained with. Above 18 only add, subtract, multiply,
            identity, max and min compute with longer numbers, and the value loss leaves these out. Exact numerics
            only.
        dag_planner (`str`, defaults to `"independent"`):
            `"independent"` makes all choices of a plan apart; `"joint"` decides each step as a whole, knowing the
            steps before, as text with several steps needs it. Exact numerics only.
        dag_planner_layer (`int`, *optional*):
            a layer of the backbone. With it the planner reads that layer's hidden states and the input embeddings
            beside the last hidden states. The last hidden states of a pretrained backbone predict the next token;
            which operation a text asks for is found better in a middle layer.
        dag_context_layers (`int`, *optional*): causal blocks between backbone and DAG; 0 in exact, 1 in soft numerics.
        dag_key_size (`int`, *optional*):
            E, size of the content keys and of the content values that the planner reads of each number; the joint
            planner is twice as wide. By default that of a head of the backbone. Exact numerics only.
        dag_slot_layers (`int`, defaults to 0):
            layers of attention over what the joint planner reads: numbers, constants and the token that plans. With
            them the planner also reads, of each number, the mean of what stands up to the next one.
        dag_compare_values (`bool`, defaults to `False`):
            whether the joint planner scores operands also by which is larger and whether one is a multiple of the
            other, as estimates in float32 tell. Numbers of more than 18 digits are not compared.
        dag_gate (`str`, *optional*): `"convex"` (exact) or `"none"` (soft).
        dag_end (`str`, defaults to `"learned"`):
            what the DAG writes behind the last character of a number. `"learned"`: an embedding of its own, by which
            a model learns how its answers end. `"mask"`, the default of `from_backbone`: nothing; the digits' logits
            are masked, and what follows is the backbone's own word. Exact numerics only.
        dag_min_gate (`float`, defaults to 0.0):
            in inference a gate below it is exactly 0. So a gate that is nearly shut does not change a word.
        dag_min_confidence (`float`, defaults to 0.0):
            in inference the gate is exactly 0 where gate times probability of the plan is below it. The product says
            how sure the model is that a result is asked for and that it is this one. Exact numerics only.
        dag_temperature (`float`, defaults to 2.0): of the sampling of plans in training.
        dag_min_plan_prob (`float`, defaults to 0.0):
            in inference the gate is exactly 0 where the most probable plan is less probable. Exact numerics only.
        dag_num_plans (`int`, defaults to 16): K, plans drawn per token in training, exact numerics only.
        dag_number_positions (`bool`, *optional*): a number takes one position whatever its length. Defaults to what a
            backbone trained from scratch needs: true in exact numerics.
        dag_number_words (`list[str]`, defaults to none):
            which number words are read, of `"cardinals"` ("seven", "twenty-five"), `"fractions"` ("half"),
            `"multiples"` ("twice", "dozen") and `"one"`. `from_backbone` reads all but "one". Exact numerics only.
        dag_plan_loss_weight (`float`, defaults to 1.0): of the plan loss, where `plan_labels` are given.
        dag_value_loss_weight (`float`, defaults to 0.0):
            of the value loss, which searches for plans that compute the numbers in the labels. Exact numerics only.
        dag_value_positions (`int`, defaults to 64):
            numbers searched in each forward pass, that is by each process in each micro-batch.
        dag_gate_loss_weight (`float`, defaults to 0.0):
            of the gate loss, which shuts gates where no label follows: in prompts and in text that is not learned.
        number_tokens (`dict[str, list[int]]`, *optional*): token ids of each number symbol, as
            `modeling_gpt_dag.number_tokens(tokenizer)` returns it. Exact numerics needs it.
        word_tokens (`dict[str, list[int]]`, *optional*): token ids of each part of number words, as
            `modeling_gpt_dag.word_tokens(tokenizer)` returns it. `dag_number_words` needs it.

    Raises ValueError for values outside these, naming the field, the value and what is allowed.
    """

    model_type = "gpt_dag"
    sub_configs = {"backbone_config": AutoConfig}
    keys_to_ignore_at_inference = ["past_key_values", "dag"]
    attribute_map = {"dag_beams": "dag_num_plans"}  # the old name, which saved configs may have

    backbone_config: dict | PreTrainedConfig | None = None
    dag_depth: int = 4
    dag_numerics: str = "exact"
    dag_operations: list[str] | tuple[str, ...] = ("add", "identity", "multiply", "subtract")
    dag_precision: int | None = 10
    dag_trailing_zeros: bool = True
    dag_num_values: int | None = None
    dag_num_ranks: int | None = None
    dag_constants: list[str] | tuple[str, ...] = ()
    dag_digits: int = MAX_DIGITS
    dag_planner: str = "independent"
    dag_planner_layer: int | None = None
    dag_context_layers: int | None = None
    dag_key_size: int | None = None
    dag_slot_layers: int = 0
    dag_compare_values: bool = False
    dag_gate: str | None = None
    dag_end: str = "learned"
    dag_min_gate: float | int = 0.0
    dag_min_confidence: float | int = 0.0
    dag_temperature: float | int = 2.0
    dag_min_plan_prob: float | int = 0.0
    dag_num_plans: int = 16
    dag_number_positions: bool | None = None
    dag_number_words: list[str] | tuple[str, ...] = ()
    dag_plan_loss_weight: float | int = 1.0
    dag_value_loss_weight: float | int = 0.0
    dag_value_positions: int = 64
    dag_gate_loss_weight: float | int = 0.0
    number_tokens: dict[str, list[int]] | None = None
    word_tokens: dict[str, list[int]] | None = None
    use_cache: bool = True
    tie_word_embeddings: bool | None = None
    bos_token_id: int | None = None
    eos_token_id: int | list[int] | None = None
    pad_token_id: int | None = None

    vocab_size = _backbone_property("vocab_size")
    hidden_size = _backbone_property("hidden_size")
    num_attention_heads = _backbone_property("num_attention_heads")
    max_position_embeddings = _backbone_property("max_position_embeddings")
    initializer_range = _backbone_property("initializer_range")
    sliding_window = _backbone_property("sliding_window")

    def __post_init__(self, **kwargs):
        misspelt = [key for key in kwargs if key.startswith("dag_") and key not in self.attribute_map]
        if misspelt:
            known = sorted(key for key in type(self).__dataclass_fields__ if key.startswith("dag_"))
            raise ValueError(
                f"unknown field {misspelt[0]}={kwargs[misspelt[0]]!r}; GPTDAGConfig has {', '.join(known)}"
            )
        kwargs = self._build_backbone(kwargs)
        self.dag_operations = list(self.dag_operations)
        self.dag_constants = [str(constant) for constant in self.dag_constants]
        self.dag_number_words = list(self.dag_number_words)
        exact = self.dag_numerics == "exact"
        derived = {
            "dag_num_values": 8 if exact else 1,
            "dag_context_layers": 0 if exact else 1,
            "dag_gate": "convex" if exact else "none",
            "dag_number_positions": exact,
            "dag_key_size": self.head_dim if exact else None,
        }
        for field, value in derived.items():
            if getattr(self, field) is None:
                setattr(self, field, value)
        super().__post_init__(**kwargs)
        # @strict would wrap errors that its own validation raises.
        self.validate_architecture()

    def _build_backbone(self, kwargs: dict) -> dict:
        """Turn `backbone_config` into a config with the flat keywords that it knows; return the other keywords."""
        backbone = self.backbone_config
        if isinstance(backbone, dict):
            backbone = dict(backbone)
            model_type = backbone.pop("model_type", "gpt2")
            if model_type not in CONFIG_MAPPING:
                raise ValueError(f"backbone_config has model_type={model_type!r}, which transformers does not know")
            backbone = CONFIG_MAPPING[model_type](**backbone)
        backbone_class = GPT2Config if backbone is None else type(backbone)
        own = PreTrainedConfig.__dataclass_fields__.keys()
        known = (backbone_class.__dataclass_fields__.keys() | backbone_class.attribute_map.keys()) - own
        flat = {key: kwargs.pop(key) for key in list(kwargs) if key in known}
        if backbone is None:
            # The defaults of GPT2Config are ids in GPT-2's vocabulary; this one may be smaller.
            backbone = GPT2Config(**{"bos_token_id": None, "eos_token_id": None, **flat})
        elif flat:
            backbone = copy.deepcopy(backbone)
            for key, value in flat.items():
                setattr(backbone, key, value)
        self.backbone_config = backbone
        for field in ("tie_word_embeddings", "bos_token_id", "eos_token_id", "pad_token_id"):
            if getattr(self, field) is None:
                setattr(self, field, getattr(backbone, field, None))
            elif field != "pad_token_id":  # with it the backbone would warn of padding that this model masks
                setattr(backbone, field, getattr(self, field))
        return kwargs

    @property
    def num_hidden_layers(self) -> int:
        """Slots of the KV cache: one for each layer of backbone and context, three for the number memory."""
        return self.number_memory_index + (3 if self.has_number_memory else 0)

    @property
    def context_index(self) -> int:
        """Cache slot of the first context block."""
        return cast(PreTrainedConfig, self.backbone_config).num_hidden_layers

    @property
    def number_memory_index(self) -> int:
        """Cache slot of the number symbols; the next two hold content keys and decisions."""
        return self.context_index + (cast(int, self.dag_context_layers) if self.dag_depth else 0)

    @property
    def has_number_memory(self) -> bool:
        return self.dag_depth > 0 and self.dag_numerics == "exact"

    @property
    def writes_fractions(self) -> bool:
        """Whether results may be written as "-3/2": numerator, fraction bar, denominator."""
        return "fraction" in self.dag_operations

    @property
    def layer_types(self) -> list[str]:
        """Type of attention of each cache slot, for backbones with sliding windows; the DAG's own are full.

        Raises AttributeError if all are full; transformers expects that.
        """
        types = getattr(self.backbone_config, "layer_types", None)
        if types is None and getattr(self.backbone_config, "sliding_window", None) is not None:
            types = ["sliding_attention"] * self.context_index
        if types is None:
            raise AttributeError("layer_types")
        return [*types, *["full_attention"] * (self.num_hidden_layers - self.context_index)]

    @property
    def num_key_value_heads(self) -> int:
        return getattr(self.backbone_config, "num_key_value_heads", None) or self.num_attention_heads

    @property
    def head_dim(self) -> int:
        """Size of one attention head of the backbone."""
        head_dim = getattr(self.backbone_config, "head_dim", None)
        return head_dim or self.hidden_size // self.num_attention_heads

    def _refuse_unless(self, condition: bool, field: str, allowed: str) -> None:
        if not condition:
            raise ValueError(f"{field}={getattr(self, field)!r}: {allowed}")

    def validate_architecture(self):
        """Raises ValueError for a config of which no model can be built."""
        super().validate_architecture()
        check = self._refuse_unless
        divides = self.hidden_size % self.num_attention_heads == 0
        explicit_head_dim = getattr(self.backbone_config, "head_dim", None) is not None
        heads = f"must be a multiple of num_attention_heads={self.num_attention_heads}"
        check(divides or explicit_head_dim, "hidden_size", heads)
        check(self.dag_depth >= 0, "dag_depth", "must be 0 (the backbone alone) or more")
        check(self.dag_numerics in NUMERICS, "dag_numerics", f"must be one of {', '.join(NUMERICS)}")
        unknown = [name for name in self.dag_operations if name not in OPERATIONS]
        check(not unknown, "dag_operations", f"{unknown} unknown; known are {', '.join(OPERATIONS)}")
        repeated = len(set(self.dag_operations)) < len(self.dag_operations)
        check(bool(self.dag_operations) and not repeated, "dag_operations", "must name at least one, each once")
        self._validate_precision()
        check(self.dag_gate in GATES, "dag_gate", f"must be one of {', '.join(GATES)}")
        check(self.dag_end in ENDS, "dag_end", f"must be one of {', '.join(ENDS)}")
        check(self.dag_planner in PLANNERS, "dag_planner", f"must be one of {', '.join(PLANNERS)}")
        check(cast(int, self.dag_num_values) >= 1, "dag_num_values", "must be at least 1")
        if self.dag_num_ranks is not None:
            check(self.dag_num_ranks >= 1, "dag_num_ranks", "must be at least 1")
            tells_ranks = self.dag_planner == "independent" and self.dag_numerics == "exact"
            check(tells_ranks, "dag_num_ranks", 'needs dag_planner="independent" and dag_numerics="exact"')
        digits = f"must be from {MAX_DIGITS} to {MAX_LIMB_DIGITS}"
        check(MAX_DIGITS <= self.dag_digits <= MAX_LIMB_DIGITS, "dag_digits", digits)
        layers = self.context_index
        in_backbone = self.dag_planner_layer is None or 1 <= self.dag_planner_layer <= layers
        check(in_backbone, "dag_planner_layer", f"must be from 1 to {layers}, the backbone's layers")
        check(cast(int, self.dag_context_layers) >= 0, "dag_context_layers", "must be at least 0")
        check(self.dag_key_size is None or self.dag_key_size >= 1, "dag_key_size", "must be at least 1")
        check(self.dag_slot_layers >= 0, "dag_slot_layers", "must be at least 0")
        for name in ("dag_slot_layers", "dag_compare_values"):
            check(not getattr(self, name) or self.dag_planner == "joint", name, 'needs dag_planner="joint"')
        is_even = self.dag_slot_layers == 0 or cast(int, self.dag_key_size) % 2 == 0
        check(is_even, "dag_key_size", "must be even with dag_slot_layers, for four heads of twice its size")
        check(self.dag_temperature > 0, "dag_temperature", "must be positive")
        check(0 <= self.dag_min_gate <= 1, "dag_min_gate", "is a gate, from 0 to 1")
        check(self.dag_min_gate == 0 or self.dag_gate == "convex", "dag_min_gate", 'needs dag_gate="convex"')
        check(0 <= self.dag_min_plan_prob <= 1, "dag_min_plan_prob", "is a probability, from 0 to 1")
        check(0 <= self.dag_min_confidence <= 1, "dag_min_confidence", "is a probability, from 0 to 1")
        unknown = [name for name in self.dag_number_words if name not in WORD_GROUPS]
        check(not unknown, "dag_number_words", f"{unknown} unknown; known are {', '.join(WORD_GROUPS)}")
        check(self.dag_num_plans >= 1, "dag_num_plans", "must be at least 1")
        check(self.dag_plan_loss_weight >= 0, "dag_plan_loss_weight", "must not be negative")
        check(self.dag_value_loss_weight >= 0, "dag_value_loss_weight", "must not be negative")
        check(self.dag_value_positions >= 1, "dag_value_positions", "must be at least 1")
        check(self.dag_gate_loss_weight >= 0, "dag_gate_loss_weight", "must not be negative")
        if self.dag_numerics == "soft":
            soft = "soft numerics extracts one value from the hidden state and reads no numbers; use exact"
            check(self.dag_num_values == 1, "dag_num_values", f"must be 1: {soft}")
            hard = [name for name in self.dag_operations if OPERATIONS[name].soft is None]
            check(not hard, "dag_operations", f"{hard} are exact only; {soft}")
            check(not self.dag_constants, "dag_constants", f"must be empty: {soft}")
            check(self.dag_digits == MAX_DIGITS, "dag_digits", f"must be {MAX_DIGITS}: {soft}")
            check(self.dag_trailing_zeros, "dag_trailing_zeros", f"must be true: {soft}")
            check(self.dag_planner == "independent", "dag_planner", f"must be independent: {soft}")
            check(self.dag_end == "learned", "dag_end", f"must be learned: {soft}")
            check(self.dag_key_size is None, "dag_key_size", f"must be none: {soft}")
            check(self.dag_min_plan_prob == 0, "dag_min_plan_prob", f"must be 0: {soft}")
            check(self.dag_min_confidence == 0, "dag_min_confidence", f"must be 0: {soft}")
            check(self.dag_value_loss_weight == 0, "dag_value_loss_weight", f"must be 0: {soft}")
            check(not self.dag_number_words, "dag_number_words", f"must be empty: {soft}")
            check(not self.dag_number_positions, "dag_number_positions", f"must be false: {soft}")
        for constant in self.dag_constants:
            try:
                parse_decimal(constant, self.dag_digits)
            except ValueError as error:
                raise ValueError(f"dag_constants={self.dag_constants!r}: {error}") from error
        if self.number_tokens is not None:
            self._validate_number_tokens(self.number_tokens)
        if self.word_tokens is not None:
            self._validate_token_ids("word_tokens", self.word_tokens)

    def _validate_precision(self):
        most = max_precision(self.dag_operations)
        allowed = f"must be None or from 1 to {most}"
        inexact = [name for name in self.dag_operations if max_precision([name]) == most]
        if most < max_precision([]):
            allowed += f", the digits to which {inexact} can be rounded correctly"
        self._refuse_unless(self.dag_precision is None or 1 <= self.dag_precision <= most, "dag_precision", allowed)

    def _validate_number_tokens(self, number_tokens: dict[str, list[int]]):
        unknown = [symbol for symbol in number_tokens if symbol not in SYMBOLS]
        if unknown:
            raise ValueError(f"number_tokens has unknown symbols {unknown}; known are {list(SYMBOLS)}")
        missing = [symbol for symbol in REQUIRED_SYMBOLS if not number_tokens.get(symbol)]
        if missing:
            raise ValueError(f"number_tokens has no token for {missing}; a number cannot be written without them")
        if self.writes_fractions and not number_tokens.get(FRACTION_BAR):
            raise ValueError(
                f"number_tokens has no token for {FRACTION_BAR!r}, which the operation 'fraction' writes: "
                "fill it anew, by `modeling_gpt_dag.number_tokens(tokenizer)`"
            )
        self._validate_token_ids("number_tokens", number_tokens)

    def _validate_token_ids(self, field: str, tokens: dict[str, list[int]]):
        outside = {name: [i for i in ids if not 0 <= i < self.vocab_size] for name, ids in tokens.items()}
        outside = {name: ids for name, ids in outside.items() if ids}
        if outside:
            raise ValueError(f"{field} has ids outside the vocabulary of {self.vocab_size} tokens: {outside}")
        ids = [i for ids in tokens.values() for i in ids]
        if len(set(ids)) < len(ids):
            twice = sorted({i for i in ids if ids.count(i) > 1})
            raise ValueError(f"{field} gives several symbols to the token ids {twice}")


__all__ = ["GPTDAGConfig"]
