"""Training of the shipped base model from scratch."""

from __future__ import annotations

import json
import logging
import math
import random
from pathlib import Path
from typing import Any

from pydantic import Field

from r1vl_kedro import files
from r1vl_kedro.parameters import Options
from r1vl_kedro.world.batches import Batches
from r1vl_kedro.world.lessons import Conversation, conversation
from r1vl_kedro.world.skills import measure_skills

logger = logging.getLogger(__name__)


class BaseOptions(Options):
    """How the base model is trained; sizes in conversations, steps and tokens."""

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
    with files.writing_directory(output) as aside:
        model.to(torch.bfloat16).save_pretrained(aside)
        save_processor(processor, aside)
        (aside / "base_model.json").write_text(json.dumps(record, indent=1) + "\n")
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
