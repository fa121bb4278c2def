"""Records are measured against the limits once a training, whatever its ranks and restarts."""

import threading

from training_fixtures import SFT

from r1vl_kedro.training import data
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
