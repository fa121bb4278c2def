"""Lessons as batches of the tiny model: tokens, masks, pixels, and the loss on the answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from r1vl_kedro.world.lessons import Conversation

if TYPE_CHECKING:
    import numpy as np
    import torch

USER = "<|im_start|>user\n{image}{question}<|im_end|>\n<|im_start|>assistant\n"
ANSWER = "{answer}<|im_end|>\n"
IMAGE = "<|vision_start|>" + "<|image_pad|>" * 9 + "<|vision_end|>"
LONGEST = 1024
"""Tokens of a conversation."""


class Batches:
    """Conversations to loss; position ids are worked out once, since every image comes first."""

    def __init__(self, processor: Any, model: torch.nn.Module):
        import torch

        self.tokenizer, self.model = processor.tokenizer, model
        self.pad = self.tokenizer.pad_token_id
        images = processor.image_processor
        self.mean, self.std = images.image_mean, images.image_std
        row = self.tokenizer(USER.format(image=IMAGE, question="?")).input_ids
        row = torch.tensor([row + [self.pad] * (LONGEST - len(row))])
        kinds = (row == model.config.image_token_id).int()
        self.grid = torch.tensor([[1, 6, 6]])
        self.positions, _ = model.model.get_rope_index(
            row, mm_token_type_ids=kinds, image_grid_thw=self.grid, attention_mask=row * 0 + 1
        )

    def loss(self, talks: list[Conversation]) -> torch.Tensor:
        """Compute the mean cross-entropy over the answer tokens of all conversations (a scalar)."""
        import numpy as np
        import torch

        rows, wanted = self.encode(talks)
        length = max(map(len, rows))
        ids = torch.full((len(rows), length), self.pad)
        labels = torch.full((len(rows), length), -100)
        for k, (row, mask) in enumerate(zip(rows, wanted, strict=True)):
            line = torch.tensor(row)
            ids[k, : len(row)] = line
            labels[k, : len(row)] = torch.where(torch.tensor(mask), line, -100)
        pixels = np.stack([picture.render() for picture, _ in talks])
        hidden = self.model.model(
            input_ids=ids,
            attention_mask=(ids != self.pad).long(),
            position_ids=self.positions[:, :, :length].expand(-1, len(rows), -1),
            pixel_values=torch.from_numpy(patches(pixels, self.mean, self.std)),
            image_grid_thw=self.grid.expand(len(rows), -1),
            mm_token_type_ids=(ids == self.model.config.image_token_id).int(),
            use_cache=False,
        ).last_hidden_state
        taken = labels[:, 1:] != -100
        logits = self.model.lm_head(hidden[:, :-1][taken])
        return torch.nn.functional.cross_entropy(logits.float(), labels[:, 1:][taken])

    def encode(self, talks: list[Conversation]) -> tuple[list[list[int]], list[list[bool]]]:
        """Encode conversations: token ids and, per token, whether it is part of an answer."""
        texts, owners, answers = [], [], []
        for k, (_, turns) in enumerate(talks):
            for n, (question, answer) in enumerate(turns):
                image = IMAGE if n == 0 else ""
                texts += [USER.format(image=image, question=question), ANSWER.format(answer=answer)]
                owners += [k, k]
                answers += [False, True]
        rows: list[list[int]] = [[] for _ in talks]
        wanted: list[list[bool]] = [[] for _ in talks]
        for owner, is_answer, ids in zip(
            owners, answers, self.tokenizer(texts).input_ids, strict=True
        ):
            rows[owner] += ids
            wanted[owner] += [is_answer] * len(ids)
        return rows, wanted


def patches(pixels: np.ndarray, mean: list[float], std: list[float]) -> np.ndarray:
    """Prepare a batch of equal images as Qwen2-VL's image processor does.

    Args:
        pixels: uint8 of shape (images, 84, 84, 3).

    Returns:
        float32 of shape (images * 36, 1176), patches of one merged token side by side.
    """
    import numpy as np

    n = len(pixels)
    scaled = (pixels.astype(np.float32) / 255 - np.float32(mean)) / np.float32(std)
    blocks = scaled.reshape(n, 3, 2, 14, 3, 2, 14, 3).transpose(0, 1, 4, 2, 5, 7, 3, 6)
    twice = np.stack([blocks, blocks], axis=6)
    return np.ascontiguousarray(twice.reshape(n * 36, 3 * 2 * 14 * 14))
