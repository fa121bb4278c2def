"""One seed gives the same bits, whatever instructions the outer environment prefers."""

import functools
import os
import subprocess
import sys
from pathlib import Path

import pytest
from smoke_place import OTHER_KERNELS

from r1vl_kedro import kernels

pytestmark = pytest.mark.skipif(
    "avx2" not in Path("/proc/cpuinfo").read_text(), reason="this processor has no AVX2"
)

COMPUTE = """
import hashlib, sys
from r1vl_kedro import kernels
kernels.pin(sys.argv[1])
import torch
draw = torch.Generator().manual_seed(0)
x = torch.randn(300, 128, generator=draw) @ torch.randn(128, 384, generator=draw)
y = torch.nn.functional.scaled_dot_product_attention(x[None], x[None], x[None], is_causal=True)
z = torch.nn.functional.gelu(y).log_softmax(-1).sum()
print(hashlib.sha256(y.numpy().tobytes() + z.numpy().tobytes()).hexdigest())
"""


@functools.cache
def computed(instructions, **outer):
    rest = {name: value for name, value in os.environ.items() if name not in kernels.AVX2}
    done = subprocess.run(
        [sys.executable, "-c", COMPUTE, instructions],
        env=rest | outer, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout


def test_the_outer_environment_has_no_part_in_what_is_computed():
    assert computed("avx2") == computed("avx2", **OTHER_KERNELS)


def test_native_leaves_the_outer_environment_in_force():
    assert computed("native", **OTHER_KERNELS) != computed("avx2", **OTHER_KERNELS)


def test_torch_that_computed_before_is_warned_of(monkeypatch, caplog):
    import torch

    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: "AVX512")
    kernels.pin("avx2")
    assert "computes with AVX512" in caplog.text


def test_threads_of_jobs_sleep_or_spin_as_the_launcher_is_told(monkeypatch):
    monkeypatch.setenv(kernels.WAIT_POLICY, "ACTIVE")
    kernels.set_wait_policy("sleep")
    assert os.environ[kernels.WAIT_POLICY] == "PASSIVE"
    kernels.set_wait_policy("spin")  # libgomp's own choice: they spin for a moment, then sleep
    assert kernels.WAIT_POLICY not in os.environ
