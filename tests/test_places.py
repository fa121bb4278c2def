"""Where a run is started from does not matter; the package needs nothing of the checkout."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def project(tmp_path):
    """The project with data of its own."""
    place = tmp_path / "project"
    shutil.copytree(ROOT / "conf", place / "conf")
    shutil.copytree(ROOT / "src", place / "src", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, place / name)
    (place / "notebooks").mkdir()
    return place


def run(*command, cwd, **environment):
    done = subprocess.run(
        [sys.executable, *command],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": "", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    return done.stdout


def test_a_run_from_a_subfolder_has_the_projects_paths(project):
    folder = project / "notebooks"
    run("-m", "kedro", "run", "--env=smoke", "--pipelines=data_prep", cwd=folder)
    assert (project / "data/smoke/05_model_input/warm_up_records/_COMPLETE").is_file()
    assert list(folder.iterdir()) == []


def test_a_session_of_another_program_has_the_projects_paths_and_leaves_all_as_it_was(
    project, tmp_path
):
    script = f"""
import os, signal
from pathlib import Path
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
bootstrap_project({str(project)!r})
refused = {{"warm_up": {{"max_pixels": 300}}}}
with KedroSession.create({str(project)!r}, env="smoke", runtime_params=refused) as session:
    try:
        session.run(pipeline_names=["data_prep", "warm_up"])
    except Exception as error:
        print(error)
locks = Path({str(project)!r}, "data/smoke/.locks").glob("*.lock")
print(os.getcwd(), signal.getsignal(signal.SIGTERM) == signal.SIG_DFL, *map(Path.read_text, locks))
with KedroSession.create({str(project)!r}, env="smoke") as session:
    session.run(pipeline_names=["data_prep"])
print(os.getcwd())
"""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    output = run("-c", script, cwd=elsewhere)
    said = output.splitlines()
    refused = next(k for k, line in enumerate(said) if line.startswith("nothing was started: "))
    given_back = said[refused + 1]
    assert given_back.strip() == f"{elsewhere} True"
    assert said[-1] == str(elsewhere)
    assert (project / "data/smoke/05_model_input/warm_up_records/_COMPLETE").is_file()
    assert list(elsewhere.iterdir()) == []


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_package_runs_in_an_empty_directory(project, tmp_path):
    """``kedro package``: the wheel finds the shipped model, the archive is its configuration."""
    run("-m", "kedro", "package", cwd=project)
    dist = shutil.move(project / "dist", tmp_path / "dist")
    shutil.rmtree(project)
    [wheel] = dist.glob("*.whl")
    [conf] = dist.glob("conf-*.tar.gz")
    installed, empty = tmp_path / "installed", tmp_path / "empty"
    empty.mkdir()
    pip = ("-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target")
    run(*pip, str(installed), str(wheel), cwd=tmp_path)
    command = ("-m", "r1vl_kedro", "--conf-source", str(conf), "--env=smoke")
    output = run(*command, cwd=empty, PYTHONPATH=str(installed))
    assert "Table 1" in output
    assert (empty / "data/smoke/06_models/warm_up/_COMPLETE").is_file()
