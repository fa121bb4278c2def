"""One seed gives the same bits, whatever instructions the outer environment prefers."""

import functools
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from smoke_place import OF_ITS_OWN, Place

from r1vl_kedro import kernels

pytestmark = pytest.mark.skipif(
    "avx2" not in Path("/proc/cpuinfo").read_text(), reason="this processor has no AVX2"
)
OTHERS = {"ATEN_CPU_CAPABILITY": "default", "ONEDNN_MAX_CPU_ISA": "SSE41", "MKL_CBWR": "COMPATIBLE"}

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
    assert computed("avx2") == computed("avx2", **OTHERS)


def test_native_leaves_the_outer_environment_in_force():
    assert computed("native", **OTHERS) != computed("avx2", **OTHERS)


def test_torch_that_computed_before_is_warned_of(monkeypatch, caplog):
    import torch

    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: "AVX512")
    kernels.pin("avx2")
    assert "computes with AVX512" in caplog.text


def test_the_smoke_warm_up_is_the_same_bytes_and_says_what_made_it(tmp_path, monkeypatch):
    models = []
    for name, outer, through in (("one", {}, ()), ("other", OTHERS, OF_ITS_OWN)):
        for variable in kernels.AVX2:
            monkeypatch.delenv(variable, raising=False)
        for variable, value in outer.items():
            monkeypatch.setenv(variable, value)
        place = Place(tmp_path / name)
        place.run(pipeline="data_prep,warm_up", through=through)
        models.append(place.data / "06_models/warm_up")
    one, other = ((model / "model.safetensors").read_bytes() for model in models)
    assert one == other
    made = json.loads((models[1] / "manifest.json").read_text())["cpu_kernels"]
    del made["processor"]
    assert made == {"aten": "AVX2", **kernels.AVX2}
