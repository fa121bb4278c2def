"""Where a step's time goes: every second in one phase."""

import json
import time

import pytest
from training_fixtures import GRPO, SFT, train

from r1vl_kedro.training.phases import Phases


def test_a_phase_within_another_is_not_counted_twice():
    phases = Phases()
    with phases("outer"):
        time.sleep(0.002)
        with phases("inner"):
            time.sleep(0.002)
    seconds = phases.take()
    assert set(seconds) == {"outer", "inner", "idle", "step"}
    assert min(seconds["outer"], seconds["inner"]) >= 0.002
    assert seconds["step"] == pytest.approx(sum(seconds.values()) - seconds["step"])


def test_what_was_taken_is_not_counted_again():
    phases = Phases()
    with phases("one"):
        pass
    phases.take()
    assert "one" not in phases.take()


@pytest.mark.parametrize("kind", ["sft", "grpo"])
def test_every_step_logs_its_seconds_by_phase(kind, tiny, records, tmp_path):
    options = {**{"sft": SFT, "grpo": GRPO}[kind], "num_steps": 3, "checkpoint_steps": 1}
    train(kind, base=tiny, records=records, output=str(tmp_path / "m"), options=options, seed=0)
    log = json.loads((tmp_path / "m" / "training_log.json").read_text())
    named = ["data", "forward_backward", "optimizer", "prepare", "log"]
    if kind == "grpo":
        named += ["generate", "reward", "old_and_reference_logps"]
    for number, step in enumerate(log):
        seconds = {k.partition("/")[2]: v for k, v in step.items() if k.startswith("seconds/")}
        total = seconds.pop("step")
        assert sum(seconds.values()) == pytest.approx(total)
        assert all(seconds[name] > 0 for name in named)
        assert ("checkpoint" in seconds) == (number > 0)
        assert step["tokens_per_second_and_process"] > 0
        rows = options.get("rollouts_per_step") or options["batch_size"]
        assert step["sequences_per_second"] == pytest.approx(rows / total)
        assert step["tflops_per_second_and_process"] > 0 and "mfu" not in step
    hours = [step["process_hours"] for step in log]
    assert hours[-1] == pytest.approx(sum(step["seconds/step"] for step in log) / 3600)
    assert hours == sorted(hours)
