"""The Makefile: which Python the environment is made of, and what `make clean` leaves."""

import os
import shutil
import subprocess
import sys

import pytest
from smoke_place import ROOT

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
VERSION = "{}.{}".format(*sys.version_info)


@pytest.fixture
def place(tmp_path):
    shutil.copy(ROOT / "Makefile", tmp_path)
    return tmp_path


def make(place, *arguments):
    return subprocess.run(
        ["make", *arguments],
        cwd=place,
        env={name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        capture_output=True,
        text=True,
        check=False,
    )


def interpreter(path, version):
    """Write a program that answers as the Python of that version would."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho {version}\n")
    path.chmod(0o755)
    return path


def test_a_python_that_will_not_do_is_named_before_anything_is_made(place):
    done = make(place, ".venv/.python", f"PYTHON={interpreter(place / 'python', '3.13')}")
    assert done.returncode != 0
    assert "Python 3.13" in done.stderr
    assert "wanted is 3.11 or 3.12" in done.stderr
    assert not (place / ".venv").exists()


def test_an_environment_of_another_python_is_made_anew_and_of_the_same_one_stays(place):
    left = interpreter(place / ".venv/bin/python", "3.10").parent / "left"
    left.touch()
    (place / ".venv/.installed").touch()
    done = make(place, ".venv/.python", f"PYTHON={sys.executable}")
    assert done.returncode == 0, done.stderr
    assert f".venv has Python 3.10, wanted is {VERSION}: it is made anew" in done.stdout
    assert not left.exists()
    assert not (place / ".venv/.installed").exists()
    (place / ".venv/.installed").touch()
    written = (place / ".venv/.python").stat().st_mtime_ns
    assert "anew" not in make(place, ".venv/.python", f"PYTHON={sys.executable}").stdout
    assert (place / ".venv/.python").stat().st_mtime_ns == written
    assert (place / ".venv/.installed").exists()


def test_clean_removes_what_runs_made_and_leaves_raw_data(place):
    raw = [place / "data/01_raw/mathvision/a.png", place / "data/mine/01_raw/mulberry/b.png"]
    made = [place / "data/06_models/m/c.bin", place / "data/mine/08_reporting/report.html"]
    made += [place / "data/.tracking/end.json", place / "data/mine/.locks/base.lock"]
    for file in (*raw, *made):
        file.parent.mkdir(parents=True)
        file.touch()
    assert make(place, "clean").returncode == 0
    assert all(file.exists() for file in raw)
    assert not any(file.exists() for file in made)
