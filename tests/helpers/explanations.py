"""Texts that are hard to show, and a small model."""

from modeling_gpt_dag import GPTDAGConfig, GPTDAGForCausalLM

PROMPT = "é 12+-3.50=8\n(07)*€ 34 -5="


HOSTILE = "</script><script>a()</script>&lt;<!-- \x1b\x00 ' \" 日\n1+2="


def small_model(tokenizer, symbols, **settings) -> GPTDAGForCausalLM:
    settings = {"dag_depth": 2, "dag_num_values": 4} | settings
    vocab_size = max(tokenizer.get_vocab().values()) + 1
    sizes = {"n_layer": 1, "n_head": 2, "n_embd": 16, "n_positions": 128, "vocab_size": vocab_size}
    return GPTDAGForCausalLM(GPTDAGConfig(**sizes, **settings, number_tokens=symbols)).eval()
