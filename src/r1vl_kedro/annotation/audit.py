"""Do the key steps fit their own path, and only that?"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from r1vl_kedro.annotation.options import AuditOptions
from r1vl_kedro.annotation.refine import spelling
from r1vl_kedro.responses import R1VL, parse_response
from r1vl_kedro.rewards import match_key_steps

ALTERED_BELOW = 0.9


@dataclass(slots=True)
class RecordAudit:
    """One record's key steps looked at.

    Attributes:
        coverage: k of its own path, 0 to 1.
        false_match: mean k of other questions' paths, 0 to 1.
        altered: k of its own path with the last number of one step changed; None where no step has
            a number, or there are no key steps.
        missing: groups that its own path does not hold.
        everywhere: groups that most other paths hold.
        duplicates: groups that repeat an earlier one's phrasing.
    """

    index: int
    id: str
    family: str
    groups: int
    coverage: float
    false_match: float
    altered: float | None = None
    missing: list[str] = field(default_factory=list)
    everywhere: list[str] = field(default_factory=list)
    duplicates: list[str] = field(default_factory=list)

    @property
    def badness(self) -> float:
        """Rank by what is not covered, plus what matches elsewhere, plus 1 without groups."""
        return 1 - self.coverage + self.false_match + len(self.duplicates) / 10 + (not self.groups)


def _share(
    response: str, groups: Sequence[Sequence[str]], grammar: str
) -> tuple[float, list[bool]]:
    found = match_key_steps(response, groups, grammar=grammar) if groups else []
    return (sum(found) / len(found) if found else 0.0), found


def alter_number(solution: str, rng: random.Random, grammar: str = R1VL.name) -> str | None:
    """Change the last number of one step of a path by one; None where no step has a number."""
    places = [
        (step.body_start + found[-1].start(), step.body_start + found[-1].end())
        for step in parse_response(solution, grammar).steps
        if (found := list(re.finditer(r"\d+", step.body)))
    ]
    if not places:
        return None
    start, end = rng.choice(places)
    return f"{solution[:start]}{int(solution[start:end]) + 1}{solution[end:]}"


def _duplicates(groups: Sequence[Sequence[str]]) -> list[str]:
    seen: set[str] = set()
    repeated = []
    for group in groups:
        spelled = {spelling(phrasing) for phrasing in group}
        if spelled & seen:
            repeated.append(group[0])
        seen |= spelled
    return repeated


def audit_records(
    records: Sequence[Mapping[str, Any]],
    options: AuditOptions,
    seed: int,
    grammar: str = R1VL.name,
) -> Iterator[RecordAudit]:
    """Audit each record against its own path and against others drawn by the seed.

    Args:
        records: with ``id``, ``family``, ``question``, ``solution`` and ``key_steps``. Other paths
            are those of records with another question.
    """
    rng = random.Random(f"{seed}-audit")
    for index, record in enumerate(records):
        groups = record["key_steps"]
        coverage, own = _share(record["solution"], groups, grammar)
        shares, counts, tried = [], [0] * len(groups), 0
        for _ in range(4 * options.others):
            other = records[rng.randrange(len(records))]
            if tried == options.others or len(records) < 2:
                break
            if other["question"] == record["question"] or not groups:
                continue
            tried += 1
            share, found = _share(other["solution"], groups, grammar)
            shares.append(share)
            counts = [n + hit for n, hit in zip(counts, found, strict=True)]
        bound = options.everywhere * tried
        one_off = random.Random(f"{seed}-altered-{index}")
        changed = alter_number(record["solution"], one_off, grammar) if groups else None
        yield RecordAudit(
            index=index,
            id=record["id"],
            family=record["family"],
            groups=len(groups),
            coverage=coverage,
            false_match=sum(shares) / len(shares) if shares else 0.0,
            altered=None if changed is None else _share(changed, groups, grammar)[0],
            missing=[g[0] for g, hit in zip(groups, own, strict=True) if not hit],
            everywhere=[
                g[0] for g, n in zip(groups, counts, strict=True) if tried and n > 0 and n >= bound
            ],
            duplicates=_duplicates(groups),
        )


def summarise(audits: Sequence[RecordAudit]) -> list[dict[str, Any]]:
    """Summarise the audit: one row per family and one for all.

    ``coverage`` and ``false_match`` are means over records, 0 to 1.
    """
    families = sorted({audit.family for audit in audits})
    rows = []
    for name in ["all", *families]:
        part = [a for a in audits if name in ("all", a.family)]
        n = len(part)
        rows.append(
            {
                "family": name,
                "records": n,
                "groups_per_record": round(sum(a.groups for a in part) / n, 3),
                "coverage": round(sum(a.coverage for a in part) / n, 4),
                "false_match": round(sum(a.false_match for a in part) / n, 4),
                **_of_altered(part),
                "without_key_steps": sum(not a.groups for a in part),
                "with_uncovered_groups": sum(bool(a.missing) for a in part),
                "groups_matching_everything": sum(len(a.everywhere) for a in part),
                "duplicate_groups": sum(len(a.duplicates) for a in part),
            }
        )
    return rows


def _of_altered(audits: Sequence[RecordAudit]) -> dict[str, float | None]:
    """Average k of paths with one number changed, and in what share of records it is below 0.9."""
    known = [audit.altered for audit in audits if audit.altered is not None]
    if not known:
        return {"altered": None, "altered_below_90": None}
    below = sum(k < ALTERED_BELOW for k in known)
    return {
        "altered": round(sum(known) / len(known), 4),
        "altered_below_90": round(below / len(known), 4),
    }


def worst(audits: Sequence[RecordAudit], n: int) -> list[RecordAudit]:
    """Return the ``n`` records whose key steps fit worst."""
    return sorted(audits, key=lambda audit: (-audit.badness, audit.index))[:n]
