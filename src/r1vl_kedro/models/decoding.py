"""Sampling from Qwen2-VL style models: prompts are read by transformers, completions step by step.

A step of one token per row calls the model's own modules in their order and nothing else. The
forward of transformers spends more on masks, repeated key heads and copies of its cache than on
arithmetic, where the model is small: a step of 60 rows took three times as long.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel

MODEL_TYPES = ("qwen2_vl", "qwen2_5_vl", "qwen3_vl")
"""Models whose layers and multimodal positions (M-RoPE) are known."""
BLOCK = 64
"""Tokens by which the cache grows."""


def decodable(model: Any) -> bool:
    """Tell whether `sample` can continue prompts of this model."""
    config = base_model_of(model).config
    return config.model_type in MODEL_TYPES and not slides(config)


def slides(config: Any) -> bool:
    """Tell whether layers of a model's text part attend to a sliding window."""
    return "sliding_attention" in (getattr(config.get_text_config(), "layer_types", None) or ())


def base_model_of(model: Any) -> Any:
    """Return the transformers model inside a PEFT model, or the model itself."""
    return model.get_base_model() if hasattr(model, "get_base_model") else model


def draw_tokens(logits: torch.Tensor, temperature: float, u: torch.Tensor | None) -> torch.Tensor:
    """Draw one token per row of ``logits`` (rows, vocabulary), inverting the distribution at ``u``.

    Temperature 0 takes the likeliest token. A token of probability zero is never drawn.
    """
    import torch

    if temperature == 0:
        return logits.argmax(-1)
    cumulative = torch.softmax(logits.float() / temperature, dim=-1).cumsum(-1)
    threshold = u.to(cumulative.device).unsqueeze(1) * cumulative[:, -1:]
    chosen = torch.searchsorted(cumulative, threshold, right=True).squeeze(1)
    # Rounding may place the threshold on the last step: then the last token with any probability.
    last = torch.searchsorted(cumulative, cumulative[:, -1:].contiguous(), right=False).squeeze(1)
    return torch.minimum(chosen, last)


class Decoder:
    """Reads one token per row after prompts whose keys and values are known.

    Keys and values lie in (rows, key heads, capacity, width), one tensor a layer, written in place.
    The rows that still grow are the first ones: one that ends gives its place to the last.
    """

    def __init__(
        self,
        model: Any,
        cache: Any,
        source: torch.Tensor,
        mask: torch.Tensor,
        positions: torch.Tensor,
        max_new_tokens: int,
    ):
        """Take over what was read of the prompts.

        Args:
            cache: the prompts' keys and values as transformers returns them.
            source: (rows,) the prompt of each row.
            mask: (rows, P) of the left-padded prompts.
            positions: (rows,) of the first token after each prompt, equal in all three axes.
        """
        import torch
        from torch.nn.functional import pad

        base = base_model_of(model)
        self._text, self._head = base.model.language_model, base.lm_head
        self._keys = [_grown(layer.keys[source]) for layer in cache.layers]
        self._values = [_grown(layer.values[source]) for layer in cache.layers]
        self._length, self._positions, self._seen = mask.shape[1], positions, None
        if not bool(mask.all()):
            self._seen = pad(mask.bool(), (0, max_new_tokens), value=True)[:, None, None]
        every = torch.arange(int(positions.max()) + max_new_tokens, device=mask.device)
        like = next(self._text.norm.parameters())
        cos, sin = self._text.rotary_emb(like, every.expand(3, 1, -1))
        self._cos, self._sin = cos[0].unsqueeze(1), sin[0].unsqueeze(1)

    def keep(self, going: torch.Tensor) -> torch.Tensor:
        """Drop the rows for which ``going`` (rows,) is False; return the others in their order."""
        import torch

        count = int(going.sum())
        holes = (~going[:count]).nonzero().squeeze(1)
        movers = going[count:].nonzero().squeeze(1) + count
        order = torch.arange(len(going), device=going.device)
        order[holes] = movers
        order = order[:count]
        for part in (*self._keys, *self._values):
            part[holes, :, : self._length] = part[movers, :, : self._length]
        self._positions = self._positions[order]
        if self._seen is not None:
            self._seen = self._seen[order]
        return order

    def __call__(self, tokens: torch.Tensor) -> torch.Tensor:
        """Read the next token of each row; return logits (rows, vocabulary)."""
        if self._length == self._keys[0].shape[2]:
            self._keys = [_grown(part[: len(tokens)]) for part in self._keys]
            self._values = [_grown(part[: len(tokens)]) for part in self._values]
        self._length += 1
        cos, sin = self._cos[self._positions], self._sin[self._positions]
        self._positions = self._positions + 1
        hidden = self._text.embed_tokens(tokens)
        for number, layer in enumerate(self._text.layers):
            normed = layer.input_layernorm(hidden)
            hidden = hidden + self._attend(layer.self_attn, number, normed, cos, sin)
            hidden = hidden + layer.mlp(layer.post_attention_layernorm(hidden))
        return self._head(self._text.norm(hidden))

    def _attend(
        self, attention: Any, number: int, hidden: torch.Tensor, *angles: torch.Tensor
    ) -> torch.Tensor:
        from torch.nn.functional import scaled_dot_product_attention

        rows, width = len(hidden), attention.head_dim
        query, key, value = (
            project(hidden).view(rows, -1, width)
            for project in (attention.q_proj, attention.k_proj, attention.v_proj)
        )
        if hasattr(attention, "q_norm"):
            query, key = attention.q_norm(query), attention.k_norm(key)
        query, key = _rotated(query, *angles), _rotated(key, *angles)
        keys, values = self._keys[number], self._values[number]
        keys[:rows, :, self._length - 1] = key
        values[:rows, :, self._length - 1] = value
        # Query heads that share a key head are the queries of one attention.
        read = scaled_dot_product_attention(
            query.view(rows, keys.shape[1], -1, width),
            keys[:rows, :, : self._length],
            values[:rows, :, : self._length],
            attn_mask=None if self._seen is None else self._seen[..., : self._length],
            scale=attention.scaling,
        )
        return attention.o_proj(read.reshape(rows, -1))


def _rotated(part: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    import torch

    first, second = part.chunk(2, dim=-1)
    return part * cos + torch.cat((-second, first), dim=-1) * sin


def _grown(part: torch.Tensor) -> torch.Tensor:
    """Return (rows, heads, tokens, width) with place for a block of tokens more."""
    from torch.nn.functional import pad

    return pad(part, (0, 0, 0, BLOCK))


def sample(
    model: PreTrainedModel,
    inputs: dict[str, torch.Tensor],
    group_sizes: Sequence[int],
    *,
    max_new_tokens: int,
    temperature: float,
    random: torch.Tensor | None,
    eos: Sequence[int],
    suppress: Sequence[int],
) -> list[list[int]]:
    """Sample completions of a Qwen2-VL style model, each with its end token where it has one.

    Args:
        inputs: what the processor made of the distinct prompts, left-padded.
        group_sizes: number of completions of each prompt.
        random: (sum(group_sizes), max_new_tokens) uniforms; None when ``temperature`` is 0.
        suppress: tokens that are never drawn.

    Returns:
        One token list per completion, in the order of the prompts.

    Raises:
        TypeError: another model, or one with sliding-window attention.
    """
    import torch

    if not decodable(model):
        raise TypeError(
            f"completions are sampled of {', '.join(MODEL_TYPES)} without sliding-window "
            f"attention, not of {type(base_model_of(model)).__name__} as configured; "
            "use vLLM for it"
        )
    core = base_model_of(model).model  # below its output layer, with the positions
    device = inputs["input_ids"].device
    source = torch.repeat_interleave(
        torch.arange(len(group_sizes), device=device), torch.tensor(group_sizes, device=device)
    )
    banned = torch.tensor(list(suppress), dtype=torch.long, device=device)
    stops = torch.tensor(list(eos), dtype=torch.long, device=device)
    was_training = model.training
    model.eval()
    try:
        with torch.inference_mode():
            out = model(**inputs, use_cache=True, logits_to_keep=1)
            mask = inputs["attention_mask"][source]
            if core.rope_deltas is None:  # no image: the prompt's positions are those of its places
                position = torch.full_like(mask[:, 0], mask.shape[1])
            else:
                position = mask.sum(1) + core.rope_deltas.to(device)[source].squeeze(1)
            decode = Decoder(
                model, out.past_key_values, source, mask, position.long(), max_new_tokens
            )
            logits = out.logits[:, -1][source]
            del out
            rows = torch.arange(len(source), device=device)
            tokens = torch.zeros(len(source), max_new_tokens, dtype=torch.long, device=device)
            lengths = torch.full((len(source),), max_new_tokens, device=device)
            for t in range(max_new_tokens):
                logits = logits.index_fill(-1, banned, float("-inf"))
                u = None if random is None else random[rows.cpu(), t]
                token = draw_tokens(logits, temperature, u)
                tokens[rows, t] = token
                ended = torch.isin(token, stops)
                if bool(ended.any()):
                    lengths[rows[ended]] = t + 1
                    order = decode.keep(~ended)
                    if len(order) == 0:
                        break
                    rows, token = rows[order], token[order]
                if t + 1 < max_new_tokens:
                    logits = decode(token)
    finally:
        core.rope_deltas = None
        model.train(was_training)
    kept = zip(tokens.cpu().tolist(), lengths.cpu().tolist(), strict=True)
    return [row[:length] for row, length in kept]
