"""GPT-DAG: a causal language model in which every token owns a small differentiable calculator.

What is unusual: the backbone is any decoder of transformers, built from `config.backbone_config` and left as it is.
The DAG reads numbers from the token ids, plans on the backbone's hidden states and mixes what it would write into the
last one. All of that happens in the base model, so that every head and server that runs the base model gets it. The
numbers of cached tokens are in cache slots of the DAG's own (`number_memory.py`).

B batch, T tokens of this call, L tokens including cached ones, H hidden size, D DAG steps, N initial values, S = N + D
slots, O operations, E key size.
"""

from dataclasses import dataclass
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.nn.attention.flex_attention import BlockMask
from transformers import AutoModel, GPT2Config, PreTrainedConfig, PreTrainedModel, PreTrainedTokenizerBase
from transformers import initialization as init
from transformers.cache_utils import Cache, DynamicCache
from transformers.generation import GenerationMixin
from transformers.masking_utils import create_causal_mask
from transformers.modeling_outputs import BaseModelOutputWithPast, CausalLMOutputWithPast
from transformers.modeling_utils import slice_logits_to_keep
from transformers.models.gpt2.modeling_gpt2 import GPT2Block
from transformers.pytorch_utils import Conv1D
from transformers.utils import ModelOutput, auto_docstring
from transformers.utils.generic import can_return_tuple, merge_with_config_defaults

from .configuration_gpt_dag import GPTDAGConfig
from .dag_losses import plan_cross_entropy, shut_gate_cross_entropy, value_loss_of_labels
from .decimal_tensor import DecimalTensor
from .exact_dag import ExactDAG, ExactState, IndependentDAG, JointDAG
from .from_backbone import attach
from .gate_mixer import GATE_THRESHOLD, DAGState, GateMixer
from .joint_planner import JointPlanner
from .limb_tensor import Decimals, LimbTensor
from .number_memory import NumberMemory
from .number_text import WRITTEN_SYMBOLS, NumberText, ReadNumbers
from .planner_input import PlannerInput, run_backbone, split_features
from .plans import IGNORE_INDEX, existing_slots
from .slot_attention import SlotAttention
from .soft_dag import SoftDAG

# One for all layers, or a dict by type of attention.
BackboneMask = Tensor | BlockMask | dict | None


@dataclass
class DAGOutput(ModelOutput):
    r"""
    What the DAG of every token did in one forward pass, `model(..., output_dag=True).dag`.

    plan (`torch.LongTensor` of shape `(B, T, D, 3)`):
        The most probable plan: operand1, operand2 and operation of each step; exact numerics only.
    operand1_probs (`torch.FloatTensor` of shape `(B, T, D, S)`):
        Probability of each slot as first operand of each step; exactly 0 for slots that do not exist yet. Of a joint
        planner they are marginals, each step's after the earlier steps of the most probable plan.
    operand2_probs (`torch.FloatTensor` of shape `(B, T, D, S)`): The same for the second operand.
    operation_probs (`torch.FloatTensor` of shape `(B, T, D, O)`): Probability of each of `config.dag_operations`.
    values (`torch.FloatTensor` of shape `(B, T, S)`):
        The scratch list. In exact numerics the values of the most probable plan, as float64.
    values_mask (`torch.BoolTensor` of shape `(B, T, S)`): Which slots hold a value; in the others `values` is 0.
    values_mantissa, values_scale (`torch.LongTensor` of shape `(B, T, S)`):
        The values as they would be written, `mantissa * 10**-scale`; exact numerics only. `value_texts` gives them as
        text.
    values_exact (`torch.BoolTensor` of shape `(B, T, S)`):
        Which slots hold a value that is written as it is; the others are rounded to `config.dag_precision` digits as
        they are written, or computed from rounded ones. Exact numerics only.
    values_limbs (`torch.LongTensor` of shape `(B, T, S, L)`):
        With `config.dag_digits` above 18 in place of `values_mantissa`: mantissas in limbs of 8 digits, the lowest
        first, all of the number's sign.
    plan_prob (`torch.FloatTensor` of shape `(B, T)`):
        Probability of the most probable plan; exact numerics only. Where it is below `config.dag_min_plan_prob`, or
        where gate times it is below `config.dag_min_confidence`, the gate is exactly 0 in inference.
    fraction_bar (`torch.BoolTensor` of shape `(B, T)`):
        Whether the result is a numerator behind which "/" is written, because the denominator is not 1; with the
        operation `fraction` only.
    gate (`torch.FloatTensor` of shape `(B, T)`): 0 where there is no result to write.
    dag_hidden (`torch.FloatTensor` of shape `(B, T, H)`): What is written back, before normalisation.
    """

    plan: Tensor | None = None
    operand1_probs: Tensor | None = None
    operand2_probs: Tensor | None = None
    operation_probs: Tensor | None = None
    values: Tensor | None = None  # type: ignore[assignment]  # hides OrderedDict.values
    values_mask: Tensor | None = None
    values_mantissa: Tensor | None = None
    values_scale: Tensor | None = None
    values_exact: Tensor | None = None
    values_limbs: Tensor | None = None
    plan_prob: Tensor | None = None
    fraction_bar: Tensor | None = None
    gate: Tensor | None = None
    dag_hidden: Tensor | None = None

    @property
    def decimals(self) -> Decimals:
        """(B, T, S): the values as they would be written; raises ValueError in soft numerics, which has none."""
        if self.values_scale is None or self.values_mask is None:
            raise ValueError("soft numerics has no exact values")
        if self.values_limbs is not None:
            return LimbTensor(self.values_limbs.movedim(-1, 0), self.values_scale, self.values_mask)
        return DecimalTensor(cast(Tensor, self.values_mantissa), self.values_scale, self.values_mask)

    def value_texts(self, batch: int, token: int) -> list[str | None]:
        """Decimal text of each slot of one token, None where it holds no value; raises as `decimals` does."""
        return self.decimals.map(lambda part: part[batch, token]).texts()


@dataclass
class GPTDAGModelOutput(BaseModelOutputWithPast):
    r"""
    dag (`DAGOutput`, *optional*, returned when `output_dag=True` and `config.dag_depth > 0`):
        What the DAG of every token did.
    number_text (`NumberText`, *optional*, returned with `dag` in exact numerics):
        The numbers read from all tokens, cached ones included, `(B, L)` each.
    token_index (`torch.LongTensor` of shape `(T,)`, *optional*, returned with `number_text`):
        Indices of this call's tokens among all.
    dag_losses (`dict[str, torch.Tensor]`, *optional*, returned with `labels`):
        The DAG's losses `()` by name, each a sum over the tokens of this pass.
    number_end (`torch.FloatTensor` of shape `(B, T)`, *optional*, returned with `config.dag_end="mask"`):
        How much a number of the DAG's ends with each token, from 0 to 1, so that no digit is to follow.
    """

    dag_losses: dict[str, Tensor] | None = None
    number_end: Tensor | None = None
    dag: DAGOutput | None = None
    number_text: NumberText | None = None
    token_index: Tensor | None = None


@dataclass
class GPTDAGCausalLMOutput(CausalLMOutputWithPast):
    r"""
    dag (`DAGOutput`, *optional*, returned when `output_dag=True` and `config.dag_depth > 0`):
        What the DAG of every token did.
    """

    dag: DAGOutput | None = None


class _Call(NamedTuple):
    """The tokens of one forward pass, as the caller gave them, and where they stand.

    tokens: input_ids or inputs_embeds, whichever is given.
    input_ids: (B, T). inputs_embeds: (B, T, H).
    attention_mask: (B, L), or (B, 1, T, L) boolean or additive, or a dict of those by attention type.
    position_ids: (B, T).
    cache: the caller's or a new one; None without caching.
    token_index: (T,), indices of the tokens, after those of the cached ones.
    """

    tokens: Tensor
    input_ids: Tensor | None
    inputs_embeds: Tensor | None
    attention_mask: Tensor | dict | None
    position_ids: Tensor | None
    cache: Cache | None
    token_index: Tensor


class GPTDAGPreTrainedModel(PreTrainedModel):
    config: GPTDAGConfig
    base_model_prefix = "model"
    supports_gradient_checkpointing = True
    _skip_keys_device_placement = ["past_key_values"]
    _supports_flash_attn = True
    _supports_sdpa = True
    _supports_flex_attn = True
    _supports_attention_backend = True
    _can_compile_fullgraph = True

    @torch.no_grad()
    def _init_weights(self, module: nn.Module):
        """Initialise the parameters that the backbone does not initialise itself.

        | parameter | distribution |
        |---|---|
        | `nn.Linear`, `nn.Embedding` weights | normal, 0, `initializer_range` of the backbone (0.02) |
        | context block `Conv1D` weights | the same; over sqrt(2 layers) on the residual path, as in GPT-2 |
        | biases; norms | 0; weight 1, bias 0 |
        | `GateMixer.gate_head` bias | 3: a gate that starts open learns in a third of the steps |
        | `JointPlanner` weights | Xavier uniform; embeddings normal, 0, 0.3: from small weights it learns slowly |
        | `ExactDAG.end_embedding` | normal, 0, `initializer_range` |
        | `GateMixer.dag_scale` | 1 |
        """
        super()._init_weights(module)
        std = getattr(self.config.backbone_config, "initializer_range", 0.02)
        is_planner = getattr(module, "_is_planner", False)
        if isinstance(module, Conv1D) and not is_planner:
            residual_layers = getattr(module, "_residual_layers", None)
            init.normal_(module.weight, mean=0.0, std=std / (2 * residual_layers) ** 0.5 if residual_layers else std)
            init.zeros_(module.bias)
        elif is_planner:
            if isinstance(module, nn.Embedding):
                init.normal_(module.weight, mean=0.0, std=0.3)
            else:
                init.xavier_uniform_(cast(Tensor, module.weight))
            if isinstance(module, Conv1D):
                init.zeros_(module.bias)
        elif isinstance(module, nn.Linear) and getattr(module, "_is_gate", False):
            init.constant_(module.bias, 3.0)
        elif isinstance(module, ExactDAG):
            if module.end_embedding is not None:
                init.normal_(module.end_embedding, mean=0.0, std=std)
            init.copy_(module.constants, module.build_constants())
            if isinstance(module, IndependentDAG):
                init.copy_(module.existing_slots, existing_slots(module.num_initial, module.depth))
        elif isinstance(module, JointPlanner):
            init.copy_(module.allowed, module.build_allowed())
            init.copy_(module.commutative, module.build_commutative())
            init.copy_(module.copies, module.build_copies())
            init.copy_(module.over_range, module.build_over_range())
            init.copy_(module.unary, module.build_unary())
        elif isinstance(module, GateMixer):
            init.ones_(module.dag_scale)
        elif isinstance(module, NumberMemory):
            init.copy_(module.number_symbols, module.build_number_symbols())
            init.copy_(module.written_tokens, module.build_written_tokens())
            init.copy_(module.digit_tokens, module.build_digit_tokens())
            init.copy_(module.grammar, module.build_grammar())
            for name, table in module.build_word_tables().items():
                init.copy_(getattr(module, name), table)

    def resize_token_embeddings(self, *args, **kwargs) -> nn.Embedding:
        """As the library does it; tokens that are gone leave `config.number_tokens` and `config.word_tokens`."""
        embeddings = super().resize_token_embeddings(*args, **kwargs)
        kept = range(self.config.vocab_size)
        for field in ("number_tokens", "word_tokens"):
            tokens = getattr(self.config, field)
            if tokens is not None:
                tokens = {name: [i for i in ids if i in kept] for name, ids in tokens.items()}
                setattr(self.config, field, tokens)
        return embeddings

    def get_input_embeddings(self) -> nn.Module:
        return cast("GPTDAGModel", self.base_model).backbone.get_input_embeddings()

    def set_input_embeddings(self, value: nn.Module):
        cast("GPTDAGModel", self.base_model).backbone.set_input_embeddings(value)


@auto_docstring(custom_intro="The backbone and, where `config.dag_depth > 0`, the DAG mixed into its hidden states.")
class GPTDAGModel(GPTDAGPreTrainedModel):
    backbone: PreTrainedModel
    dag: ExactDAG | SoftDAG

    def __init__(self, config: GPTDAGConfig):
        super().__init__(config)
        config.validate_architecture()  # from_pretrained sets fields of a config that was validated before
        self.backbone = AutoModel.from_config(config.backbone_config)
        self.gradient_checkpointing = False
        if config.dag_depth > 0:
            self._build_context(config)
            if config.dag_planner_layer is not None:
                self.planner_input = PlannerInput(config.hidden_size)
            self.mixer = GateMixer(
                config.hidden_size,
                cast(str, config.dag_gate),
                float(config.dag_min_gate),
                writes_end=config.dag_end == "learned",
                min_confidence=float(config.dag_min_confidence),
            )
            if config.dag_numerics == "exact":
                self._build_exact(config)
            else:
                self.dag = SoftDAG(
                    config.hidden_size, config.dag_depth, config.dag_operations, float(config.dag_temperature)
                )
        self.post_init()

    def _build_context(self, config: GPTDAGConfig):
        self.context_config = self._context_config(config)
        layers = range(config.context_index, config.context_index + cast(int, config.dag_context_layers))
        blocks = [GPT2Block(self.context_config, layer_idx=layer) for layer in layers]
        for block in blocks:
            for projection in (block.attn.c_proj, block.mlp.c_proj):
                # A mark for _init_weights, which sees one module at a time.
                projection._residual_layers = config.num_hidden_layers  # type: ignore[assignment]  # not a module
        self.context = nn.ModuleList(blocks)
        # What devices do not split and FSDP gathers on its own, beside the backbone's blocks. DAG and mixer are left
        # out: the forward pass calls their parts one by one, so FSDP has to gather them with the whole model.
        self._no_split_modules = ["GPT2Block"] if layers else []

    def _build_exact(self, config: GPTDAGConfig):
        self.number_memory = NumberMemory(config)
        key_size = cast(int, config.dag_key_size)
        form = JointDAG if config.dag_planner == "joint" else IndependentDAG
        self.dag = form(
            hidden_size=config.hidden_size,
            key_size=key_size,
            depth=config.dag_depth,
            num_values=cast(int, config.dag_num_values),
            constants=config.dag_constants,
            operations=config.dag_operations,
            num_plans=config.dag_num_plans,
            temperature=float(config.dag_temperature),
            min_plan_prob=float(config.dag_min_plan_prob),
            num_ranks=config.dag_num_ranks,
            precision=config.dag_precision,
            digits=config.dag_digits,
            learns_end=config.dag_end == "learned",
            slot_attention=SlotAttention(2 * key_size, config.dag_slot_layers) if config.dag_slot_layers else None,
            trailing_zeros=config.dag_trailing_zeros,
            compares_values=config.dag_compare_values,
        )
        # With tied embeddings the symbols' embeddings are the output embeddings of their tokens.
        if not config.tie_word_embeddings:
            num_symbols = len(WRITTEN_SYMBOLS) + config.writes_fractions
            self.symbol_embedding = nn.Embedding(num_symbols, config.hidden_size)

    @staticmethod
    def _context_config(config: GPTDAGConfig) -> GPT2Config:
        """Config of the context blocks: the backbone's own if that is GPT-2, else a GPT-2 of its width."""
        if isinstance(config.backbone_config, GPT2Config):
            return config.backbone_config
        context_config = GPT2Config(
            n_embd=config.hidden_size,
            n_head=config.num_attention_heads,
            activation_function="gelu",  # on CPUs a fifth of the time of GPT-2's approximation
            resid_pdrop=0.0,
            attn_pdrop=0.0,
        )
        context_config._attn_implementation = config._attn_implementation
        return context_config

    @can_return_tuple
    @merge_with_config_defaults
    @auto_docstring
    def forward(
        self,
        input_ids: torch.LongTensor | None = None,
        attention_mask: torch.Tensor | None = None,
        position_ids: torch.LongTensor | None = None,
        past_key_values: Cache | None = None,
        inputs_embeds: torch.FloatTensor | None = None,
        use_cache: bool | None = None,
        output_dag: bool = False,
        backbone_hidden_states: torch.FloatTensor | None = None,
        labels: torch.LongTensor | None = None,
        plan_labels: torch.Tensor | None = None,
        **kwargs,
    ) -> GPTDAGModelOutput:
        r"""
        labels (`torch.LongTensor` of shape `(B, T)`, *optional*):
            With them the DAG's losses are returned; the next-token loss is the head's.
        plan_labels (`torch.Tensor` of integers of shape `(B, T, D, 3)`, *optional*):
            The plan each token should follow, as in [`GPTDAGForCausalLM`].
        output_dag (`bool`, *optional*, defaults to `False`):
            Whether to return `.dag`, a [`DAGOutput`].
        backbone_hidden_states (`torch.FloatTensor` of shape `(B, T, H)` or `(B, T, 2, H)`, *optional*):
            The backbone's last hidden states of these tokens, computed before by `backbone_features`; with
            `dag_planner_layer`, those of that layer too. The backbone is not run and nothing is cached, so that
            training the DAG of a frozen backbone costs no more than the DAG.
        """
        tokens = self._checked_tokens(input_ids, inputs_embeds, past_key_values, backbone_hidden_states)
        if backbone_hidden_states is not None:
            use_cache = False
        if use_cache and past_key_values is None:
            past_key_values = DynamicCache(config=self.config)
        token_index = self._token_index(tokens, past_key_values)
        call = _Call(tokens, input_ids, inputs_embeds, attention_mask, position_ids, past_key_values, token_index)

        text, backbone_mask, backbone_positions = self._read(call)
        outputs, middle = self._backbone_states(
            call, backbone_mask, backbone_positions, backbone_hidden_states, use_cache=use_cache, **kwargs
        )
        hidden_states, dag, losses = cast(Tensor, outputs.last_hidden_state), None, None
        number_end = None
        if self.config.dag_depth > 0:
            context = self._context_states(call, hidden_states, middle, **kwargs)
            gate_logits, state = self._run_dag(call, context, text, plan_labels)
            hidden_states, gate = self.mixer(hidden_states, gate_logits, state)
            if self.config.dag_end == "mask":
                number_end = gate * state.ends
            dag = self._dag_output(state, gate) if output_dag else None
            if labels is not None:
                losses = self._dag_losses(call, state, gate, text, labels, plan_labels)
        return self._output(call, outputs, hidden_states, text, dag, losses, number_end)

    @staticmethod
    def _checked_tokens(
        input_ids: Tensor | None, inputs_embeds: Tensor | None, cache: Cache | None, backbone_states: Tensor | None
    ) -> Tensor:
        """input_ids (B, T) or inputs_embeds (B, T, H), whichever is given; raises ValueError for inputs at odds."""
        tokens = input_ids if inputs_embeds is None else inputs_embeds
        if tokens is None:
            raise ValueError("You have to specify input_ids or inputs_embeds")
        if backbone_states is not None and cache is not None:
            raise ValueError("backbone_hidden_states: a cache would miss the backbone's part of these tokens")
        return tokens

    def _token_index(self, tokens: Tensor, cache: Cache | None) -> Tensor:
        """(T,): indices of this call's tokens (B, T, ...), after the cached ones."""
        length = total = tokens.shape[1]
        past_length: int | Tensor = 0
        if cache is not None:
            past_length = cache.get_seq_length()
            # A static cache counts in a tensor. Its capacity says as much without a synchronisation.
            total = length + past_length if isinstance(past_length, int) else max(length, cache.get_max_length())
        # Under number positions more tokens may fit. Compiled code cannot look at positions, and counts tokens.
        if not self.config.dag_number_positions or torch.compiler.is_compiling():
            self._refuse_too_long(total, total)
        return torch.arange(length, device=tokens.device) + past_length

    def _refuse_too_long(self, tokens: int, positions: int):
        """Refuse more positions than a learned table has, before the embedding fails on the device."""
        table = self._position_table
        if table is not None and positions > table:
            raise ValueError(
                f"a sequence of {tokens} tokens does not fit the backbone's table of {table} positions "
                f"(max_position_embeddings): it takes {positions}"
            )

    @property
    def _position_table(self) -> int | None:
        """Length of the backbone's table of learned positions; None for rotary backbones, which have none."""
        backbone = self.config.backbone_config
        is_rotary = hasattr(backbone, "rope_parameters")
        return None if is_rotary else getattr(backbone, "max_position_embeddings", None)

    def _read(self, call: _Call) -> tuple[NumberText | None, BackboneMask, Tensor | None]:
        """The numbers of the text (None without number memory), and the backbone's mask and position ids."""
        mask: BackboneMask = call.attention_mask
        positions = call.position_ids
        if isinstance(mask, dict) and not hasattr(self.config.backbone_config, "layer_types"):
            mask = mask["sliding_attention"]
        if not self.config.has_number_memory:
            return None, mask, positions
        memory = self.number_memory
        if call.input_ids is not None:
            symbols = memory.symbols_of_ids(call.input_ids)
        else:
            symbols = memory.symbols_of_embeddings(call.tokens, self.get_input_embeddings())
        text = memory.read(symbols, call.attention_mask, call.position_ids, call.token_index, call.cache, self.dtype)
        if self.config.dag_number_positions:
            if call.attention_mask is None and call.cache is None:
                mask = self._packed_mask(text.written, call.position_ids)
            token_positions = call.token_index.unsqueeze(0) if call.position_ids is None else call.position_ids
            positions = memory.positions(text, token_positions, call.token_index)
            table = self._position_table
            # Tokens are counted first, so that the host waits for positions only where there are more tokens.
            if table is not None and text.written.shape[1] > table and not torch.compiler.is_compiling():
                self._refuse_too_long(text.written.shape[1], int(positions.max()) + 1)
        return text, mask, positions

    def _packed_mask(self, written: Tensor, position_ids: Tensor | None) -> Tensor | BlockMask:
        """The backbone's mask where it gets number positions and the caller gave no mask.

        Number positions repeat within a number. Without a mask the library would take each repetition for the start of
        another packed sequence. So the mask is made from the caller's position ids, or lets all tokens be attended to.

        written: (B, T), for its shape. position_ids: (B, T).
        """
        mask = None
        if position_ids is not None:
            mask = create_causal_mask(
                config=cast(PreTrainedConfig, self.config.backbone_config),
                # Only batch size, length and dtype of it are used.
                inputs_embeds=written.new_empty((*written.shape, 0), dtype=self.dtype),
                attention_mask=None,
                past_key_values=None,
                position_ids=position_ids,
            )
        return torch.ones_like(written) if mask is None else mask

    def _backbone_states(
        self,
        call: _Call,
        mask: BackboneMask,
        positions: Tensor | None,
        features: Tensor | None,
        **kwargs,
    ) -> tuple[BaseModelOutputWithPast, Tensor | None]:
        """The backbone's output, and the hidden states (B, T, H) of `dag_planner_layer` where that is given.

        features: (B, T, H) or (B, T, 2, H), the same computed before; None to run the backbone.
        """
        if features is not None:
            last, middle = split_features(features.to(self.dtype))
            return BaseModelOutputWithPast(last_hidden_state=last), middle
        return run_backbone(
            self.backbone,
            self.config.dag_planner_layer if self.config.dag_depth > 0 else None,
            input_ids=call.input_ids if call.inputs_embeds is None else None,
            attention_mask=mask,
            position_ids=positions,
            past_key_values=call.cache,
            inputs_embeds=call.inputs_embeds,
            **kwargs,
        )

    def _context_states(self, call: _Call, last: Tensor, middle: Tensor | None, **kwargs) -> Tensor:
        """(B, T, H): what the planner reads, after the context blocks.

        last, middle: (B, T, H), the backbone's hidden states of the last layer and of `dag_planner_layer`.
        """
        hidden_states = last
        if middle is not None:
            embeddings = self.get_input_embeddings()(call.tokens) if call.inputs_embeds is None else call.inputs_embeds
            hidden_states = self.planner_input(embeddings, middle, last)
        if len(self.context) == 0:
            return hidden_states
        given = call.attention_mask
        mask = create_causal_mask(
            config=self.context_config,
            inputs_embeds=hidden_states,
            attention_mask=given["full_attention"] if isinstance(given, dict) else given,
            past_key_values=call.cache,
            position_ids=call.position_ids,
            # The backbone's slots already hold this call's tokens; that of the first context block does not.
            layer_idx=self.config.context_index,
        )
        for block in self.context:
            hidden_states = block(hidden_states, past_key_values=call.cache, attention_mask=mask, **kwargs)
        return hidden_states

    def _run_dag(
        self, call: _Call, context: Tensor, text: NumberText | None, plan_labels: Tensor | None
    ) -> tuple[Tensor, DAGState]:
        """Gate logits (B, T, 1 or 0) and what the DAG did. context: (B, T, H). text: None in soft numerics."""
        if text is None:
            return self.mixer.gate_logits(context), self.dag(context)
        return self._run_exact(call, context, text, plan_labels)

    def _run_exact(
        self, call: _Call, hidden: Tensor, text: NumberText, plan_labels: Tensor | None
    ) -> tuple[Tensor, ExactState]:
        """`_run_dag` in exact numerics.

        Plan and gate are computed at every token. Inside a number those of the token before its first character are
        used, or of one that ends with its sign (`NumberText.since_decision`), so that one decision writes the whole
        number.
        """
        dag = cast(ExactDAG, self.dag)  # no isinstance: PEFT may wrap it
        memory, index = self.number_memory, call.token_index
        written = text.written[:, index]
        source = (index - text.since_decision[:, index]).clamp(min=0)
        hidden = dag.norm(hidden)
        numbers, numbers_at_source = memory.latest(text, call.position_ids, index, source)
        remembered = memory.remember(dag.key(hidden), dag.value(hidden), call.cache)
        keys, values = memory.at(numbers.end, *remembered)
        exists = numbers.exists.unsqueeze(-1)
        context = [keys, values * exists]
        hidden = dag.planning_hidden(hidden, context[1])
        if self.config.dag_slot_layers:
            last = memory.told_up_to(text, numbers, index)
            context += [memory.mean(part, numbers.end, last) * exists for part in remembered]

        def values_of(numbers: ReadNumbers) -> Tensor:
            values = text.value_at(numbers.end.flatten(1), numbers.exists.flatten(1), dag.digits)
            return values.unflatten(-1, numbers.end.shape[1:])

        known = values_of(numbers) if dag.plans_on_values else None
        decisions, read = dag.decide(hidden, context, numbers.exists, known, plan_labels)
        num_decisions = decisions.shape[-1]
        decisions = torch.cat([decisions, self.mixer.gate_logits(hidden)], -1)
        decisions = memory.decisions_at(source, decisions, call.cache)
        decisions, gate_logits = decisions.tensor_split([num_decisions], -1)
        symbol_embedding = self._symbol_embedding()
        state = dag(
            decisions,
            values_of(numbers_at_source),
            numbers_at_source.exists,
            written,
            symbol_embedding,
            read=read,
            source=source,
            separated=text.separated[:, index],
            is_signed=None if text.joined_sign is None else text.joined_sign[:, index],
        )
        return gate_logits, state

    def _symbol_embedding(self) -> Tensor:
        """(W - 1, H): embeddings of WRITTEN_SYMBOLS, and of the fraction bar if that is written."""
        if self.config.tie_word_embeddings:
            return self.get_input_embeddings()(self.number_memory.written_tokens)
        return self.symbol_embedding.weight

    def _output(
        self,
        call: _Call,
        outputs: BaseModelOutputWithPast,
        hidden_states: Tensor,
        text: NumberText | None,
        dag: DAGOutput | None,
        losses: dict[str, Tensor] | None,
        number_end: Tensor | None,
    ) -> GPTDAGModelOutput:
        """The backbone's output with hidden_states (B, T, H) in place of its last ones, and what the DAG did."""
        all_hidden_states = outputs.hidden_states
        if all_hidden_states is not None and self.config.dag_depth > 0:
            all_hidden_states = (*all_hidden_states[:-1], hidden_states)
        observed = dag is not None and text is not None
        return GPTDAGModelOutput(
            last_hidden_state=hidden_states,
            past_key_values=outputs.past_key_values,
            hidden_states=all_hidden_states,
            attentions=outputs.attentions,
            dag=dag,
            number_text=text if observed else None,
            token_index=call.token_index if observed else None,
            dag_losses=losses,
            number_end=number_end,
        )

    def _dag_losses(
        self,
        call: _Call,
        state: DAGState,
        gate: Tensor,
        text: NumberText | None,
        labels: Tensor,
        plan_labels: Tensor | None,
    ) -> dict[str, Tensor]:
        """The losses () that the config asks for: "plan" with plan labels, "value" and "gate" in training."""
        config, losses = self.config, {}
        if isinstance(state, ExactState):
            if plan_labels is not None:
                losses["plan"] = plan_cross_entropy(state.choice, gate, plan_labels)
            if self.training and config.dag_value_loss_weight > 0:
                numbers = cast(NumberText, text)
                losses["value"] = value_loss_of_labels(config, state, gate, numbers, call.token_index, labels)
        if self.training and config.dag_gate_loss_weight > 0:
            losses["gate"] = shut_gate_cross_entropy(gate, labels, plan_labels)
        return losses

    @staticmethod
    def _dag_output(state: DAGState, gate: Tensor) -> DAGOutput:
        decimals = state.decimals if isinstance(state, ExactState) else None
        operand1, operand2, operation = state.probs
        return DAGOutput(
            operand1_probs=operand1,
            operand2_probs=operand2,
            operation_probs=operation,
            values=state.values,
            values_mask=state.values_mask,
            values_mantissa=decimals.mantissa if isinstance(decimals, DecimalTensor) else None,
            values_scale=decimals.scale if decimals is not None else None,
            values_exact=state.values_exact if isinstance(state, ExactState) else None,
            values_limbs=decimals.limbs.movedim(0, -1) if isinstance(decimals, LimbTensor) else None,
            plan=state.choice.best if isinstance(state, ExactState) else None,
            plan_prob=state.choice.plan_prob if isinstance(state, ExactState) else None,
            fraction_bar=state.fraction_bar if isinstance(state, ExactState) else None,
            gate=gate,
            dag_hidden=state.dag_hidden,
        )


@auto_docstring(custom_intro="GPT-DAG with a language modeling head, tied where the backbone's is.")
class GPTDAGForCausalLM(GPTDAGPreTrainedModel, GenerationMixin):
    def __init__(self, config: GPTDAGConfig):
        super().__init__(config)
        self.model = GPTDAGModel(config)
        self.vocab_size = config.vocab_size
        self.lm_head = nn.Linear(config.hidden_size, config.vocab_size, bias=False)
        embeddings = self.get_input_embeddings()
        name = next(name for name, module in self.named_modules() if module is embeddings)
        self._tied_weights_keys = {"lm_head.weight": f"{name}.weight"}
        self.post_init()

    @classmethod
    def from_backbone(
        cls, backbone: str | PreTrainedModel, tokenizer: PreTrainedTokenizerBase | None = None, **kwargs
    ) -> "GPTDAGForCausalLM":
        """Put a DAG on a pretrained causal language model, whose weights are copied.

        On text without readable numbers the logits equal the backbone's bit by bit, before and after training. Every
        token keeps its own position, as the backbone has learned it (`dag_number_positions=False`). What follows a
        number of the DAG's is the backbone's word (`dag_end="mask"`). `dag_scale` starts
        at the backbone's mean hidden norm / sqrt(H), so that what the DAG writes is as large as a hidden state.

        backbone: name, directory or model, any `...ForCausalLM` of transformers with a plain output projection; of a
            GPT-DAG its backbone is taken, without its DAG.
        tokenizer: the backbone's, one token per digit; by default the one saved beside it.
        kwargs: `dag_*` fields of `GPTDAGConfig`; others go to `AutoModelForCausalLM.from_pretrained`.
        Returns the model in eval mode. Raises ValueError for encoders, for heads that do more than project, for a
        tokenizer that merges digits, and for what `GPTDAGConfig` refuses.
        """
        return attach(cls, backbone, tokenizer, **kwargs)

    def freeze_backbone(self) -> "GPTDAGForCausalLM":
        """Freeze backbone, embeddings and language modeling head, so that the DAG alone is trained. Returns self."""
        self.model.backbone.requires_grad_(False)
        self.lm_head.requires_grad_(False)
        return self

    @can_return_tuple
    @auto_docstring
    def forward(
        self,
        input_ids: torch.LongTensor | None = None,
        attention_mask: torch.Tensor | None = None,
        position_ids: torch.LongTensor | None = None,
        past_key_values: Cache | None = None,
        inputs_embeds: torch.FloatTensor | None = None,
        labels: torch.LongTensor | None = None,
        plan_labels: torch.Tensor | None = None,
        use_cache: bool | None = None,
        output_dag: bool = False,
        logits_to_keep: int | torch.Tensor = 0,
        backbone_hidden_states: torch.FloatTensor | None = None,
        **kwargs,
    ) -> GPTDAGCausalLMOutput:
        r"""
        plan_labels (`torch.Tensor` of integers of shape `(B, T, D, 3)`, *optional*):
            The plan each token should follow: operand1, operand2 (slots) and operation of each step, -100 where there
            is no label. With `labels`, adds the plan loss: `config.dag_plan_loss_weight` times the cross-entropy of
            all labelled choices, divided by the same number of tokens as the next-token loss.
        output_dag (`bool`, *optional*, defaults to `False`):
            Whether to return `.dag`, a [`DAGOutput`].
        backbone_hidden_states (`torch.FloatTensor` of shape `(B, T, H)` or `(B, T, 2, H)`, *optional*):
            The backbone's last hidden states of these tokens, computed before by `backbone_features`; with
            `dag_planner_layer`, those of that layer too. The backbone is not run and nothing is cached, so that
            training the DAG of a frozen backbone costs no more than the DAG.

        Example:

        ```python
        >>> from transformers import pipeline
        >>> import modeling_gpt_dag

        >>> answer = pipeline("text-generation", "runs/arithmetic")
        >>> answer("1234567+7654321=", do_sample=False)[0]["generated_text"]
        '1234567+7654321=8888888\n'
        ```
        """
        outputs: GPTDAGModelOutput = self.model(
            input_ids=input_ids,
            attention_mask=attention_mask,
            position_ids=position_ids,
            past_key_values=past_key_values,
            inputs_embeds=inputs_embeds,
            use_cache=use_cache,
            output_dag=output_dag,
            backbone_hidden_states=backbone_hidden_states,
            labels=labels,
            plan_labels=plan_labels,
            **kwargs,
        )
        logits = self.logits_of(outputs, logits_to_keep)
        loss = None
        if labels is not None:
            num_items = self._num_items(kwargs.get("num_items_in_batch"))
            loss = self._next_token_loss(logits, labels, num_items, **kwargs)
            items = (labels[..., 1:] != IGNORE_INDEX).sum() if num_items is None else num_items
            for name, dag_loss in (outputs.dag_losses or {}).items():
                loss = loss + getattr(self.config, f"dag_{name}_loss_weight") * dag_loss / items
        return GPTDAGCausalLMOutput(
            loss=loss,
            logits=logits,
            past_key_values=outputs.past_key_values,
            hidden_states=outputs.hidden_states,
            attentions=outputs.attentions,
            dag=outputs.dag if output_dag else None,
        )

    def logits_of(self, outputs: GPTDAGModelOutput, logits_to_keep: int | Tensor = 0) -> Tensor:
        """(B, M, V): logits of what `self.model` has put out, at the last M tokens or at those given; 0: at all."""
        kept = slice_logits_to_keep(cast(Tensor, outputs.last_hidden_state), logits_to_keep)
        # Without contiguous() the product with a frozen weight would copy that weight for every row of the batch.
        logits = self.lm_head(kept.contiguous())
        if outputs.number_end is None:
            return logits
        return self._without_digits(logits, slice_logits_to_keep(outputs.number_end.unsqueeze(-1), logits_to_keep))

    def _without_digits(self, logits: Tensor, number_end: Tensor) -> Tensor:
        """Makes digits in logits (B, M, V) as improbable as it is probable that a number ends, in place.

        number_end: (B, M, 1), from 0 to 1. In inference an open gate is a decision, and rules digits out.
        """
        goes_on = 1 - number_end.float() if self.training else (number_end <= GATE_THRESHOLD).float()
        penalty = goes_on.clamp(min=torch.finfo(torch.float32).tiny).log().to(logits.dtype)
        digits = self.model.number_memory.digit_tokens
        return logits.index_add_(-1, digits, penalty.expand(-1, -1, len(digits)))

    @staticmethod
    def _num_items(num_items_in_batch: int | Tensor | None) -> Tensor | None:
        """() what losses are divided by: at least 1, because a batch of plain text alone has no labels."""
        return None if num_items_in_batch is None else torch.as_tensor(num_items_in_batch).clamp(min=1)

    def _next_token_loss(self, logits: Tensor, labels: Tensor, num_items: Tensor | None, **kwargs) -> Tensor:
        """() the library's loss. num_items: labels in all micro-batches and ranks; None: the labels of this pass."""
        if num_items is not None:
            kwargs = {**kwargs, "num_items_in_batch": num_items}
        return self.loss_function(logits=logits, labels=labels, vocab_size=self.config.vocab_size, **kwargs)


__all__ = ["GPTDAGPreTrainedModel", "GPTDAGModel", "GPTDAGForCausalLM"]
