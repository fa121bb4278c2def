"""The job that samples responses to questions and makes pairs of the best and the worst."""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field, model_validator

from r1vl_kedro import files
from r1vl_kedro.generation.options import DecodingOptions
from r1vl_kedro.generation.predict import PREDICTIONS, predict
from r1vl_kedro.parameters import Options
from r1vl_kedro.records.pairs import (
    choose_pairs,
    explain,
    summarise,
    with_questions,
    write_pairs,
)
from r1vl_kedro.records.schema import RecordsError
from r1vl_kedro.records.store import open_records
from r1vl_kedro.responses import R1VL, GrammarName
from r1vl_kedro.rewards import columns_read
from r1vl_kedro.rewards.registry import PAPERS, Rewards, reading
from r1vl_kedro.rewards.sums import weighted_sums

if TYPE_CHECKING:
    import pandas as pd
    from datasets import Dataset

REPORT = "pairs_report.json"
SAMPLES = "samples.parquet"


class PairOptions(Options, allow_inf_nan=False):
    """How responses are sampled and judged (SimPO's on-policy pairs, arXiv 2405.14734, sec. 3)."""

    samples: int = Field(5, ge=2)
    """Responses a question; the best by reward is chosen, the worst rejected."""
    decoding: DecodingOptions = DecodingOptions(temperature=0.8, top_p=0.95)
    """The engine, and how it samples."""
    rewards: Rewards = Field(PAPERS, validate_default=True)
    """As in ``step_grpo``, from which the configuration takes them unless they are given."""
    grammar: GrammarName = R1VL.name
    """How responses are written; given by the configuration's ``grammar``."""
    held_out: float = Field(0.1, ge=0, lt=1)
    """Share of the questions whose pairs no objective trains on."""

    @model_validator(mode="after")
    def _responses_differ(self) -> PairOptions:
        if self.decoding.temperature == 0:
            raise ValueError("decoding.temperature is 0: all responses to a question would be one")
        if not any(reward.weight for reward in self.rewards.values()):
            raise ValueError("rewards: none has a weight above 0, so no response is better")
        reading(self.rewards, self.grammar)
        return self


def sample_pairs(
    base: str,
    records: str,
    output: str,
    options: dict[str, Any],
    seed: int,
    template: str = "{question}",
    validation: str | None = None,
) -> dict[str, Any]:
    """Sample responses of ``base`` to each question; write pairs and a report of them.

    Called again after a kill it goes on from the questions that were answered.

    Args:
        base: the checkpoint that answers, or an endpoint's model.
        records: directory of questions with the columns that the rewards read.
        output: directory of the pairs (``records.pairs``), with the samples and the report beside.
        options: a ``PairOptions`` as a dictionary.
        validation: not read; every method's job is called alike.

    Raises:
        RecordsError: a reward reads a column that the records lack, or no pair came out.
    """
    settings = PairOptions.model_validate(options)
    place, work = Path(output), Path(f"{output}.state")
    questions = _questions(records, settings)
    decoding = settings.decoding.model_copy(update={"num_samples": settings.samples})
    about = predict(base, records, str(work), decoding, template, seed)
    made_from = {"samples": about["digest"], "options": settings.model_dump(mode="json")}
    if not files.is_whole(place, made_from):
        samples = _judged(work / PREDICTIONS, questions, settings)
        answers = {str(k): part.to_dict("records") for k, part in samples.groupby("id")}
        pairs, dropped = choose_pairs(answers, questions["id"])
        if not pairs:
            raise RecordsError(f"no question of {records} gave a pair: {explain(dropped)}")
        _hold_out(pairs, settings.held_out, seed)
        report = summarise(pairs, dropped) | {
            "samples": settings.samples,
            "mean_reward": float(samples["reward"].mean()),
            "held_out": sum(pair["held_out"] for pair in pairs),
        }
        with files.writing_directory(place, made_from) as aside:
            write_pairs(with_questions(pairs, questions)).save_to_disk(str(aside))
            samples.to_parquet(aside / SAMPLES, index=False)
            files.write_json(aside / REPORT, report)
    return {"output": output, "samples": about["rows"]}


def _questions(records: str, settings: PairOptions) -> Dataset:
    for name, reward in settings.rewards.items():
        if reward.sampled:
            raise RecordsError(
                f"pairs.rewards.{name} samples with a model in training, so no pairs can be made "
                "by it; set it to null"
            )
    return open_records(records, **columns_read(settings.rewards.values()))


def _judged(predictions: Path, questions: Dataset, settings: PairOptions) -> pd.DataFrame:
    """Return the samples with the weighted sum of their rewards."""
    import pandas as pd

    samples = pd.read_parquet(predictions)
    rewards = list(reading(settings.rewards, settings.grammar).values())
    rows = {name: place for place, name in enumerate(questions["id"])}
    places = [rows[name] for name in samples["id"]]
    columns = {}
    for name in columns_read(rewards):
        values = list(questions[name])
        columns[name] = [values[place] for place in places]
    groups = [list(rows) for rows in samples.groupby("id", sort=False).indices.values()]
    total = weighted_sums({"sum": rewards}, samples["response"].tolist(), columns, groups)["sum"]
    return samples[["id", "sample", "response", "tokens", "truncated"]].assign(reward=total)


def _hold_out(pairs: list[dict[str, Any]], share: float, seed: int) -> None:
    """Mark the pairs that are only measured on; at least one is left to train on."""
    count = min(round(share * len(pairs)), len(pairs) - 1)
    drawn = set(random.Random(f"{seed}-held-out").sample(range(len(pairs)), count))
    for place, pair in enumerate(pairs):
        pair["held_out"] = place in drawn
