"""GPT-DAG: a causal language model in which every token owns a small differentiable calculator.

What is unusual: the backbone is any decoder of transformers, built from `config.backbone_config` and left as it is.
The DAG reads numbers from the token ids, plans on the backbone's last hidden state and mixes what it would write into
it, in the base model, so that every head and server that runs the base model gets it. Each call sees the numbers of
the cached tokens through two cache slots of its own: number symbols, and content keys.

B batch, T tokens of this call, L tokens with the cached ones, H hidden size, D DAG steps, N initial values, S = N + D
slots, O operations, E key size.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from transformers import AutoModel, GPT2Config, PreTrainedModel, PreTrainedTokenizerBase
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
from .dag import DAGState, ExactDAG, ExactState, GateMixer, SoftDAG, shut_gate_cross_entropy
from .decimal_tensor import DecimalTensor
from .from_backbone import attach
from .number_memory import NumberMemory
from .number_text import WRITTEN_SYMBOLS, NumberText, grammar_table, read_numbers
from .plan_search import value_loss, written_numbers
from .planner_input import PlannerInput, run_backbone, split_features
from .plans import IGNORE_INDEX, existing_slots, plan_cross_entropy


@dataclass
class DAGOutput(ModelOutput):
    r"""
    What every token's calculator did in one forward pass, `model(..., output_dag=True).dag`.

    operand1_probs (`torch.FloatTensor` of shape `(B, T, D, S)`):
        Probability of each slot as first operand of each step; exactly 0 for slots that do not exist yet.
    operand2_probs (`torch.FloatTensor` of shape `(B, T, D, S)`): The same for the second operand.
    operation_probs (`torch.FloatTensor` of shape `(B, T, D, O)`): Probability of each of `config.dag_operations`.
    values (`torch.FloatTensor` of shape `(B, T, S)`):
        The scratch list. In exact numerics a float64 view of the exact values of the most probable plan.
    values_mask (`torch.BoolTensor` of shape `(B, T, S)`): Which slots hold a value; the others read 0 in `values`.
    values_mantissa, values_scale (`torch.LongTensor` of shape `(B, T, S)`):
        The exact values, `mantissa * 10**-scale`; exact numerics only.
    gate (`torch.FloatTensor` of shape `(B, T)`): 0 where there is no result to write.
    dag_hidden (`torch.FloatTensor` of shape `(B, T, H)`): What is written back, before normalisation.
    """

    operand1_probs: torch.FloatTensor | None = None
    operand2_probs: torch.FloatTensor | None = None
    operation_probs: torch.FloatTensor | None = None
    values: torch.FloatTensor | None = None
    values_mask: torch.BoolTensor | None = None
    values_mantissa: torch.LongTensor | None = None
    values_scale: torch.LongTensor | None = None
    gate: torch.FloatTensor | None = None
    dag_hidden: torch.FloatTensor | None = None


@dataclass
class GPTDAGModelOutput(BaseModelOutputWithPast):
    r"""
    dag (`DAGOutput`, *optional*, returned when `output_dag=True` and `config.dag_depth > 0`):
        What every token's calculator did.
    """

    dag: DAGOutput | None = None


@dataclass
class GPTDAGCausalLMOutput(CausalLMOutputWithPast):
    r"""
    dag (`DAGOutput`, *optional*, returned when `output_dag=True` and `config.dag_depth > 0`):
        What every token's calculator did.
    """

    dag: DAGOutput | None = None


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
    def _init_weights(self, module):
        """Initialise what the backbone does not initialise itself.

        | parameter | distribution |
        |---|---|
        | `nn.Linear`, `nn.Embedding` weights | normal, 0, `initializer_range` of the backbone (0.02) |
        | context block `Conv1D` weights | the same; over sqrt(2 layers) on the residual path, as in GPT-2 |
        | biases; norms | 0; weight 1, bias 0 |
        | `GateMixer.gate_head` bias | 3: the gate starts open, and learns where to shut in a third of the steps |
        | `ExactDAG.end_embedding` | normal, 0, `initializer_range` |
        | `GateMixer.dag_scale` | 1 |
        """
        super()._init_weights(module)
        std = getattr(self.config.backbone_config, "initializer_range", 0.02)
        if isinstance(module, Conv1D):
            residual_layers = getattr(module, "_residual_layers", None)
            init.normal_(module.weight, mean=0.0, std=std / (2 * residual_layers) ** 0.5 if residual_layers else std)
            init.zeros_(module.bias)
        elif getattr(module, "_is_gate", False):
            init.constant_(module.bias, 3.0)
        elif isinstance(module, ExactDAG):
            init.normal_(module.end_embedding, mean=0.0, std=std)
            init.copy_(module.constants, module.build_constants())
            init.copy_(module.existing_slots, existing_slots(module.num_initial, module.depth))
        elif isinstance(module, GateMixer):
            init.ones_(module.dag_scale)
        elif isinstance(module, NumberMemory):
            init.copy_(module.number_symbols, module.build_number_symbols())
            init.copy_(module.written_tokens, module.build_written_tokens())
            init.copy_(module.grammar, grammar_table())

    def get_input_embeddings(self) -> nn.Module:
        return self.base_model.backbone.get_input_embeddings()

    def set_input_embeddings(self, value: nn.Module):
        self.base_model.backbone.set_input_embeddings(value)


@auto_docstring(custom_intro="The backbone and, where `config.dag_depth > 0`, the DAG mixed into its hidden states.")
class GPTDAGModel(GPTDAGPreTrainedModel):
    def __init__(self, config: GPTDAGConfig):
        super().__init__(config)
        self.backbone = AutoModel.from_config(config.backbone_config)
        self.gradient_checkpointing = False
        if config.dag_depth > 0:
            self.context_config = self._context_config(config)
            layers = range(config.context_index, config.context_index + config.dag_context_layers)
            self.context = nn.ModuleList([GPT2Block(self.context_config, layer_idx=layer) for layer in layers])
            # What devices do not split and FSDP gathers on its own, beside the backbone's blocks. Not the DAG and the
            # mixer: the forward pass calls their parts one by one, so FSDP has to gather them with the whole model.
            self._no_split_modules = ["GPT2Block"] if layers else []
            for block in self.context:
                block.attn.c_proj._residual_layers = block.mlp.c_proj._residual_layers = config.num_hidden_layers
            if config.dag_planner_layer is not None:
                self.planner_input = PlannerInput(config.hidden_size)
            self.mixer = GateMixer(config.hidden_size, config.dag_gate)
            if config.dag_numerics == "exact":
                self._build_exact(config)
            else:
                self.dag = SoftDAG(
                    config.hidden_size, config.dag_depth, config.dag_operations, float(config.dag_temperature)
                )
        self.post_init()

    def _build_exact(self, config: GPTDAGConfig):
        self.number_memory = NumberMemory(config)
        self.dag = ExactDAG(
            hidden_size=config.hidden_size,
            key_size=config.head_dim,
            depth=config.dag_depth,
            num_values=config.dag_num_values,
            constants=config.dag_constants,
            operations=config.dag_operations,
            num_plans=config.dag_num_plans,
            temperature=float(config.dag_temperature),
        )
        # The symbols' embeddings are the output embeddings of their tokens: the input embeddings where those are tied.
        if not config.tie_word_embeddings:
            self.symbol_embedding = nn.Embedding(len(WRITTEN_SYMBOLS), config.hidden_size)

    @staticmethod
    def _context_config(config: GPTDAGConfig) -> GPT2Config:
        """Config of the context blocks: the backbone's own where that is GPT-2, else a GPT-2 of its width."""
        if isinstance(config.backbone_config, GPT2Config):
            return config.backbone_config
        context_config = GPT2Config(
            n_embd=config.hidden_size,
            n_head=config.num_attention_heads,
            activation_function="gelu_pytorch_tanh",  # gelu_new, in one kernel
            resid_pdrop=0.0,
            attn_pdrop=0.0,
        )
        context_config._attn_implementation = config._attn_implementation
        return context_config

    def _refuse_too_long(self, length: int, past_length: int | Tensor, cache: Cache | None):
        """Learned position tables end; say so before the embedding fails. Rotary backbones have no table."""
        backbone = self.config.backbone_config
        if hasattr(backbone, "rope_parameters") or not hasattr(backbone, "max_position_embeddings"):
            return
        # A static cache counts in a tensor; its capacity says as much without a synchronisation.
        total = length + past_length if isinstance(past_length, int) else max(length, cache.get_max_length())
        if total > backbone.max_position_embeddings:
            raise ValueError(
                f"a sequence of {total} tokens does not fit the backbone's table of "
                f"{backbone.max_position_embeddings} positions (max_position_embeddings)"
            )

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
        **kwargs,
    ) -> GPTDAGModelOutput:
        r"""
        output_dag (`bool`, *optional*, defaults to `False`):
            Whether to return `.dag`, a [`DAGOutput`].
        backbone_hidden_states (`torch.FloatTensor` of shape `(B, T, H)` or `(B, T, 2, H)`, *optional*):
            The backbone's last hidden states of these tokens, computed before, and those of `dag_planner_layer` where
            that is given (`backbone_features`); the backbone is not run, nothing is cached. So the DAG of a frozen
            backbone trains at its own cost.
        """
        if input_ids is None and inputs_embeds is None:
            raise ValueError("You have to specify input_ids or inputs_embeds")
        if backbone_hidden_states is not None:
            if past_key_values is not None:
                raise ValueError("backbone_hidden_states: a cache would miss the backbone's part of these tokens")
            use_cache = False
        exact = self.config.has_number_memory
        if use_cache and past_key_values is None:
            past_key_values = DynamicCache(config=self.config)
        tokens = input_ids if inputs_embeds is None else inputs_embeds
        length = tokens.shape[1]
        past_length = past_key_values.get_seq_length() if past_key_values is not None else 0
        self._refuse_too_long(length, past_length, past_key_values)
        index = torch.arange(length, device=tokens.device) + past_length

        backbone_mask, backbone_positions, text = attention_mask, position_ids, None
        if isinstance(attention_mask, dict) and not hasattr(self.config.backbone_config, "layer_types"):
            backbone_mask = attention_mask["sliding_attention"]
        if exact:
            if input_ids is not None:
                symbols = self.number_memory.symbols_of_ids(input_ids)
            else:
                symbols = self.number_memory.symbols_of_embeddings(inputs_embeds, self.get_input_embeddings())
            memory = (attention_mask, position_ids, index, past_key_values, self.dtype)
            text = self.number_memory.read(symbols, *memory)
            if self.config.dag_number_positions:
                if attention_mask is None and past_key_values is None:
                    backbone_mask = self._packed_mask(symbols, position_ids)
                token_positions = index.unsqueeze(0) if position_ids is None else position_ids
                backbone_positions = self.number_memory.positions(text, token_positions, index)

        if backbone_hidden_states is not None:
            last, middle = split_features(backbone_hidden_states.to(self.dtype))
            outputs = BaseModelOutputWithPast(last_hidden_state=last)
        else:
            outputs, middle = run_backbone(
                self.backbone,
                self.config.dag_planner_layer if self.config.dag_depth > 0 else None,
                input_ids=input_ids if inputs_embeds is None else None,
                attention_mask=backbone_mask,
                position_ids=backbone_positions,
                past_key_values=past_key_values,
                inputs_embeds=inputs_embeds,
                use_cache=use_cache,
                **kwargs,
            )
        hidden_states, all_hidden_states, dag = outputs.last_hidden_state, outputs.hidden_states, None
        if self.config.dag_depth > 0:
            planner_states = hidden_states
            if middle is not None:
                embeddings = self.get_input_embeddings()(input_ids) if inputs_embeds is None else inputs_embeds
                planner_states = self.planner_input(embeddings, middle, hidden_states)
            context = self._contextualise(planner_states, attention_mask, position_ids, past_key_values, **kwargs)
            if exact:
                gate_logits, state = self._run_exact(context, text, index, position_ids, past_key_values)
            else:
                gate_logits, state = self.mixer.gate_logits(context), self.dag(context)
            hidden_states, gate = self.mixer(hidden_states, gate_logits, state)
            dag = self._dag_output(state, gate) if output_dag else None
            if all_hidden_states is not None:
                all_hidden_states = (*all_hidden_states[:-1], hidden_states)
        return GPTDAGModelOutput(
            last_hidden_state=hidden_states,
            past_key_values=outputs.past_key_values,
            hidden_states=all_hidden_states,
            attentions=outputs.attentions,
            dag=dag,
        )

    def _packed_mask(self, symbols: Tensor, position_ids: Tensor | None) -> Tensor:
        """The mask to give with number positions, which the library would take for one packed sequence per token."""
        mask = None
        if position_ids is not None:
            mask = create_causal_mask(
                config=self.config.backbone_config,
                # Batch size, length and dtype are all that is read from it.
                inputs_embeds=symbols.new_empty((*symbols.shape, 0), dtype=self.dtype),
                attention_mask=None,
                past_key_values=None,
                position_ids=position_ids,
            )
        return torch.ones_like(symbols) if mask is None else mask

    def _contextualise(
        self,
        hidden_states: Tensor,
        attention_mask: Tensor | dict | None,
        position_ids: Tensor | None,
        cache: Cache | None,
        **kwargs,
    ) -> Tensor:
        """The context blocks, (B, T, H) -> (B, T, H)."""
        if len(self.context) == 0:
            return hidden_states
        mask = create_causal_mask(
            config=self.context_config,
            inputs_embeds=hidden_states,
            attention_mask=attention_mask["full_attention"] if isinstance(attention_mask, dict) else attention_mask,
            past_key_values=cache,
            position_ids=position_ids,
            # The backbone's slots already hold this call's tokens; the first context block's does not.
            layer_idx=self.config.context_index,
        )
        for block in self.context:
            hidden_states = block(hidden_states, past_key_values=cache, attention_mask=mask, **kwargs)
        return hidden_states

    def _run_exact(
        self, hidden: Tensor, text: NumberText, index: Tensor, position_ids: Tensor | None, cache: Cache | None
    ) -> tuple[Tensor, DAGState]:
        """Gate logits (B, T, 1 or 0) and what the DAG did.

        Plan and gate are decided at every token; inside a number those hold that were decided at the token before its
        first character, so that a number is written by one decision.

        hidden: (B, T, H). text: over (B, L). index: (T,), token indices of this call.
        """
        memory = self.number_memory
        written = text.written[:, index]
        source = (index - written).clamp(min=0)
        hidden = self.dag.norm(hidden)
        numbers, numbers_at_source = memory.latest(text, position_ids, index, source)
        keys, values = memory.context_of(numbers, self.dag.key(hidden), self.dag.value(hidden), cache)
        hidden = self.dag.planning_hidden(hidden, values)
        plan_logits = self.dag.plan_logits(hidden, keys)
        decisions = torch.cat([plan_logits, self.mixer.gate_logits(hidden)], -1)
        decisions = memory.decisions_at(source, decisions, cache)
        plan_logits, gate_logits = decisions.tensor_split([plan_logits.shape[-1]], -1)
        if self.config.tie_word_embeddings:
            symbol_embedding = self.get_input_embeddings()(self.number_memory.written_tokens)
        else:
            symbol_embedding = self.symbol_embedding.weight
        exists, end = numbers_at_source
        values = text.value_at(end.flatten(1), exists.flatten(1)).unflatten(-1, end.shape[1:])
        return gate_logits, self.dag(plan_logits, values, exists, written, symbol_embedding)

    @staticmethod
    def _dag_output(state: DAGState, gate: Tensor) -> DAGOutput:
        decimals = state.decimals if isinstance(state, ExactState) else None
        return DAGOutput(
            *state.probs,
            values=state.values,
            values_mask=state.values_mask,
            values_mantissa=decimals.mantissa if decimals is not None else None,
            values_scale=decimals.scale if decimals is not None else None,
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
        """Put a DAG on a pretrained causal language model; its weights are copied, its text stays its own.

        On text without readable numbers the logits are the backbone's to the bit, before and after training. A number
        keeps as many positions as it has tokens, as the backbone has learned it (`dag_number_positions=False`), and
        `dag_scale` starts at the backbone's mean hidden norm / sqrt(H), so that what is written speaks as loudly.

        backbone: name, directory or model, any `...ForCausalLM` of transformers with a plain output projection.
        tokenizer: the backbone's, one token per digit; by default the one saved beside it.
        kwargs: `dag_*` fields of `GPTDAGConfig`; others go to `AutoModelForCausalLM.from_pretrained`.
        Returns the model in eval mode. Raises ValueError for encoders, for heads that do more than project, for a
        tokenizer that merges digits, and for what `GPTDAGConfig` refuses.
        """
        return attach(cls, backbone, tokenizer, **kwargs)

    def freeze_backbone(self) -> "GPTDAGForCausalLM":
        """Leave the DAG alone trainable: backbone, embeddings and language modeling head are frozen. Returns self."""
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
            The plan each token should follow, as slots and operations: operand1, operand2, operation of each step;
            -100 where there is no label. With `labels`, adds the plan loss, `config.dag_plan_loss_weight` times the
            cross-entropy of all labelled choices, over the same number of tokens as the next-token loss.
        output_dag (`bool`, *optional*, defaults to `False`):
            Whether to return `.dag`, a [`DAGOutput`].
        backbone_hidden_states (`torch.FloatTensor` of shape `(B, T, H)` or `(B, T, 2, H)`, *optional*):
            The backbone's last hidden states of these tokens, computed before, and those of `dag_planner_layer` where
            that is given (`backbone_features`); the backbone is not run, nothing is cached. So the DAG of a frozen
            backbone trains at its own cost.

        Example:

        ```python
        >>> from transformers import pipeline
        >>> import modeling_gpt_dag

        >>> answer = pipeline("text-generation", "runs/arithmetic")
        >>> answer("1234567+7654321=", do_sample=False)[0]["generated_text"]
        '1234567+7654321=8888888\n'
        ```
        """
        learns_dag = labels is not None and self.config.dag_depth > 0
        has_plan_loss = learns_dag and plan_labels is not None
        has_value_loss = learns_dag and self.config.dag_value_loss_weight > 0 and self.training
        has_gate_loss = learns_dag and self.config.dag_gate_loss_weight > 0 and self.training
        has_dag_loss = has_plan_loss or has_value_loss or has_gate_loss
        outputs: GPTDAGModelOutput = self.model(
            input_ids=input_ids,
            attention_mask=attention_mask,
            position_ids=position_ids,
            past_key_values=past_key_values,
            inputs_embeds=inputs_embeds,
            use_cache=use_cache,
            output_dag=output_dag or has_dag_loss,
            backbone_hidden_states=backbone_hidden_states,
            **kwargs,
        )
        # A slice is made contiguous, or the product with a frozen weight first copies that for every row of the batch.
        logits = self.lm_head(slice_logits_to_keep(outputs.last_hidden_state, logits_to_keep).contiguous())
        loss = None
        if labels is not None:
            if kwargs.get("num_items_in_batch") is not None:
                # A batch of plain text alone has no labels.
                kwargs["num_items_in_batch"] = torch.as_tensor(kwargs["num_items_in_batch"]).clamp(min=1)
            loss = self.loss_function(logits=logits, labels=labels, vocab_size=self.config.vocab_size, **kwargs)
        if has_dag_loss:
            # Over the tokens of all micro-batches and ranks, so that these add up to one large batch.
            items = kwargs.get("num_items_in_batch")
            items = (labels[..., 1:] != IGNORE_INDEX).sum() if items is None else items
            dag = outputs.dag
            probs = (dag.operand1_probs, dag.operand2_probs, dag.operation_probs)
            if has_plan_loss:
                plan_loss = plan_cross_entropy(probs, dag.gate, plan_labels)
                loss = loss + self.config.dag_plan_loss_weight * plan_loss / items
            if has_value_loss:
                value_loss = self._value_loss(probs, dag, input_ids, position_ids, labels)
                loss = loss + self.config.dag_value_loss_weight * value_loss / items
            if has_gate_loss:
                gate_loss = shut_gate_cross_entropy(dag.gate, labels)
                loss = loss + self.config.dag_gate_loss_weight * gate_loss / items
        return GPTDAGCausalLMOutput(
            loss=loss,
            logits=logits,
            past_key_values=outputs.past_key_values,
            hidden_states=outputs.hidden_states,
            attentions=outputs.attentions,
            dag=outputs.dag if output_dag else None,
        )

    def _value_loss(
        self,
        probs: tuple[Tensor, Tensor, Tensor],
        dag: DAGOutput,
        input_ids: Tensor,
        position_ids: Tensor | None,
        labels: Tensor,
    ) -> Tensor:
        """() sum over the numbers that the labels (B, T) write; those that are not labelled whole are no targets.

        A number that labels begin with answers the prompt before it, which has none.
        """
        memory = self.model.number_memory
        symbols = memory.mark_sequence_starts(memory.symbols_of_ids(input_ids), position_ids)
        written = written_numbers(read_numbers(symbols, memory.grammar))
        ignored = torch.nn.functional.pad((labels == IGNORE_INDEX).long().cumsum(1), (0, 1), mode="replicate")
        tokens = torch.arange(labels.shape[1], device=labels.device)
        unlabelled = ignored.gather(1, tokens + written.length) - ignored[:, :-1]
        written = written._replace(value=written.value.masked(unlabelled == 0))
        N = self.model.dag.num_initial
        initial = DecimalTensor(dag.values_mantissa, dag.values_scale, dag.values_mask).map(lambda part: part[..., :N])
        return value_loss(
            probs,
            dag.gate,
            initial,
            written,
            is_answer=labels == IGNORE_INDEX,
            operations=self.config.dag_operations,
            num_positions=self.config.dag_value_positions,
        )


__all__ = ["GPTDAGPreTrainedModel", "GPTDAGModel", "GPTDAGForCausalLM"]
