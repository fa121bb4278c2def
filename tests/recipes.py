"""What tests of a recipe share: its environment's context, and a run as small as conf/smoke's."""

import shutil
from pathlib import Path

import yaml
from kedro.framework import project
from kedro.framework.project import pipelines
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from smoke_place import ROOT, kedro_run


def context_of(env: str | None = None, **runtime_params):
    """The project's context in an environment; its pipelines are then registered for it."""
    if project.PACKAGE_NAME != "r1vl_kedro":  # looks through all modules for each frame of pytest's
        bootstrap_project(ROOT)
    return KedroSession.create(ROOT, env=env, runtime_params=runtime_params).load_context()


def recipe_of(env: str):
    """An environment's name, its resolved parameters and its catalog."""
    context = context_of(env)
    return env, context.config_loader["parameters"], context.catalog


def unknown_datasets(catalog) -> set[str]:
    """What the ablation of the environment reads or writes and no entry of its catalog covers."""
    return {name for name in pipelines["ablation"].datasets() if name not in catalog}


def merged(base: dict, over: dict) -> dict:
    """A mapping with another's values over its own, at any depth."""
    both = {**base, **over}
    for key in base.keys() & over.keys():
        if isinstance(base[key], dict) and isinstance(over[key], dict):
            both[key] = merged(base[key], over[key])
    return both


def small_run(root: Path, env: str, *, records: dict, parameters: dict, outputs: str) -> Path:
    """Data directory of a run of an environment to some outputs of its ablation.

    Args:
        records: how many records the catalog's entries of the embedded world have, by entry.
        parameters: what the run has over the environment's own.
    """
    shutil.copytree(ROOT / "conf", root / "conf")
    place = root / "conf" / env
    extended = yaml.safe_load((place / "globals.yml").read_text()).get("extends", env)
    (place / "globals.yml").write_text(f"extends: smoke\ndata: {root / 'data'}\n")
    for name, changes in (
        ("catalog.yml", {entry: {"n": n} for entry, n in records.items()}),
        ("parameters.yml", parameters),
    ):
        below, own = ROOT / "conf" / extended / name, place / name
        for file in (own, below):
            if file.exists():
                changes = merged(yaml.safe_load(file.read_text()), changes)
        own.write_text(yaml.safe_dump(changes, sort_keys=False))
    code, output = kedro_run(
        *("--pipelines=ablation", f"--env={env}", "--conf-source", str(root / "conf")),
        *(f"--to-outputs={outputs}", "--params=tracking.enabled=false"),
    )
    assert code == 0, output[-6000:]
    return root / "data"
