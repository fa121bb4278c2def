"""Random faults lose nothing: ten of them; perf/soak.py strikes as often as it is told to."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(7200)]


def test_ten_random_faults_are_survived():
    done = subprocess.run(
        [sys.executable, "perf/soak.py", "--faults", "10", "--seed", "3", "--minutes", "90"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "faults survived 10 of 10" in done.stdout
    identical, ablations = re.search(r"byte-identical (\d+) of (\d+)", done.stdout).groups()
    assert identical == ablations != "0"
    assert "runs left RUNNING 0, orphans 0, leftovers 0" in done.stdout
