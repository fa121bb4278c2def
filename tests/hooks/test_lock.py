"""A lock file says who holds it; what stands in it never stops a run by itself."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from r1vl_kedro.hooks.lock import AlreadyRunning, LockHooks

PIPELINE = SimpleNamespace(all_outputs=lambda: {"outcome.scores"}, inputs=lambda: {"rl_prompts"})


def hooks(root: Path) -> LockHooks:
    made = LockHooks()
    loader = {"globals": {"data": "data"}}
    made.after_context_created(SimpleNamespace(config_loader=loader, project_path=root))
    return made


CONTENTS = [b"\xff\xfe\x00", b"[1, 2]", b"{", b'{"pid": 1}', b"null", b'{"command": 3}']


@pytest.mark.parametrize("content", CONTENTS)
def test_a_corrupt_lock_file_stops_nobody_and_is_still_a_lock(tmp_path, content):
    locks = tmp_path / "data/.locks"
    locks.mkdir(parents=True)
    (locks / "outcome.lock").write_bytes(content)
    first, second = hooks(tmp_path), hooks(tmp_path)
    first.before_pipeline_run(PIPELINE)
    with pytest.raises(AlreadyRunning, match=r"the results of 'outcome' below .*: process \d+ on"):
        second.before_pipeline_run(PIPELINE)
    (locks / "outcome.lock").write_bytes(content)
    with pytest.raises(AlreadyRunning, match="a process whose note cannot be read"):
        second.before_pipeline_run(PIPELINE)
    first.release()
    second.before_pipeline_run(PIPELINE)
    second.release()


def test_a_password_of_the_command_line_is_not_in_the_lock(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.argv", ["kedro", "run", "--params", "tracking.uri=http://me:pw@h"])
    hooks(tmp_path).before_pipeline_run(PIPELINE)
    text = (tmp_path / "data/.locks/outcome.lock").read_text()
    assert "tracking.uri=http://h" in text and "pw" not in text


def test_what_one_dead_run_left_locked_is_told_once(tmp_path, caplog):
    locks = tmp_path / "data/.locks"
    locks.mkdir(parents=True)
    for part in ("outcome", "shared"):
        note = '{"pid": 1, "host": "here", "command": "kedro run"}'
        (locks / f"{part}.lock").write_text(note)
    with caplog.at_level("INFO"):
        hooks(tmp_path).before_pipeline_run(PIPELINE)
    assert caplog.messages == [
        "outcome, shared: left locked by a run that has ended, process 1 on here (kedro run)"
    ]
