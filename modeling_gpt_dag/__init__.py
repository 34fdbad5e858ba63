"""GPT-DAG: language models whose tokens own a small differentiable calculator."""

from transformers import AutoConfig, AutoModel, AutoModelForCausalLM

from .configuration_gpt_dag import GPTDAGConfig
from .modeling_gpt_dag import GPTDAGForCausalLM, GPTDAGModel, GPTDAGPreTrainedModel
from .tokenization import byte_tokenizer, number_tokens, split_digits
from .word_tokens import word_tokens

AutoConfig.register("gpt_dag", GPTDAGConfig, exist_ok=True)
AutoModel.register(GPTDAGConfig, GPTDAGModel, exist_ok=True)
AutoModelForCausalLM.register(GPTDAGConfig, GPTDAGForCausalLM, exist_ok=True)

__all__ = [
    "GPTDAGConfig",
    "GPTDAGForCausalLM",
    "GPTDAGModel",
    "GPTDAGPreTrainedModel",
    "byte_tokenizer",
    "number_tokens",
    "split_digits",
    "word_tokens",
]
