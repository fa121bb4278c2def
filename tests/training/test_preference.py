"""Training on pairs: what it learns, what it refuses, and that it can be killed and divided."""

import inspect
import json
import math
import signal
from pathlib import Path

import pytest
from datasets import load_from_disk
from pair_fixtures import PREFERENCE, SCORING, pair_rows, save_pairs, with_reference
from pydantic import ValidationError
from training_fixtures import run, run_ranks, same_weights, train, weights

from r1vl_kedro.records.store import open_records
from r1vl_kedro.training.errors import TrainingError
from r1vl_kedro.training.objectives import OBJECTIVES
from r1vl_kedro.training.pair_logps import reference_pairs, score_pairs
from r1vl_kedro.training.preference_options import PreferenceOptions

ENTRY = "r1vl_kedro.training.preference:train_preference"
RESUMABLE = "r1vl_kedro.training.resumable:ResumableTrainer"


@pytest.fixture(scope="module")
def own(tmp_path_factory, tiny, pairs) -> str:
    """The pairs with log-probabilities of the model that training starts from."""
    return with_reference(tmp_path_factory.mktemp("own") / "rows", pairs, tiny)


def job(tiny, where, place, **options) -> dict:
    given = {**PREFERENCE, **options}
    return {"base": tiny, "records": where, "output": str(place), "options": given, "seed": 3}


def steps(place: Path) -> list[dict]:
    return json.loads((place / "training_log.json").read_text())


@pytest.fixture(scope="module")
def uninterrupted(tiny, own, tmp_path_factory) -> Path:
    place = tmp_path_factory.mktemp("whole") / "model"
    train("preference", **job(tiny, own, place))
    return place


def test_a_policy_starts_at_its_reference_and_learns_the_pairs(uninterrupted):
    first, *_, last = steps(uninterrupted)
    assert first["loss"] == pytest.approx(math.log(2), abs=1e-4)
    assert first["kl"] == pytest.approx(0, abs=1e-4)
    assert last["loss"] < 0.3 and last["reward_accuracy"] == 1.0
    assert last["reward_margin"] > first["reward_margin"] + 1


@pytest.mark.parametrize("name", OBJECTIVES)
def test_every_objective_trains_on_images(name, tiny, own, tmp_path):
    train("preference", **job(tiny, own, tmp_path / "model", objective=name, num_steps=1))
    (step,) = steps(tmp_path / "model")
    assert step["grad_norm"] > 0 and math.isfinite(step["loss"])
    start, end = weights(tiny), weights(tmp_path / "model")
    assert any("visual" in k and not start[k].equal(end[k]) for k in start)


def test_a_killed_run_ends_bit_identical(tiny, own, uninterrupted, tmp_path):
    kwargs, log = job(tiny, own, tmp_path / "model"), tmp_path / "log"
    assert run("preference", log, f"{RESUMABLE}.compute_loss:4", **kwargs) == -signal.SIGKILL
    assert not (tmp_path / "model").exists()
    assert run("preference", log, **kwargs) == 0, log.read_text()[-2000:]
    assert "resuming from" in log.read_text()
    assert same_weights(tmp_path / "model", uninterrupted)


def distance(ours: Path, theirs: Path, start: str) -> float:
    """How far apart two trained models are, over how far training moved one of them."""
    a, b, base = weights(ours), weights(theirs), weights(start)
    apart = sum(float((a[k].double() - b[k].double()).square().sum()) for k in b)
    moved = sum(float((b[k].double() - base[k].double()).square().sum()) for k in b)
    return (apart / moved) ** 0.5


@pytest.mark.parametrize(
    "engine",
    [
        None,
        pytest.param("zero2", marks=pytest.mark.slow),
        pytest.param("zero3", marks=pytest.mark.slow),
    ],
)
def test_two_processes_train_as_one(engine, tiny, own, tmp_path):
    # KTO's reference point is a mean over the pairs of both.
    options = {"objective": "kto", "checkpoint_steps": 0, "num_steps": 3, "learning_rate": 1e-4}
    train("preference", **job(tiny, own, tmp_path / "one", **options))
    kwargs = job(tiny, own, tmp_path / "two", **options, deepspeed=engine)
    run_ranks(ENTRY, kwargs, tmp_path)
    manifest = json.loads((tmp_path / "two" / "manifest.json").read_text())
    assert manifest["engine"] == (engine or "ddp") and manifest["processes"] == 2
    one, two = ([step["loss"] for step in steps(tmp_path / name)] for name in ("one", "two"))
    assert two == pytest.approx(one, abs=1e-4)
    assert distance(tmp_path / "two", tmp_path / "one", tiny) < 0.02


def test_adapters_are_trained_and_merged(tiny, own, tmp_path):
    options = {"lora": {"rank": 4, "target_modules": ["q_proj", "v_proj"]}, "num_steps": 2}
    train("preference", **job(tiny, own, tmp_path / "model", **options))
    start, end = weights(tiny), weights(tmp_path / "model")
    changed = {k for k in start if not start[k].equal(end[k])}
    assert changed and all("q_proj" in k or "v_proj" in k for k in changed)


def test_micro_batches_sum_to_the_batch(tiny, own, tmp_path):
    for size in (2, 4):
        options = {"micro_batch_size": size, "num_steps": 1, "checkpoint_steps": 0}
        train("preference", **job(tiny, own, tmp_path / str(size), **options))
    assert distance(tmp_path / "2", tmp_path / "4", tiny) < 0.02


# What is refused


def with_rows(tmp_path, tiny, change) -> str:
    rows = pair_rows()
    change(rows)
    return with_reference(tmp_path / "ready", save_pairs(tmp_path / "rows", rows), tiny)


def test_unusable_pairs_are_set_aside_with_the_reason(tiny, tmp_path):
    def change(rows):
        rows[0]["rejected"] = rows[0]["chosen"]
        rows[1]["rejected"] = "  "
        rows[2]["chosen"] = "and so on " * 60
        rows[3]["rejected"] = None

    def forget(row):
        return {"ref_rejected_logps": None if row["id"] == "p4" else row["ref_rejected_logps"]}

    whole = load_from_disk(with_rows(tmp_path, tiny, change))
    whole.map(forget).save_to_disk(where := str(tmp_path / "pairs"))
    train("preference", **job(tiny, where, tmp_path / "model", num_steps=1, batch_size=1))
    manifest = json.loads((tmp_path / "model" / "manifest.json").read_text())
    reasons = {one["id"]: one.get("reason") or one["exceeds"] for one in manifest["rejected"]}
    assert manifest["records_used"] == 1
    assert reasons == {
        "p0": "chosen_equals_rejected",
        "p1": "empty_completion",
        "p2": "max_completion_length",
        "p3": "unpaired",
        "p4": "no_reference",
    }


def test_nothing_usable_left(tiny, tmp_path):
    def change(rows):
        for row in rows:
            row["rejected"] = row["chosen"]

    where = save_pairs(tmp_path / "rows", change(rows := pair_rows()) or rows)
    with pytest.raises(TrainingError, match=r"left of 6 in .*: 6 × chosen and rejected are the"):
        train("preference", **job(tiny, where, tmp_path / "model", objective="simpo"))


def test_a_limit_that_no_pair_meets(tiny, own, tmp_path):
    with pytest.raises(TrainingError, match="max_completion_length 3 tokens"):
        train("preference", **job(tiny, own, tmp_path / "model", max_completion_length=3))


def test_a_missing_reference_is_named_before_training(tiny, pairs, tmp_path):
    with pytest.raises(TrainingError, match="has no ref_chosen_logps, ref_rejected_logps"):
        train("preference", **job(tiny, pairs, tmp_path / "model"))
    assert not (tmp_path / "model.state").exists()


def test_a_reference_that_is_not_the_start_is_told(tiny, other, pairs, tmp_path, caplog):
    where = str(tmp_path / "referenced")
    reference_pairs(other, pairs, where, SCORING.model_dump(), seed=0)
    for name, base in {"same": other, "else": tiny}.items():
        train("preference", **job(base, where, tmp_path / name, num_steps=1))
    [told] = [text for text in caplog.messages if "of another checkpoint than" in text]
    assert f"than {tiny}, which this training starts from: dpo" in told


def test_an_objective_without_reference_needs_none(tiny, pairs, tmp_path):
    train("preference", **job(tiny, pairs, tmp_path / "model", objective="simpo", num_steps=1))
    assert "kl" not in steps(tmp_path / "model")[0]


def test_kto_learns_from_unpaired_rows(tiny, tmp_path):
    def change(rows):
        for i, row in enumerate(rows):
            row["rejected" if i % 2 else "chosen"] = None

    where = with_rows(tmp_path, tiny, change)
    train("preference", **job(tiny, where, tmp_path / "model", objective="kto", num_steps=3))
    assert steps(tmp_path / "model")[-1]["loss"] < -0.5


def test_kto_with_one_label_only_is_named(tiny, tmp_path):
    def change(rows):
        for row in rows:
            row["rejected"] = None

    where = with_rows(tmp_path, tiny, change)
    with pytest.raises(TrainingError, match=r"kto needs .* both labels; .*none is rejected"):
        train("preference", **job(tiny, where, tmp_path / "model", objective="kto"))


def test_kto_with_one_prompt_only_is_named_where_others_learn(tiny, tmp_path):
    def change(rows):
        for row in rows:
            row |= {"question": rows[0]["question"], "images": rows[0]["images"]}

    where = with_rows(tmp_path, tiny, change)
    with pytest.raises(TrainingError, match=r"left of 6 .*: 6 × no response to another prompt"):
        train("preference", **job(tiny, where, tmp_path / "model", objective="kto"))
    train("preference", **job(tiny, where, tmp_path / "model", num_steps=1))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"objective": "spo"}, "unknown objective 'spo'"),
        ({"objective": "dpo", "gamma": 1.0}, "'dpo' has no option 'gamma'; it takes beta"),
        ({"objective": "simpo", "beta": 0}, "greater than 0"),
        ({"objective": "orpo", "nll": "mean"}, "sequence_mean"),
    ],
)
def test_wrong_options_are_named_before_anything_is_loaded(options, message):
    with pytest.raises(ValidationError, match=message):
        PreferenceOptions.model_validate({**PREFERENCE, **options})


def test_the_methods_of_trl_that_are_overridden_are_as_they_were():
    from trl import DPOTrainer
    from trl.trainer.utils import add_fused_lm_head

    assert list(inspect.signature(DPOTrainer._compute_loss).parameters) == [
        "self", "model", "inputs", "return_outputs",
    ]  # fmt: skip
    source = inspect.getsource(DPOTrainer.compute_loss)
    assert "self._compute_loss(model, inputs, return_outputs)" in source
    assert "model" in inspect.signature(add_fused_lm_head).parameters


def test_reference_log_probabilities_belong_to_their_pairs(own, tiny):
    """Scored in batches of three; each alone gives the same."""
    import torch
    from trl.trainer.utils import add_fused_lm_head

    from r1vl_kedro.models import load_model, load_processor
    from r1vl_kedro.training.pair_batch import PairCollator, completion_logps

    model = load_model(tiny).eval()
    add_fused_lm_head(model)
    collate = PairCollator(load_processor(tiny), "{question}")
    for row, undecoded in zip(load_from_disk(own), open_records(own, "id"), strict=True):
        with torch.inference_mode():
            chosen, rejected = completion_logps(model, collate([undecoded]), share=False).tolist()
        assert row["ref_chosen_logps"] == pytest.approx(chosen, rel=1e-5)
        assert row["ref_rejected_logps"] == pytest.approx(rejected, rel=1e-5)
        assert row["mismatched"] not in (row["chosen"], row["rejected"])


def test_scoring_goes_on_with_the_parts_that_are_missing(tiny, pairs, tmp_path):
    options = {"batch_size": 2}
    output = tmp_path / "ready"
    score_pairs(tiny, pairs, f"{output}.state", options)
    (part,) = Path(f"{output}.state").glob("parts-*/part-00001.json")
    part.unlink()
    assert reference_pairs(tiny, pairs, str(output), options, seed=0)["scored_now"] == 1
    assert not Path(f"{output}.state").exists()
    assert None not in load_from_disk(str(output))["ref_rejected_logps"]
    assert reference_pairs(tiny, pairs, str(output), options, seed=0)["scored_now"] == 0


@pytest.mark.parametrize("sides", [[1], [0], [1, 1], [0, 1, 0], [1, 0, 1]])
def test_unpaired_rows_have_both_sides_of_the_reference(own, tiny, sides):
    """Whatever sides a batch has: KTO reads both columns, an absent side counts 0."""
    from r1vl_kedro.models import load_processor
    from r1vl_kedro.training.pair_batch import PairCollator

    row = open_records(own, "id")[0]
    absent = (
        {"chosen": None, "ref_chosen_logps": None},
        {"rejected": None, "ref_rejected_logps": None},
    )
    batch = PairCollator(load_processor(tiny), "{question}")([row | absent[side] for side in sides])
    wanted = [row["ref_chosen_logps"] if side else 0.0 for side in sides]
    assert batch["ref_chosen_logps"].tolist() == pytest.approx(wanted)
    wanted = [0.0 if side else row["ref_rejected_logps"] for side in sides]
    assert batch["ref_rejected_logps"].tolist() == pytest.approx(wanted)
