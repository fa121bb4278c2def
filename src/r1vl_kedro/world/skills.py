"""What the tiny model can do, measured on pictures of the validation split."""

from __future__ import annotations

import random
import re
from collections import Counter
from typing import Any

from r1vl_kedro.world.batches import USER
from r1vl_kedro.world.lessons import combine, find_several, read, take_away
from r1vl_kedro.world.scenes import Chart, Scene, random_picture, to_image

BATCH = 100
_SUM = re.compile(r"(\d+) ([+-]) (\d+) = (\d+)")


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


def answer(model: Any, processor: Any, asked: list[tuple[Any, str]]) -> list[str]:
    """Answer (picture, question) pairs greedily."""
    import torch

    said = []
    for start in range(0, len(asked), BATCH):
        part = asked[start : start + BATCH]
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
