"""Where a run is started from does not matter; the package needs nothing of the checkout."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import empty_store
import forked
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
    empty_store.put(place / "mlflow.db")
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


def test_a_run_from_a_subfolder_has_the_projects_paths(project, tmp_path):
    folder = project / "notebooks"
    command = ("run", "--env=smoke", "--pipelines=data_prep")
    code, output = forked.kedro(command, folder, tmp_path / "output")
    assert code == 0, output[-4000:]
    assert (project / "data/smoke/05_model_input/warm_up_records/_COMPLETE").is_file()
    assert list(folder.iterdir()) == []


def run_two_sessions(project, elsewhere):
    """What another program does in its own directory: a session that is refused, then one more."""
    from kedro.framework.session import KedroSession
    from kedro.framework.startup import bootstrap_project

    os.chdir(elsewhere)
    bootstrap_project(project)
    refused = {"warm_up": {"max_pixels": 300}}
    with (
        KedroSession.create(project, env="smoke", runtime_params=refused) as session,
        pytest.raises(Exception, match=r"^nothing was started: "),
    ):
        session.run(pipeline_names=["data_prep", "warm_up"])
    locks = (project / "data/smoke/.locks").glob("*.lock")
    assert Path.cwd() == elsewhere and not any(map(Path.read_text, locks))
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    with KedroSession.create(project, env="smoke") as session:
        session.run(pipeline_names=["data_prep"])
    assert Path.cwd() == elsewhere


def test_a_session_of_another_program_has_the_projects_paths_and_leaves_all_as_it_was(
    project, tmp_path
):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    program = forked.CONTEXT.Process(target=run_two_sessions, args=(project, elsewhere))
    program.start()
    program.join()
    assert program.exitcode == 0
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
