"""Commit, versions and digests: the same for the same, different for anything that matters."""

import re
import subprocess

import pytest
from record_builders import image_bytes

from r1vl_kedro.provenance import fingerprint, git_commit, versions
from r1vl_kedro.records.store import save_directory, write_rows


def test_commit_of_a_checkout_and_of_none(tmp_path):
    assert git_commit(tmp_path) is None
    git = ["git", "-C", str(tmp_path), "-c", "user.name=n", "-c", "user.email=e@example.org"]
    (tmp_path / "a").write_text("1")
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "a"], check=True)
    subprocess.run([*git, "commit", "-q", "-m", "first"], check=True)
    assert re.fullmatch("[0-9a-f]{40}", str(git_commit(tmp_path)))
    (tmp_path / "a").write_text("2")
    assert git_commit(tmp_path).changed
    assert str(git_commit(tmp_path)).endswith(" (with uncommitted changes)")


def test_versions_name_python_and_the_package():
    assert {"python", "r1vl_kedro", "pandas"} <= set(versions())
    assert set(versions(["pandas", "no-such-package"])) == {"python", "pandas"}


@pytest.fixture
def model(tmp_path):
    place = tmp_path / "model"
    (place / "deep").mkdir(parents=True)
    (place / "config.json").write_text("{}")
    (place / "deep/model.safetensors").write_bytes(bytes(200_000))
    return place


def test_marks_and_hidden_files_do_not_count(model):
    before = fingerprint(model)
    (model / "_COMPLETE").write_text("{}")
    (model / ".cache").mkdir()
    (model / ".cache/lock").write_text("x")
    assert fingerprint(model) == fingerprint(str(model)) == before


def test_one_byte_in_the_middle_a_name_or_a_hub_name_counts(model):
    seen = {fingerprint(model)}
    weights = bytearray(200_000)
    weights[100_000] = 1
    (model / "deep/model.safetensors").write_bytes(weights)
    seen.add(fingerprint(model))
    (model / "config.json").rename(model / "settings.json")
    seen |= {fingerprint(model), fingerprint("Qwen/Qwen2-VL-2B"), fingerprint("Qwen/Qwen2-VL-7B")}
    assert len(seen) == 5


def test_a_large_file_is_sampled_from_end_to_end(tmp_path):
    (tmp_path / "weights").mkdir()
    file = tmp_path / "weights/large.bin"
    size = 100 << 20
    seen = set()
    for changed in (None, 0, size // 2 // 65536 * 65536, size - 1):
        with file.open("wb") as stream:
            stream.truncate(size)  # holes: no bytes are written
            if changed is not None:
                stream.seek(changed)
                stream.write(b"x" * min(1 << 17, size - changed))
        seen.add(fingerprint(file.parent))
    assert len(seen) == 4


def test_records_are_digested_by_their_rows_alone(tmp_path):
    row = {
        "id": "1", "images": [image_bytes(0)], "question": "?", "options": [], "answer": "4",
        "solution": "", "family": "f", "source": "s",
    }  # fmt: skip
    save_directory(write_rows([row], tmp_path / "scratch"), tmp_path / "records")
    before = fingerprint(tmp_path / "records")
    (tmp_path / "records/cache-1234.arrow").write_text("another program's")
    assert fingerprint(tmp_path / "records") == before
    save_directory(write_rows([row | {"answer": "5"}], tmp_path / "other"), tmp_path / "records")
    assert fingerprint(tmp_path / "records") != before
