"""A full disk: the reason reaches the user, and what is no result ends no training."""

import logging
import re
import resource
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from launching import BOTH, job

from r1vl_kedro.launcher import JobError, reports


@BOTH
def test_the_error_of_a_job_on_a_full_disk_is_told(tmp_path, options):
    with pytest.raises(JobError, match="rank 0 failed with ValueError: no room left") as caught:
        job("full_disk", tmp_path, options, message="no room left")
    assert "in full_disk" in str(caught.value)
    names = {path.name for path in (tmp_path / "full_disk").iterdir()}
    assert "error0.txt" in names and "rank0.reserved" not in names


def test_the_error_of_a_job_reaches_the_run_from_a_disk_that_is_really_full(tmp_path):
    private = ["unshare", "--map-root-user", "--mount"]
    if not shutil.which("unshare") or subprocess.run([*private, "true"]).returncode:
        pytest.skip("no file system can be mounted here")
    script = (
        f"import sys; sys.path[:0] = {[str(Path(__file__).parent)]!r}\n"
        "from launching import ONE, job\n"
        f"job('fill_disk', {str(tmp_path)!r}, ONE, place={str(tmp_path)!r})\n"
    )
    inside = 'mount -t tmpfs -o size=2m tmpfs "$1" && exec "$2" -c "$3"'
    done = subprocess.run(
        [*private, "sh", "-c", inside, "sh", str(tmp_path), sys.executable, script],
        capture_output=True,
        text=True,
    )
    assert "JobError: fill_disk: " in done.stderr
    assert "no room left: No space left on device" in done.stderr


def test_a_job_that_found_no_room_for_a_report_names_the_disk(tmp_path, small_files):
    said = str(reports.failure(tmp_path, 1))
    assert re.search(rf"ended with exit code 1: cannot write {tmp_path} \(\d+ MiB free", said)
    assert not list(tmp_path.iterdir())


def test_a_job_that_had_room_for_one_and_left_none_is_told_as_such(tmp_path):
    assert "exit code 1 without an error report" in str(reports.failure(tmp_path, 1))
    assert not list(tmp_path.iterdir())


@pytest.fixture
def small_files():
    """No file of this process may become as long as a report."""
    before = (
        resource.getrlimit(resource.RLIMIT_FSIZE),
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN),
    )
    resource.setrlimit(resource.RLIMIT_FSIZE, (reports.RESERVED_BYTES // 2, before[0][1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before[0])
    signal.signal(signal.SIGXFSZ, before[1])


@BOTH
def test_training_goes_on_where_progress_and_warnings_cannot_be_written(tmp_path, options):
    assert job("full_disk", tmp_path, options) == "trained"
    names = {path.name for path in (tmp_path / "full_disk").iterdir()}
    assert "result.json" in names and "rank0.reserved" not in names


def test_a_report_fits_into_what_is_reserved_for_it(tmp_path, monkeypatch):
    for number, text in enumerate(["", "\U0001f600" * 100_000]):
        monkeypatch.setenv("RANK", str(number))
        reports.report(reports.reserve(tmp_path), ValueError(text))
    first, second = (file.read_text("utf-8") for file in reports.failed(tmp_path))
    assert first.startswith("rank 0 failed with ValueError: \n")
    assert "\U0001f600" * reports.KEPT_CHARACTERS + "\n" in second


def test_a_warning_that_a_full_disk_broke_off_is_told_as_it_is(tmp_path, caplog):
    (tmp_path / reports.WARNINGS).write_bytes("half ä war".encode()[:6] + b"whole\0next\0begun")
    with caplog.at_level(logging.WARNING):
        reports.Watch(tmp_path).look()
    said = [record.getMessage() for record in caplog.records]
    assert said == [f"{tmp_path.name}: half \ufffdwhole", f"{tmp_path.name}: next"]
