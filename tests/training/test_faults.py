"""Bad losses, checkpoints, disks: training stops or skips with a reason, nothing is lost."""

import json
import shutil
from pathlib import Path

import pytest
from training_fixtures import GRPO, SFT, make_records, run, same_weights, train

from r1vl_kedro.errors import CheckpointError
from r1vl_kedro.files import WriteError
from r1vl_kedro.models import load_model, load_processor
from r1vl_kedro.training import policy as policies
from r1vl_kedro.training import resumable, state
from r1vl_kedro.training.errors import TrainingError

RESUMABLE = "r1vl_kedro.training.resumable:ResumableTrainer"


def job(tiny, records, tmp_path, options, **more):
    output = str(tmp_path / "model")
    return {
        "base": tiny,
        "records": records,
        "output": output,
        "options": options,
        "seed": 3,
    } | more


@pytest.fixture
def poison(monkeypatch):
    """Makes the loss of one step NaN."""

    def install(step: int):
        original = resumable.ResumableTrainer.loss_problem

        def problem(self, loss):
            bad = self.state.global_step + 1 == step
            return original(self, loss * float("nan") if bad else loss)

        monkeypatch.setattr(resumable.ResumableTrainer, "loss_problem", problem)

    return install


@pytest.mark.parametrize(("kind", "options"), [("sft", SFT), ("grpo", GRPO)])
def test_nan_loss_stops_with_the_batch_saved(kind, options, tiny, records, tmp_path, poison):
    poison(3)
    with pytest.raises(TrainingError, match=r"step 3: the loss is nan.*bad_batches.step-3"):
        train(kind, **job(tiny, records, tmp_path, options))
    kept = tmp_path / "model.state" / "bad_batches" / "step-3"
    said = json.loads((kept / "rank0.json").read_text())
    assert "How many are left?" in json.dumps(said)
    assert (kept / "rank0.pt").stat().st_size > 0
    assert state.newest_usable(tmp_path / "model.state").name == "checkpoint-2"


def test_nan_loss_is_skipped_where_asked_for(tiny, records, tmp_path, poison):
    poison(1)
    options = {**SFT, "num_steps": 1, "on_bad_loss": "skip"}
    train("sft", **job(tiny, records, tmp_path, options))
    assert same_weights(tmp_path / "model", tiny)
    log = json.loads((tmp_path / "model" / "training_log.json").read_text())
    assert log[0]["skipped_updates"] == 1.0


def test_exploding_kl_stops(tiny, records, tmp_path, monkeypatch):
    # The policy starts away from its reference.
    policy = load_model(tiny)
    for parameter in policy.parameters():
        parameter.data.mul_(1.05)
    monkeypatch.setattr(policies, "load_model", lambda *args, **kwargs: policy)
    with pytest.raises(TrainingError, match=r"KL to the reference model is .* above max_kl 1e-09"):
        train("grpo", **job(tiny, records, tmp_path, {**GRPO, "max_kl": 1e-9}))


def test_truncated_checkpoint_is_named_and_the_one_before_used(tiny, records, tmp_path):
    kwargs = job(tiny, records, tmp_path, SFT)
    log = tmp_path / "log"
    run("sft", log, f"{RESUMABLE}.compute_loss:5", **kwargs)
    newest = tmp_path / "model.state" / "checkpoint-4" / "model.safetensors"
    newest.write_bytes(newest.read_bytes()[:1000])
    assert run("sft", log, **kwargs) == 0, log.read_text()[-2000:]
    assert f"{newest} has 1000 bytes" in log.read_text()
    assert "resuming from" in log.read_text() and "checkpoint-2" in log.read_text()


def test_truncated_base_model_is_named(tiny, records, tmp_path):
    broken = tmp_path / "broken"
    shutil.copytree(tiny, broken)
    file = broken / "model.safetensors"
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(CheckpointError, match=str(broken)):
        load_model(broken)
    with pytest.raises(CheckpointError, match="nowhere"):
        load_processor(tmp_path / "nowhere")


def test_unwritable_output_is_named_before_training(tiny, records, tmp_path):
    (tmp_path / "file").write_text("")
    output = str(tmp_path / "file" / "model")
    with pytest.raises(WriteError, match=r"file.model\.state"):
        train("sft", **job(tiny, records, tmp_path, SFT) | {"output": output})


def test_full_disk_names_the_path_and_keeps_the_last_checkpoint(tiny, records, tmp_path):
    import multiprocessing

    kwargs = job(tiny, records, tmp_path, SFT)
    log = tmp_path / "log"
    run("sft", log, f"{RESUMABLE}.compute_loss:4", **kwargs)
    assert (tmp_path / "model.state" / "checkpoint-2" / "_COMPLETE").exists()
    context = multiprocessing.get_context("forkserver")
    with context.Pool(1) as pool:
        # A file may not grow beyond 1 MB: writing fails as on a full disk.
        result = pool.apply_async(_full_disk, (kwargs,))
        name, message = result.get(120)
    assert name == "WriteError"
    assert "checkpoint-4" in message and "MiB free" in message
    assert state.newest_usable(tmp_path / "model.state").name == "checkpoint-2"
    assert not (tmp_path / "model.state" / ".writing").exists()
    assert run("sft", log, **kwargs) == 0


def _full_disk(kwargs) -> tuple[str, str]:
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
    try:
        train("sft", **kwargs)
    except WriteError as error:
        return type(error).__name__, str(error)
    return "", "no error"


def test_long_prompts_are_left_out_by_name(tiny, tmp_path):
    short = make_records(tmp_path / "short", count=4)
    options = {**SFT, "max_prompt_length": 10}
    with pytest.raises(TrainingError, match=r"4 of 4 records exceed .*10 tokens\): r0"):
        train("sft", **job(tiny, short, tmp_path, options))


def test_rejected_records_are_in_the_manifest(tiny, tmp_path):
    from datasets import concatenate_datasets, load_from_disk

    short = load_from_disk(make_records(tmp_path / "short", count=4))
    long = load_from_disk(make_records(tmp_path / "long", count=1, question="why " * 100))
    both = concatenate_datasets([short, long.map(lambda row: {"id": "the-long-one"})])
    both.save_to_disk(str(tmp_path / "both"))
    options = {**SFT, "num_steps": 1}
    train("sft", **job(tiny, str(tmp_path / "both"), tmp_path, options))
    manifest = json.loads((tmp_path / "model" / "manifest.json").read_text())
    assert [row["id"] for row in manifest["rejected"]] == ["the-long-one"]
    assert manifest["rejected"][0]["limit"] == 120
    assert manifest["records_used"] == 4
    assert manifest["versions"]["trl"] and manifest["seed"] == 3
    assert Path(manifest["records"]).name == "both"
