"""The tiny Qwen2-VL of the embedded world: tokenizer, processor and untrained weights."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from r1vl_kedro.world.lessons import HEADERS, vocabulary_texts
from r1vl_kedro.world.scenes import CELL, SIDE

if TYPE_CHECKING:
    from transformers import (
        PreTrainedTokenizerFast,
        Qwen2VLForConditionalGeneration,
        Qwen2VLProcessor,
    )

SPECIAL = (
    "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>",
    "<|vision_pad|>", "<|image_pad|>", "<|video_pad|>",
)  # fmt: skip
VOCABULARY = 640
PATCH = 14
MERGE = 2
_SPLIT = r"[^\r\n\p{L}\p{N}]?\p{L}+| ?\p{N}{1,2}| ?[^\s\p{L}\p{N}]+|\s*[\r\n]+|\s+(?!\S)|\s+"

CHAT_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
    "{% if message['content'] is string %}{{ message['content'] }}"
    "{% else %}{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<|vision_start|><|image_pad|><|vision_end|>"
    "{% elif 'text' in part %}{{ part['text'] }}{% endif %}"
    "{% endfor %}{% endif %}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def build_tokenizer(seed: int = 0) -> PreTrainedTokenizerFast:
    """Train a byte-level BPE on the world's own text; headers of the grammar are one token.

    Any text can be encoded (it falls back to bytes), only less briefly.
    """
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_SPLIT), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    backend.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY - len(SPECIAL) - len(HEADERS),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    corpus = vocabulary_texts(seed, 1500)
    for header in HEADERS:
        corpus = [text.replace(header, "") for text in corpus]
    backend.train_from_iterator(corpus, trainer)
    backend.add_tokens([AddedToken(text, special=False, normalized=False) for text in HEADERS])
    backend.add_special_tokens([AddedToken(text, special=True) for text in SPECIAL])
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        additional_special_tokens=[t for t in SPECIAL if t not in ("<|im_end|>", "<|endoftext|>")],
        model_max_length=4096,
        clean_up_tokenization_spaces=False,
        padding_side="left",
        chat_template=CHAT_TEMPLATE,
    )


def build_processor(seed: int = 0) -> Qwen2VLProcessor:
    """Make tokenizer and image processor; an image becomes one visual token per 28x28 pixels."""
    from transformers import Qwen2VLImageProcessorPil

    from r1vl_kedro.models.processors import image_only_processor_class

    images = Qwen2VLImageProcessorPil(
        patch_size=PATCH, merge_size=MERGE, min_pixels=CELL * CELL, max_pixels=SIDE * SIDE
    )
    return image_only_processor_class()(
        image_processor=images, tokenizer=build_tokenizer(seed), chat_template=CHAT_TEMPLATE
    )


def build_model(
    seed: int = 0, tokenizer: PreTrainedTokenizerFast | None = None
) -> Qwen2VLForConditionalGeneration:
    """Make an untrained Qwen2-VL of about 1.2 million parameters, float32.

    Every weight matrix starts with std 1/sqrt(fan_in) and residual outputs are scaled by 0.3: with
    the library's default initialisation the colours are not learnt in 800 steps.
    """
    import torch
    from transformers import Qwen2VLConfig, Qwen2VLForConditionalGeneration

    tokenizer = tokenizer or build_tokenizer(seed)
    token = tokenizer.convert_tokens_to_ids
    torch.manual_seed(seed)
    config = Qwen2VLConfig(
        text_config={
            "vocab_size": VOCABULARY,
            "hidden_size": 128,
            "intermediate_size": 320,
            "num_hidden_layers": 4,
            "num_attention_heads": 4,
            "num_key_value_heads": 2,
            "max_position_embeddings": 4096,
            "rope_parameters": {
                "rope_type": "default", "rope_theta": 10000.0, "mrope_section": [8, 4, 4],
            },
            "bos_token_id": None,
            "eos_token_id": token("<|im_end|>"),
            "pad_token_id": token("<|endoftext|>"),
            "tie_word_embeddings": True,
        },
        vision_config={
            "depth": 1, "embed_dim": 96, "hidden_size": 128, "num_heads": 4, "mlp_ratio": 2,
            "patch_size": PATCH, "spatial_merge_size": MERGE, "temporal_patch_size": 2,
        },
        image_token_id=token("<|image_pad|>"),
        video_token_id=token("<|video_pad|>"),
        vision_start_token_id=token("<|vision_start|>"),
        vision_end_token_id=token("<|vision_end|>"),
        tie_word_embeddings=True,
    )  # fmt: skip
    model = Qwen2VLForConditionalGeneration._from_config(config, attn_implementation="sdpa")
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.dim() >= 2:
                std = 1 / math.sqrt(weight[0].numel())
                if name.endswith(
                    ("o_proj.weight", "down_proj.weight", "attn.proj.weight", "fc2.weight")
                ):
                    std *= 0.3
                weight.normal_(0, std)
    model.generation_config.eos_token_id = token("<|im_end|>")
    model.generation_config.pad_token_id = token("<|endoftext|>")
    return model.float()
