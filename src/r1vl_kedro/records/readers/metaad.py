"""Rows as AlphaDrive's released training reads them: image, problem, solution.

MetaAD itself is private; this is the form that the code shows. ``problem`` is the whole prompt
(speed, navigation command, and how to answer), ``solution`` has the plan in ``<answer>`` tags, such
as ``<answer> KEEP, LEFT_TURN </answer>``, perhaps behind its reasoning in ``<think>`` tags. Records
carry the plan's two parts as labels ``speed`` and ``path``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from r1vl_kedro.answers.classes import listed
from r1vl_kedro.records.marks import marks_problem, placed
from r1vl_kedro.records.readers import READERS
from r1vl_kedro.records.rejections import Unusable
from r1vl_kedro.records.rows import RecordFile, images_of, row_id, texts_of
from r1vl_kedro.records.schema import RawRecord
from r1vl_kedro.responses import THINK_ANSWER
from r1vl_kedro.rewards.planning import ACTIONS, PATH, SPEED


def plan_of(solution: str) -> tuple[str, str]:
    """Return the speed and the path of a solution's plan.

    Raises:
        Unusable: ``unknown_action`` where there is no such plan; names what there is.
    """
    answers = THINK_ANSWER.parse(solution).of("answer")
    if len(answers) != 1:
        raise Unusable(
            "unknown_action",
            f"the solution {solution!r:.150} has {len(answers)} plans; wanted one in <answer> tags",
        )
    text = answers[0].body.strip()
    plan = listed(text, ACTIONS) or frozenset()
    speeds, paths = ([one for one in kind if one in plan] for kind in (SPEED, PATH))
    if len(speeds) != 1 or len(paths) != 1:
        raise Unusable(
            "unknown_action",
            f"the plan is {text!r:.100}; wanted one of {', '.join(SPEED)} and one of "
            f"{', '.join(PATH)}",
        )
    return speeds[0], paths[0]


@dataclass(frozen=True)
class MetaADFile(RecordFile):
    """The records of a file of AlphaDrive's form."""

    source: str = "metaad"
    labels: Sequence[str] = ("speed", "path")

    def read(self, row: Mapping[str, Any], index: int, root: Path) -> RawRecord:
        """See `RecordFile.read`."""
        images, paths = images_of(row.get("image"), "image", root)
        identity = row_id(row.get("id"), paths, index)
        problem, solution = texts_of(row, "problem", "solution")
        speed, path = plan_of(solution)
        return RawRecord(
            id=identity,
            images=images,
            question=placed(problem),
            answer=f"{speed}, {path}",
            solution=solution if "<think>" in solution else "",
            family="driving",
            source=self.source,
            labels={"speed": speed, "path": path},
            problem=marks_problem(problem, len(images), needed=False),
        )


READERS["metaad"] = MetaADFile
