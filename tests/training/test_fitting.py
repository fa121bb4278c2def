"""Records are measured against the limits once a training, whatever its ranks and restarts."""

import threading

from training_fixtures import SFT

from r1vl_kedro.models import load_processor
from r1vl_kedro.training import data
from r1vl_kedro.training.data import prompt_length
from r1vl_kedro.training.fitting import measured_once
from r1vl_kedro.training.options import SFTOptions
from r1vl_kedro.training.run import prepare

RECIPE = {"kind": "sft", "seed": 1}
FOUND = ([0, 2], [{"id": "b", "tokens": 9, "limit": 5, "exceeds": "max_prompt_length"}])


def never():
    raise AssertionError("it was measured before")


def test_a_restart_reads_what_was_measured(tmp_path):
    assert measured_once(tmp_path, RECIPE, True, lambda: FOUND) == FOUND
    assert measured_once(tmp_path, RECIPE, True, never) == FOUND
    assert measured_once(tmp_path, RECIPE, False, never) == FOUND


def test_another_recipe_is_measured_anew(tmp_path):
    measured_once(tmp_path, RECIPE, True, lambda: ([0], []))
    assert measured_once(tmp_path, {**RECIPE, "seed": 2}, True, lambda: FOUND) == FOUND


def test_other_ranks_wait_for_the_first(tmp_path):
    found = []
    measured_once(tmp_path, {**RECIPE, "seed": 0}, True, lambda: ([], []))  # of another recipe
    waiting = threading.Thread(
        target=lambda: found.append(measured_once(tmp_path, RECIPE, False, never))
    )
    waiting.start()
    measured_once(tmp_path, RECIPE, True, lambda: FOUND)
    waiting.join(60)
    assert found == [FOUND]


def test_a_training_that_goes_on_does_not_measure_again(tiny, records, tmp_path, monkeypatch):
    place = {"base": tiny, "records": records, "output": str(tmp_path / "m")}
    settings = SFTOptions(**SFT)
    given = {**place, "template": "{question}", "seed": 0}
    first = prepare("sft", settings, **given)
    monkeypatch.setattr(data, "find_fitting", never)
    again = prepare("sft", settings, **given)
    assert again.rows["id"] == first.rows["id"] and again.rejected == first.rejected


def test_what_does_not_fit_is_left_out_at_every_start(tiny, records, tmp_path):
    processor = load_processor(tiny)
    rows = data.open_records(records)
    shortest = min(prompt_length(row, processor, "{question}") for row in rows)
    settings = SFTOptions(**{**SFT, "max_prompt_length": shortest})
    given = {"base": tiny, "records": records, "output": str(tmp_path / "m")}
    starts = [prepare("sft", settings, **given, template="{question}", seed=0) for _ in range(2)]
    for start in starts:
        assert 0 < len(start.rows) < 12 and len(start.rows) + len(start.rejected) == 12
    assert starts[0].rows["id"] == starts[1].rows["id"]
