"""Samples that some rewards need beside the rollouts: continued steps, answers to descriptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from trl.trainer.utils import pad

from r1vl_kedro.models import render_prompt
from r1vl_kedro.responses import parse_response
from r1vl_kedro.rewards.continuations import ContinuationReward
from r1vl_kedro.rewards.description import DescriptionReward
from r1vl_kedro.training.costs import Work
from r1vl_kedro.training.packed import vision_of
from r1vl_kedro.training.rollout import run_numbers, run_starts
from r1vl_kedro.training.sampling import sample_completions
from r1vl_kedro.training.step_credit import decoder, token_span

_PLACES = 4096
"""Random streams apart from those of the rollouts, for each row of a batch."""


def with_extra_samples(
    trainer: Any, rows: list[dict], texts: Sequence[str], ids: Sequence[Sequence[int]]
) -> list[dict]:
    """Add to each row the columns that the run's rewards need and that have to be sampled.

    Args:
        trainer: a StepGRPOTrainer that has just sampled.
        rows: of this process, one a completion.
        texts, ids: the completions.
    """
    for reward in trainer.options.rewards.values():
        if isinstance(reward, ContinuationReward):
            made = continued(trainer, rows, texts, ids, reward)
            rows = [{**row, "continued": one} for row, one in zip(rows, made, strict=True)]
        if isinstance(reward, DescriptionReward):
            made = described(trainer, rows, texts, reward.samples)
            rows = [{**row, "described": one} for row, one in zip(rows, made, strict=True)]
    return rows


def continued(
    trainer: Any,
    rows: Sequence[Mapping[str, Any]],
    texts: Sequence[str],
    ids: Sequence[Sequence[int]],
    reward: ContinuationReward,
) -> list[list[list[str]]]:
    """Continue each completion after each of its steps; returns whole responses.

    Returns:
        For each completion and step ``reward.samples`` responses, that step included.
    """
    decode = decoder(trainer)
    starts: list[tuple[int, int]] = []
    for row, text in enumerate(texts):
        steps = parse_response(text, trainer.options.grammar).steps[: reward.max_steps]
        ends = [token_span(decode, ids[row], (step.start, step.end))[1] for step in steps]
        starts += [(row, end) for end in ends]
    owner = run_numbers(trainer.runs)
    prompts = trainer.distinct
    chosen = torch.tensor([owner[row] for row, _ in starts], dtype=torch.long)
    extended = [
        torch.cat(
            [
                prompts["input_ids"][owner[row]][prompts["attention_mask"][owner[row]].bool()],
                torch.tensor(ids[row][:end], device=prompts["input_ids"].device, dtype=torch.long),
            ]
        )
        for row, end in starts
    ]
    vision: dict = {}
    if starts:
        counts = [len(rows[start]["images"]) for start in run_starts(trainer.runs)]
        images = (prompts.get("pixel_values"), prompts.get("image_grid_thw"))
        vision = vision_of(chosen, *images, counts)
    more = _sampled(trainer, extended, vision, reward.samples, stream=1)
    made: list[list[list[str]]] = [[] for _ in texts]
    for (row, end), tails in zip(starts, more, strict=True):
        made[row].append([decode([*ids[row][:end], *tail]) for tail in tails])
    return made


def described(
    trainer: Any, rows: Sequence[Mapping[str, Any]], texts: Sequence[str], samples: int
) -> list[list[str]]:
    """Answer each row's question from its completion's description, without the image.

    Returns:
        For each completion ``samples`` responses; none where it has no description.
    """
    described_rows, prompts = [], []
    for number, (row, text) in enumerate(zip(rows, texts, strict=True)):
        sections = parse_response(text, trainer.options.grammar).sections
        found = next((s for s in sections if s.kind == "description" and not s.empty), None)
        if found is None:
            continue
        described_rows.append(number)
        prompts.append(_text_prompt(trainer, row["prompt"], found.body.strip()))
    more = _sampled(trainer, prompts, {}, samples, stream=2)
    made: list[list[str]] = [[] for _ in texts]
    decode = decoder(trainer)
    for number, answers in zip(described_rows, more, strict=True):
        made[number] = [decode(answer) for answer in answers]
    return made


def _text_prompt(trainer: Any, messages: Sequence[Mapping[str, Any]], text: str) -> torch.Tensor:
    """Return the tokens of a prompt with a description in the place of its images."""
    *before, last = messages
    words = [part["text"] for part in last["content"] if part.get("type") == "text"]
    content = [{"type": "text", "text": "\n\n".join([text, "".join(words)])}]
    written = render_prompt(trainer.processing_class, [*before, {**last, "content": content}])
    ids = trainer.processing_class.tokenizer(written, add_special_tokens=False)["input_ids"]
    return torch.tensor(ids, device=trainer.accelerator.device)


def _sampled(
    trainer: Any, prompts: list[torch.Tensor], vision: dict, samples: int, stream: int
) -> list[list[list[int]]]:
    """Sample ``samples`` completions of each prompt; all processes call it together."""
    inputs: dict[str, torch.Tensor] = {}
    if prompts:
        padded = pad(
            prompts,
            padding_value=trainer.processing_class.tokenizer.pad_token_id,
            padding_side="left",
        )
        mask = pad([torch.ones_like(one) for one in prompts], padding_value=0, padding_side="left")
        inputs = {"input_ids": padded, "attention_mask": mask, **vision}
        if "mm_token_type_ids" in trainer.distinct:
            image = trainer.processing_class.image_token_id
            inputs["mm_token_type_ids"] = (padded == image).to(mask.dtype)
    count = len(prompts) * samples
    first = (1 + trainer.accelerator.process_index) * _PLACES
    streams = range(first, first + count)
    sizes = [samples] * len(prompts)
    with trainer.phases("generate"):
        made = sample_completions(trainer, inputs, sizes, streams, turn=1_000 + stream)
    trainer.count(Work(read=float(sum(map(len, prompts))), sampled=sum(map(len, made))))
    return [made[start : start + samples] for start in range(0, count, samples)]
