"""Untrained models of a few thousand weights, and prompts for them."""

import torch

IMAGE, START, END = 50, 51, 52
TEXT = {
    "vocab_size": 64,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 512,
    "tie_word_embeddings": False,
}
MODELS = ["qwen2_vl", "qwen2_5_vl", "qwen3_vl"]


def small(kind: str, **changes):
    """An untrained model of a few thousand weights, in float32."""
    import transformers as t

    vision = {"depth": 2, "num_heads": 2, "patch_size": 4, "temporal_patch_size": 2}
    text = dict(TEXT)
    if kind == "qwen3_vl":
        config, model = t.Qwen3VLConfig, t.Qwen3VLForConditionalGeneration
        vision |= {
            "hidden_size": 16, "intermediate_size": 24, "out_hidden_size": 32,
            "num_position_embeddings": 16, "deepstack_visual_indexes": [0, 1],
        }  # fmt: skip
        text |= {"head_dim": 8, "rope_parameters": {"rope_type": "default", "rope_theta": 1e4,
                 "mrope_section": [2, 1, 1], "mrope_interleaved": True}}  # fmt: skip
    else:
        text["rope_parameters"] = {
            "rope_type": "default", "rope_theta": 1e4, "mrope_section": [2, 1, 1],
        }  # fmt: skip
        if kind == "qwen2_vl":
            config, model = t.Qwen2VLConfig, t.Qwen2VLForConditionalGeneration
            vision |= {"embed_dim": 16, "hidden_size": 32, "mlp_ratio": 2}
        else:
            config, model = t.Qwen2_5_VLConfig, t.Qwen2_5_VLForConditionalGeneration
            vision |= {
                "hidden_size": 16, "intermediate_size": 24, "out_hidden_size": 32,
                "window_size": 16, "fullatt_block_indexes": [1],
            }  # fmt: skip
    torch.manual_seed(0)
    return model(
        config(
            text_config={**text, **changes},
            vision_config=vision,
            image_token_id=IMAGE,
            vision_start_token_id=START,
            vision_end_token_id=END,
        )
    )


def batch(images=((1, 2), (1,), (0,)), counts=(3, 2, 2), seed=0):
    """Prompts with images of different sizes and lengths, each with completions of its own."""
    random = torch.Generator().manual_seed(seed)

    def tokens(count):
        return torch.randint(0, 40, (count,), generator=random)

    rows, kinds, grids, patches, numbers = [], [], [], [], []
    for prompt, sizes in enumerate(images):
        parts = [tokens(3 + prompt)]
        for size in filter(None, sizes):
            parts += [torch.tensor([START]), torch.full((2 * size,), IMAGE), torch.tensor([END])]
            grids.append([1, 2 * size, 4])
            patches.append(torch.randn(8 * size, 3 * 2 * 4 * 4, generator=random))
        ids = torch.cat([*parts, tokens(2)])
        rows.append(ids)
        kinds.append((ids == IMAGE).long())
        numbers.append(sum(size > 0 for size in sizes))
    width = max(map(len, rows))
    left = [torch.nn.functional.pad(row, (width - len(row), 0)) for row in rows]
    mask = [torch.nn.functional.pad(torch.ones_like(r), (width - len(r), 0)) for r in rows]
    kind = [torch.nn.functional.pad(row, (width - len(row), 0)) for row in kinds]
    prompts = {
        "input_ids": torch.stack(left),
        "attention_mask": torch.stack(mask),
        "mm_token_type_ids": torch.stack(kind),
    }
    if grids:
        prompts |= {"pixel_values": torch.cat(patches), "image_grid_thw": torch.tensor(grids)}
    owner = torch.repeat_interleave(torch.arange(len(rows)), torch.tensor(counts[: len(rows)]))
    lengths = torch.tensor([5, 3, 1, 7, 2, 4, 4])[: len(owner)]
    completions = torch.randint(0, 40, (len(owner), 7), generator=random)
    kept = (torch.arange(7) < lengths.unsqueeze(1)).long()
    return prompts, completions * kept, kept, owner, numbers
