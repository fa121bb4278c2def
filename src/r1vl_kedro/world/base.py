"""Training of the shipped base model from scratch, and the measurement of its skills."""

from __future__ import annotations

import json
import logging
import math
import os
import random
import re
import shutil
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from r1vl_kedro import files
from r1vl_kedro.world.lessons import (
    Conversation,
    combine,
    conversation,
    find_several,
    read,
    take_away,
)
from r1vl_kedro.world.scenes import Chart, Scene, random_picture, to_image

if TYPE_CHECKING:
    import numpy as np
    import torch

logger = logging.getLogger(__name__)

USER = "<|im_start|>user\n{image}{question}<|im_end|>\n<|im_start|>assistant\n"
ANSWER = "{answer}<|im_end|>\n"
IMAGE = "<|vision_start|>" + "<|image_pad|>" * 9 + "<|vision_end|>"
_SUM = re.compile(r"(\d+) ([+-]) (\d+) = (\d+)")


class BaseOptions(BaseModel):
    """How the base model is trained; sizes in conversations, steps and tokens."""

    model_config = ConfigDict(extra="forbid")

    steps: int = Field(8000, ge=1, description="updates in all")
    easy_steps: int = Field(800, ge=0, description="updates on perception alone, at the start")
    copy_from: int = Field(
        5000, ge=0, description="update from which text is copied as well; with fewer steps none is"
    )
    batch_size: int = Field(32, ge=1, description="conversations an update")
    turns: int = Field(3, ge=1, description="lessons a conversation")
    learning_rate: float = Field(1.5e-3, gt=0)
    final_share: float = Field(0.02, ge=0, le=1, description="last learning rate / highest")
    warm_up_steps: int = Field(100, ge=0)
    save_every: int = Field(250, ge=1)
    skill_samples: int = Field(400, ge=1, description="questions a skill is measured on")
    threads: int = Field(2, ge=1)


def train_base_model(
    output: Path, options: BaseOptions, seed: int, scratch: Path
) -> dict[str, Any]:
    """Train the tiny Qwen2-VL on lessons; save it to ``output`` with its scores beside it.

    A killed training goes on from the last state in ``scratch`` and gives the same weights; the
    state of another seed or other options is not used.

    Returns:
        the record that is also written to ``output/base_model.json``: options, seed, the loss and
        the share of right answers per skill.
    """
    import torch
    from tqdm.auto import tqdm

    from r1vl_kedro.models import save_processor
    from r1vl_kedro.world.tiny import build_model, build_processor

    torch.set_num_threads(options.threads)
    processor = build_processor(seed)
    model = build_model(seed, processor.tokenizer)
    model.set_attn_implementation("eager")  # a quarter faster here: short rows, no flash backward
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=options.learning_rate, betas=(0.9, 0.98), weight_decay=0.01
    )
    scratch.mkdir(parents=True, exist_ok=True)
    state_file, done, log = scratch / "state.pt", 0, []
    recipe = {"seed": seed, **options.model_dump(exclude={"save_every", "skill_samples"})}
    state = resumable(state_file, recipe)
    if state is not None:
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        done, log = state["step"], state["log"]
    batches = Batches(processor, model)
    model.train()
    bar = tqdm(range(done, options.steps), initial=done, total=options.steps, desc="base model")
    for step in bar:
        talks = draw(step, options, seed)
        for group in optimizer.param_groups:
            group["lr"] = options.learning_rate * schedule(step, options)
        with torch.autocast("cpu", torch.bfloat16):
            loss = batches.loss(talks)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        if (step + 1) % 50 == 0:
            log.append({"step": step + 1, "loss": round(loss.item(), 4)})
            bar.set_postfix(loss=f"{loss.item():.3f}")
        if (step + 1) % options.save_every == 0:
            state = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
            state |= {"step": step + 1, "log": log, "recipe": recipe}
            with files.writing(state_file) as aside:
                torch.save(state, aside)
    model.eval()
    skills = measure_skills(model, processor, options.skill_samples, seed)
    parameters = sum(weight.numel() for weight in model.parameters())
    record = {
        "parameters": parameters,
        "seed": seed,
        "options": options.model_dump(),
        "skills": skills,
        "log": log,
    }
    aside = scratch / "finished"
    shutil.rmtree(aside, ignore_errors=True)
    model.to(torch.bfloat16).save_pretrained(aside)
    save_processor(processor, aside)
    (aside / "base_model.json").write_text(json.dumps(record, indent=1) + "\n")
    files.sync_tree(aside)
    output.mkdir(parents=True, exist_ok=True)
    for file in sorted(aside.iterdir()):
        os.replace(file, output / file.name)
    state_file.unlink(missing_ok=True)
    return record


def resumable(state_file: Path, recipe: dict[str, Any]) -> dict[str, Any] | None:
    """Load the state of a killed training of this recipe, or None; log what another differs in."""
    import torch

    if not state_file.exists():
        return None
    state = torch.load(state_file, weights_only=True)
    made = state.get("recipe", {})
    differs = [
        f"{name} was {made.get(name)!r} and is {value!r}"
        for name, value in recipe.items()
        if made.get(name) != value
    ]
    if not differs:
        logger.info("going on from step %d of %s", state["step"], state_file)
        return state
    logger.warning("%s is not used, training starts anew: %s", state_file, "; ".join(differs))
    return None


def draw(step: int, options: BaseOptions, seed: int) -> list[Conversation]:
    """Make the conversations of one update, of all lessons and lengths.

    Batches of like length would save a third of the padding, but charts are short: they would come
    by themselves, and of 5,000 updates so divided the bars were not learnt.
    """
    rng = random.Random(f"base {seed} {step}")
    easy, copying = step < options.easy_steps, step >= options.copy_from
    return [
        conversation(rng, easy=easy, copying=copying, turns=options.turns)
        for _ in range(options.batch_size)
    ]


def schedule(step: int, options: BaseOptions) -> float:
    """Schedule a linear rise, then cosine down to ``final_share`` of the highest learning rate."""
    if step < options.warm_up_steps:
        return (step + 1) / options.warm_up_steps
    past = (step - options.warm_up_steps) / max(1, options.steps - options.warm_up_steps)
    cosine = 0.5 * (1 + math.cos(math.pi * past))
    return options.final_share + (1 - options.final_share) * cosine


class Batches:
    """Conversations to loss; position ids are worked out once, since every image comes first."""

    def __init__(self, processor: Any, model: torch.nn.Module, longest: int = 1024):
        import torch

        self.tokenizer, self.model = processor.tokenizer, model
        self.pad = self.tokenizer.pad_token_id
        images = processor.image_processor
        self.mean, self.std = images.image_mean, images.image_std
        row = self.tokenizer(USER.format(image=IMAGE, question="?")).input_ids
        row = torch.tensor([row + [self.pad] * (longest - len(row))])
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


def measure_skills(model: Any, processor: Any, n: int, seed: int) -> dict[str, float]:
    """Measure the share of right answers per skill on validation pictures, decoded greedily.

    ``filter_named``: every part names the kind asked for, in order; ``objects_found``: of parts
    that name the right kind, the places are right; ``arithmetic``: sums written out are true;
    ``bars_read``: whole readings right; ``whole_*``: whole answers right, per lesson.
    """
    rng = random.Random(f"skills {seed}")
    hits: Counter[str] = Counter()
    seen: Counter[str] = Counter()

    def note(skill: str, right: bool) -> None:
        seen[skill] += 1
        hits[skill] += bool(right)

    tasks = []
    for lesson, kind in (
        (find_several, Scene),
        (take_away, Scene),
        (read, Chart),
        (combine, Chart),
    ):
        for _ in range(n):
            picture = random_picture(rng, kind, "validation")
            tasks.append((lesson.__name__, picture, *lesson(rng, picture)))  # type: ignore[operator]
    # All lessons at once: a batch takes as long as its longest answer.
    asked = [(picture, question) for _, picture, question, _ in tasks]
    for (name, picture, _, wanted), said in zip(
        tasks, answer(model, processor, asked), strict=True
    ):
        note(f"whole_{name}", said == wanted)
        for one, sign, two, result in _SUM.findall(said):
            true = int(one) + int(two) if sign == "+" else int(one) - int(two)
            note("arithmetic", true == int(result))
        if isinstance(picture, Chart):
            note(
                "bars_read",
                re.findall(r"\w+ is \d+", said) == re.findall(r"\w+ is \d+", wanted),
            )
            continue
        parts = dict(re.findall(r"([a-z ]+): ([A-Z, ]+|none)\.", wanted))
        given = re.findall(r"([a-z ]+): ([A-Z, ]+|none)\.", said)
        note("filter_named", [name for name, _ in given] == list(parts))
        for name, found in given:
            if name in parts:
                note("objects_found", found == parts[name])
    return {skill: round(hits[skill] / seen[skill], 4) for skill in sorted(seen)}


def answer(model: Any, processor: Any, asked: list[tuple[Any, str]], batch: int = 100) -> list[str]:
    """Answer (picture, question) pairs greedily."""
    import torch

    said = []
    for start in range(0, len(asked), batch):
        part = asked[start : start + batch]
        image = "<|vision_start|><|image_pad|><|vision_end|>"
        inputs = processor(
            text=[USER.format(image=image, question=question) for _, question in part],
            images=[to_image(picture) for picture, _ in part],
            padding=True,
            return_tensors="pt",
        )
        with torch.inference_mode():
            tokens = model.generate(**inputs, max_new_tokens=160, do_sample=False)
        said += processor.batch_decode(
            tokens[:, inputs["input_ids"].shape[1] :], skip_special_tokens=True
        )
    return [text.strip() for text in said]
