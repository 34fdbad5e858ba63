"""The number memory: which numbers a token can read, over all calls that share a cache.

What is unusual: it consists of three slots of the model's own KV cache. So whatever happens to a cache (growing,
static allocation, beam reordering, cropping, padding) happens to the numbers too. The first slot holds number symbols
and, where number words are read, word parts in two bytes: small integers, which are exact in any dtype. It is written
before the backbone runs, because number positions need it.
The second holds content keys and values, the third the decisions (plan and gate logits); both are written after the
backbone.

B batch, T tokens of this call, L tokens including cached ones, N numbers per token, H hidden size, E key size, C what
is kept of a token for reading: 1, or 3 with number words.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from transformers.cache_utils import Cache

from .configuration_gpt_dag import GPTDAGConfig
from .number_grammar import FRACTION_BAR, OPENING, OTHER, SPACED, VULGAR_FRACTIONS, grammar_table, symbol_table
from .number_text import WRITTEN_SYMBOLS, NumberText, ReadNumbers, latest_numbers, read_numbers
from .number_words import BREAK_PART, WordNumbers, dictionary, part_of_tokens, part_table, read_words, role_table

HOW_TO_FILL = (
    'dag_numerics="exact" reads numbers from token ids and needs to know which tokens are digits: '
    "set `config.number_tokens = modeling_gpt_dag.number_tokens(tokenizer)`"
)
HOW_TO_FILL_WORDS = (
    "dag_number_words={} reads number words from token ids and needs to know which tokens are their parts: "
    "set `config.word_tokens = modeling_gpt_dag.word_tokens(tokenizer)`"
)
BYTE = 256


def _fingerprint(embeddings: Tensor) -> Tensor:
    """(...) int64 of embeddings (..., H), the same for embeddings of the same bits; integer sums do not round."""
    integers = {2: torch.int16, 4: torch.int32, 8: torch.int64}[embeddings.element_size()]
    bits = embeddings.detach().contiguous().view(integers).long()
    odd = 2 * torch.arange(bits.shape[-1], device=bits.device) + 1
    return (bits * odd * 0x9E3779B97F4A7C1).sum(-1)


def _attends_to_itself(attention_mask: Tensor | dict | None, index: Tensor) -> Tensor | None:
    """(B, T) bool: whether the mask lets each token of this call attend to itself; None if there is no mask.

    attention_mask: (B, L), or (B, 1, T, L) boolean or additive, or a dict of those by attention type.
    index: (T,), token indices of this call.
    """
    if isinstance(attention_mask, dict):
        attention_mask = attention_mask["full_attention"]
    if not isinstance(attention_mask, Tensor):
        return None
    if attention_mask.ndim == 2:
        return attention_mask[:, -index.shape[0] :].bool()
    own = attention_mask[:, 0].gather(-1, index.view(1, -1, 1).expand(attention_mask.shape[0], -1, -1)).squeeze(-1)
    return own if own.dtype == torch.bool else own == 0


class NumberMemory(nn.Module):
    """Reads numbers from token ids and keeps in the cache what that needs. No parameters.

    Raises ValueError if the config does not say which tokens are digits, or parts of number words that it reads.
    """

    # Where number words are read: what `read_words` looks up.
    part_rows: Tensor
    words: Tensor
    roles: Tensor

    def __init__(self, config: GPTDAGConfig):
        super().__init__()
        if config.number_tokens is None:
            raise ValueError(HOW_TO_FILL)
        if config.dag_number_words and config.word_tokens is None:
            raise ValueError(HOW_TO_FILL_WORDS.format(config.dag_number_words))
        assert config.dag_num_values is not None
        self.word_groups = config.dag_number_words
        self.word_tokens = (config.word_tokens or {}) if config.dag_number_words else {}
        self.number_tokens = config.number_tokens
        self.writes_fractions = config.writes_fractions
        self.has_vulgar = any(fraction in config.number_tokens for fraction in VULGAR_FRACTIONS)
        self.has_joined_signs = bool(config.number_tokens.get(" -"))
        self.num_values = config.dag_num_values
        self.symbols_index = config.number_memory_index
        self.context_index = config.number_memory_index + 1
        self.decisions_index = config.number_memory_index + 2
        self.number_symbols = nn.Buffer(self.build_number_symbols(), persistent=False)
        self.written_tokens = nn.Buffer(self.build_written_tokens(), persistent=False)
        self.digit_tokens = nn.Buffer(self.build_digit_tokens(), persistent=False)
        self.grammar = nn.Buffer(self.build_grammar(), persistent=False)
        for name, table in self.build_word_tables().items():
            setattr(self, name, nn.Buffer(table, persistent=False))

    def build_number_symbols(self) -> Tensor:
        """(max id + 2, C) int64: number symbol of each token id, and the two bytes of its word part."""
        symbols = symbol_table(self.number_tokens)
        if not self.word_groups:
            return symbols.unsqueeze(-1)
        parts = part_of_tokens(self.word_tokens)
        length = max(len(symbols), len(parts))
        symbols, parts = (F.pad(table, (0, length - len(table))) for table in (symbols, parts))
        return torch.stack([symbols, parts % BYTE, parts // BYTE], -1)

    def build_word_tables(self) -> dict[str, Tensor]:
        """What `read_words` looks up; none where no number words are read."""
        if not self.word_groups:
            return {}
        return {
            "part_rows": part_table(self.word_tokens),
            "words": dictionary(),
            "roles": role_table(self.word_groups),
        }

    def build_written_tokens(self) -> Tensor:
        """(W - 1,) int64: the token that writes each of WRITTEN_SYMBOLS, and the fraction bar if that is written."""
        symbols = [*WRITTEN_SYMBOLS, FRACTION_BAR] if self.writes_fractions else WRITTEN_SYMBOLS
        return torch.tensor([self.number_tokens[symbol][0] for symbol in symbols])

    def build_digit_tokens(self) -> Tensor:
        """(digits,) int64: the tokens that continue a number as digits."""
        return torch.tensor([token for digit in "0123456789" for token in self.number_tokens[digit]])

    def build_grammar(self) -> Tensor:
        """`grammar_table` of the number symbols that the tokens have."""
        return grammar_table(self.number_tokens)

    def symbols_of_ids(self, input_ids: Tensor) -> Tensor:
        """(B, T, C) int64: number symbols of token ids (B, T)."""
        return self.number_symbols[input_ids.clamp(max=self.number_symbols.shape[0] - 1)]

    def symbols_of_embeddings(self, inputs_embeds: Tensor, embedding: nn.Module) -> Tensor:
        """(B, T, C) int64: number symbols of the tokens whose embeddings these are, bit by bit; OTHER where none fits.

        inputs_embeds: (B, T, H). embedding: the model's input embeddings.
        """
        tokens = self.number_symbols.any(-1).nonzero().squeeze(-1)
        known, order = _fingerprint(embedding(tokens).to(inputs_embeds.dtype)).sort()
        seen = _fingerprint(inputs_embeds)
        match = torch.searchsorted(known, seen).clamp(max=known.numel() - 1)
        return torch.where((known[match] == seen).unsqueeze(-1), self.number_symbols[tokens[order]][match], OTHER)

    @staticmethod
    def mark_sequence_starts(symbols: Tensor, position_ids: Tensor | None) -> Tensor:
        """(B, T): the symbols, SPACED at position 0: a packed sequence does not continue the number before it."""
        return symbols if position_ids is None else torch.where(position_ids == 0, symbols % SPACED + SPACED, symbols)

    def read(
        self,
        symbols: Tensor,
        attention_mask: Tensor | dict | None,
        position_ids: Tensor | None,
        index: Tensor,
        cache: Cache | None,
        dtype: torch.dtype,
    ) -> NumberText:
        """Cache this call's symbols and find the numbers in all (B, L) tokens. Masked tokens count as what
        stands before a text.

        symbols: (B, T, C). position_ids: (B, T). index: (T,), token indices of this call. dtype: of the cache.
        """
        number, *part = symbols.unbind(-1)
        number = self.mark_sequence_starts(number, position_ids)
        real = _attends_to_itself(attention_mask, index)
        if real is not None:
            number = torch.where(real, number, OPENING)
            part = [
                torch.where(real, byte, nothing)
                for byte, nothing in zip(part, divmod(BREAK_PART, BYTE)[::-1], strict=False)
            ]
        if cache is not None:
            memory = torch.stack([number, *part], -1).unsqueeze(1).to(dtype)
            number, *part = cache.update(memory, memory, self.symbols_index)[0].squeeze(1).long().unbind(-1)
        words = self._read_words(number, *part) if part else None
        return read_numbers(number, self.grammar, words, self.has_vulgar, self.has_joined_signs)

    def _read_words(self, symbols: Tensor, low: Tensor, high: Tensor) -> WordNumbers:
        """The numbers in words. symbols: (B, L), number symbols. low, high: (B, L), bytes of the word parts."""
        parts = torch.add(low, high, alpha=BYTE)
        # The first token of a packed sequence continues no word before it.
        parts = torch.add(parts, symbols >= SPACED, alpha=self.part_rows.shape[0] // 2)
        return read_words(parts, self.part_rows, self.words, self.roles)

    def positions(self, text: NumberText, position_ids: Tensor, index: Tensor) -> Tensor:
        """(B, T): number positions, at which a number takes one position whatever its length.

        They are `position_ids` less the tokens so far in the sequence that continue a number.

        position_ids: (B, T) or (1, T), contiguous within a sequence. index: (T,), token indices of this call.
        """
        continued = text.continues.cumsum(1)
        # The first token of a sequence continues no number, so that counting from it on is enough.
        start = (index - position_ids).clamp(min=0).expand(continued.shape[0], -1)
        return position_ids - continued[:, index] + continued.gather(1, start)

    def latest(
        self, text: NumberText, position_ids: Tensor | None, index: Tensor, source: Tensor
    ) -> tuple[ReadNumbers, ReadNumbers]:
        """The numbers readable at this call's tokens, and those readable at token indices `source`; (B, T, N) each.

        In packed sequences a token reads the numbers of its own sequence alone.

        position_ids, source: (B, T). index: (T,), token indices of this call.
        """
        seen_from = torch.stack([index.expand_as(source), source], 1)  # (B, 2, T)
        numbers = latest_numbers(text, seen_from, self.num_values)
        if position_ids is not None:
            numbers = numbers.since((index - position_ids).unsqueeze(1))
        here, there = zip(*(part.unbind(1) for part in numbers), strict=True)
        return ReadNumbers(*here), ReadNumbers(*there)

    def remember(self, keys: Tensor, values: Tensor, cache: Cache | None) -> tuple[Tensor, Tensor]:
        """Cache this call's content keys and values (B, T, E); returns those of all tokens, (B, L, E) each."""
        if cache is None:
            return keys, values
        keys, values = cache.update(keys.unsqueeze(1), values.unsqueeze(1), self.context_index)
        return keys.squeeze(1), values.squeeze(1)

    @staticmethod
    def at(tokens: Tensor, *memories: Tensor) -> list[Tensor]:
        """(B, T, N, E) each: what memories (B, L, E) have of the token indices `tokens` (B, T, N)."""
        index = tokens.flatten(1).unsqueeze(-1).expand(-1, -1, memories[0].shape[-1])
        return [memory.gather(1, index).unflatten(1, tokens.shape[1:]) for memory in memories]

    @staticmethod
    def told_up_to(text: NumberText, numbers: ReadNumbers, index: Tensor) -> Tensor:
        """(B, T, N): the last token of what tells of each number: the one before the next number's first.

        For the latest number it is the token itself. index: (T,), token indices of this call.
        """
        first, _ = text.place(numbers.end.flatten(1))
        before = first.view_as(numbers.end) - 1
        last = torch.cat([index.view(1, -1, 1).expand_as(before[..., :1]), before[..., :-1]], -1)
        return torch.maximum(last, numbers.end)

    @classmethod
    def mean(cls, memory: Tensor, first: Tensor, last: Tensor) -> Tensor:
        """(B, T, N, E): mean of `memory` (B, L, E) from token indices `first` to `last` (B, T, N)."""
        total = F.pad(memory.float().cumsum(1), (0, 0, 1, 0))
        (up_to_last,), (up_to_first,) = cls.at(last + 1, total), cls.at(first, total)
        return ((up_to_last - up_to_first) / (last + 1 - first).unsqueeze(-1)).to(memory.dtype)

    def decisions_at(self, source: Tensor, decisions: Tensor, cache: Cache | None) -> Tensor:
        """Cache this call's decisions (B, T, C); returns those of token indices `source` (B, T), (B, T, C)."""
        if cache is not None:
            memory = decisions.unsqueeze(1)
            decisions = cache.update(memory, memory, self.decisions_index)[0].squeeze(1)  # (B, L, C)
        return decisions.gather(1, source.unsqueeze(-1).expand(-1, -1, decisions.shape[-1]))
