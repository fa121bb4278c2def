"""Example questions with the answers of several variants side by side."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from r1vl_kedro.records.images import data_uri, decode_all
from r1vl_kedro.reporting.options import ReportingOptions
from r1vl_kedro.reporting.variants import Grid, Variant, key_steps_of, variant
from r1vl_kedro.responses import R1VL, get_grammar
from r1vl_kedro.rewards import as_groups, match_key_steps
from r1vl_kedro.rewards.key_steps import KeyStepReward
from r1vl_kedro.rewards.matching import DEFAULT_THRESHOLD, Matching
from r1vl_kedro.training.options import StepGRPOOptions

if TYPE_CHECKING:
    from datasets import Dataset

MAX_PIXELS_A_SIDE = 512
_WORD = re.compile(r"\S+")
_NUMBERS = ("correct", "valid", "k", "step_rar", "tokens")


def select_questions(
    verdicts: pd.DataFrame, options: ReportingOptions, grid: Grid | None = None
) -> list[dict[str, Any]]:
    """Select question ids for the report, by case: who of headline and reference variant was right.

    The first seed and the first sample of each variant decide. Within a case a seeded draw decides,
    after families not yet shown. Each entry: ``case``, ``count`` and ``total`` (how many of the
    questions are such), ``id``.
    """
    answers = {
        name: _first_answers(verdicts, name) for name in (options.reference, options.headline)
    }
    ours, theirs = answers[options.headline], answers[options.reference]
    if ours.empty or theirs.empty:
        pool = ours if not ours.empty else theirs
        pool = pool if not pool.empty else _first_answers(verdicts, verdicts["variant"].iloc[0])
        cases = {"Any question": pool}
    else:
        ids = ours.index.intersection(theirs.index)
        right, before = ours.loc[ids, "correct"] > 0, theirs.loc[ids, "correct"] > 0
        after_name = variant(options.headline, grid).label
        before_name = variant(options.reference, grid).label
        both = ours.loc[ids]
        cases = {
            f"{after_name} right, {before_name} wrong": both.loc[right & ~before],
            f"{after_name} wrong, {before_name} right": both.loc[~right & before],
            "Both right": both.loc[right & before],
            "Both wrong": both.loc[~right & ~before],
        }
    total = sum(len(part) for part in cases.values())
    rng = np.random.default_rng(options.seed)
    shown: list[str] = []
    chosen = []
    for case, part in cases.items():
        order = [part.index[i] for i in rng.permutation(len(part))]
        for _ in range(min(options.examples_per_case, len(part))):
            # The family shown least so far comes first; the sort keeps the drawn order otherwise.
            order.sort(key=lambda name: shown.count(part.loc[name, "family"]))
            name = order.pop(0)
            shown.append(part.loc[name, "family"])
            chosen.append({"case": case, "count": len(part), "total": total, "id": name})
    return chosen


def build_examples(
    verdicts: pd.DataFrame,
    records: "Dataset",
    options: ReportingOptions,
    grid: Grid | None = None,
    step_grpo: StepGRPOOptions | None = None,
) -> list[dict[str, Any]]:
    """Return the chosen questions with image, key steps and parsed answers, as plain JSON values.

    Args:
        verdicts: the frame of `collect_verdicts`, with ``response``.
        records: test records with ``images`` in the stored form (`records.store.undecoded`), and
            ``key_steps`` where there are any.
        grid: the runs: how key steps count in each, and its label.
        step_grpo: how key steps count for models that StepGRPO did not train.

    Raises:
        KeyError: a chosen question is not among the records.
    """
    places = {name: place for place, name in enumerate(records["id"])}
    common = step_grpo or StepGRPOOptions(num_steps=1, prompts_per_step=1)
    examples = []
    for entry in select_questions(verdicts, options, grid):
        if entry["id"] not in places:
            raise KeyError(f"question {entry['id']!r} was answered but is not a test record")
        record = records[places[entry["id"]]]
        groups = as_groups(record.get("key_steps"), where=f"record {entry['id']}: key_steps")
        examples.append(
            {
                **entry,
                "family": record["family"],
                "question": clean(record["question"]),
                "options": [clean(option) for option in record["options"] or ()],
                "answer": clean(record["answer"]),
                "images": [
                    data_uri(image, MAX_PIXELS_A_SIDE) for image in decode_all(record["images"])
                ],
                "key_steps": [[clean(phrase) for phrase in group] for group in groups],
                "answers": [
                    _answer(
                        row,
                        groups,
                        key_steps_of(row["namespace"], grid, common),
                        variant(row["variant"], grid),
                        options.grammar,
                    )
                    for row in _rows(verdicts, entry["id"], options.example_variants)
                ],
            }
        )
    return examples


def highlight(
    body: str,
    groups: Sequence[Sequence[str]],
    matching: Matching = "soft",
    threshold: float = DEFAULT_THRESHOLD,
) -> list[dict[str, Any]]:
    """Return a step's text in parts: ``text`` and ``group``, the key step matched there or None.

    The part is the shortest run of words, ending first, in which the key step is matched.
    """
    marks: dict[int, tuple[int, int]] = {}
    for number, group in enumerate(groups):
        span = _span(body, group, matching, threshold)
        if span is not None:
            marks[number] = span
    parts: list[dict[str, Any]] = []
    at = 0
    for number, (start, end) in sorted(marks.items(), key=lambda item: item[1]):
        if end <= at:
            continue
        start = max(start, at)
        if start > at:
            parts.append({"text": body[at:start], "group": None})
        parts.append({"text": body[start:end], "group": number})
        at = end
    if at < len(body):
        parts.append({"text": body[at:], "group": None})
    return parts


def clean(text: str) -> str:
    """Make text fit for UTF-8 HTML: lone surrogates and control characters are replaced."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    return "".join(c if c in "\n\t" or c.isprintable() or c.isspace() else "\ufffd" for c in text)


def _first_answers(verdicts: pd.DataFrame, name: str) -> pd.DataFrame:
    part = verdicts.loc[(verdicts["variant"] == name) & verdicts["correct"].notna()]
    if part.empty:
        return part.set_index("id")
    part = part.loc[part["seed"] == part["seed"].min()]
    return part.drop_duplicates("id").set_index("id").sort_index()


def _rows(verdicts: pd.DataFrame, name: str, variants: Sequence[str]) -> list[Mapping[str, Any]]:
    part = verdicts.loc[verdicts["id"] == name].sort_values("seed", kind="stable")
    first = part.drop_duplicates("variant").set_index("variant", drop=False)
    return [first.loc[variant].to_dict() for variant in variants if variant in first.index]


def _answer(
    row: Mapping[str, Any],
    groups: Sequence[Sequence[str]],
    key_steps: KeyStepReward,
    look: Variant,
    grammar: str,
) -> dict[str, Any]:
    response = row["response"]
    how = key_steps.model_dump(include={"matching", "threshold"})
    found = match_key_steps(response, groups, grammar=grammar, **how) if groups else []
    return {
        "variant": look.name,
        "label": look.label,
        "colour": look.colour,
        **{name: _number(row.get(name)) for name in _NUMBERS},
        "truncated": bool(row.get("truncated", False)),
        "matched": found,
        "sections": _sections(response, groups, how, grammar),
    }


def _sections(
    response: str, groups: Sequence[Sequence[str]], how: Mapping[str, Any], grammar: str
) -> list[dict[str, Any]]:
    form = get_grammar(grammar)
    sections, at = [], 0
    for section in form.parse(response).sections:
        sections += _text_between(response[at : section.start])
        body = section.body.strip()
        parts = (
            highlight(body, groups, **how)
            if section.kind == "step"
            else [{"text": body, "group": None}]
        )
        parts = [{**part, "text": clean(part["text"])} for part in parts]
        sections.append({"kind": section.kind, "title": form.title(section), "parts": parts})
        at = section.end
    return sections + _text_between(response[at:])


def _text_between(text: str) -> list[dict[str, Any]]:
    """Return the text that belongs to no section, where there is any."""
    if not text.strip():
        return []
    return [{"kind": "text", "title": "", "parts": [{"text": clean(text.strip()), "group": None}]}]


def _span(
    body: str, group: Sequence[str], matching: Matching, threshold: float
) -> tuple[int, int] | None:
    words = [match.span() for match in _WORD.finditer(body)]
    if not words or not _matches(body, group, matching, threshold):
        return None
    ends = (end for _, end in words if _matches(body[:end], group, matching, threshold))
    end = next(ends, len(body))
    starts = (
        start
        for start, _ in reversed(words)
        if start < end and _matches(body[start:end], group, matching, threshold)
    )
    return next(starts, 0), end


def _matches(body: str, group: Sequence[str], matching: Matching, threshold: float) -> bool:
    one_step = R1VL.render([body])
    return match_key_steps(one_step, [group], matching=matching, threshold=threshold)[0]


def _number(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)
