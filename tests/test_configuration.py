"""Profiles that extend one another: base, then the extended environment, then the own one."""

import shutil
from pathlib import Path

import pytest

from r1vl_kedro.configuration import with_whole_paths
from r1vl_kedro.parameters import ConfigurationError
from r1vl_kedro.settings import CONFIG_LOADER_ARGS, CONFIG_LOADER_CLASS


@pytest.fixture
def conf(tmp_path):
    files = {
        "base/globals.yml": "{data: data, model: tiny}",
        "base/parameters.yml": "{sft: {lr: 1, steps: 2}, seed: 0}",
        "base/catalog.yml": "{a: {type: T, path: base}, b: {type: T, path: '${globals:data}'}}",
        "base/credentials.yml": "{openai: {api_key: none}}",
        "large/globals.yml": "{data: data/large, model: seven}",
        "large/parameters.yml": "{sft: {steps: 3}, label: 'from ${globals:model}'}",
        "large/catalog.yml": "{a: {type: U, path: large}}",
        "other/globals.yml": "{extends: large, model: eight}",
        "other/parameters.yml": "{sft: {lr: 5}}",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return lambda env, **params: CONFIG_LOADER_CLASS(
        conf_source=str(tmp_path), env=env, runtime_params=params, **CONFIG_LOADER_ARGS
    )


def test_a_profile_states_only_what_differs_from_the_one_it_extends(conf):
    loader = conf("other")
    assert loader["parameters"] == {
        "sft": {"lr": 5, "steps": 3}, "seed": 0, "label": "from eight"
    }  # fmt: skip
    assert loader["catalog"]["a"] == {"type": "U", "path": "large"}
    assert loader["catalog"]["b"]["path"] == "data/large"
    assert loader["credentials"] == {"openai": {"api_key": "none"}}
    assert (loader.base_env, loader.env) == ("base", "other")


def test_a_former_name_of_a_catalog_entry_is_taken_with_a_hint(conf, tmp_path, caplog):
    (tmp_path / "base/catalog_sources.yml").write_text("{source_records: {type: T}}")
    (tmp_path / "large/catalog.yml").write_text("{mulberry_records: {type: U}}")
    catalog = conf("large")["catalog"]
    assert catalog["source_records"] == {"type": "U"}
    assert "mulberry_records" not in catalog
    assert "mulberry_records is now source_records" in caplog.text


@pytest.mark.parametrize(
    ("extended", "said"),
    [
        ("lagre", "extends in conf/mine/globals.yml 'lagre' is unknown: did you mean large?"),
        ("other", "extends in conf/mine/globals.yml is 'other', which extends 'large' itself"),
    ],
)
def test_an_environment_that_cannot_be_extended_is_named(conf, tmp_path, extended, said):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/globals.yml").write_text(f"{{extends: {extended}}}")
    with pytest.raises(ConfigurationError) as raised:
        conf("mine")
    assert str(raised.value).startswith(said)


@pytest.mark.parametrize(("env", "shared"), [("other", "large"), ("large", None), ("base", None)])
def test_an_environment_without_a_data_directory_is_warned_of(conf, caplog, env, shared):
    conf(env)
    warned = [one.getMessage() for one in caplog.records if "no data directory" in one.getMessage()]
    assert warned == [
        f"conf/{env}/globals.yml names no data directory: results go among those of conf/{name}"
        for name in filter(None, [shared])
    ]


def test_the_command_line_has_the_last_word(conf):
    assert conf("other", sft={"lr": 9})["parameters"]["sft"] == {"lr": 9, "steps": 3}


def test_an_environment_that_extends_none_is_read_over_base_alone(conf):
    assert conf("large")["parameters"]["sft"] == {"lr": 1, "steps": 3}


def test_what_was_set_by_hand_is_given_back(conf):
    loader = conf("other")
    loader["parameters"] = {"seed": 4}
    assert loader["parameters"] == {"seed": 4}


@pytest.mark.parametrize("form", ["directory", "gztar", "zip"])
def test_files_of_the_configuration_are_found_in_a_directory_and_in_an_archive(tmp_path, form):
    conf = tmp_path / "elsewhere" / "conf"
    (conf / "base").mkdir(parents=True)
    (conf / "base" / "wording.txt").write_text("Think.\n")
    (conf / "base" / "parameters.yml").write_text(
        "{file: '${conf:base/wording.txt}', text: '${text:base/wording.txt}'}"
    )
    if form != "directory":
        archive = shutil.make_archive(tmp_path / "conf", form, tmp_path / "elsewhere", "conf")
        shutil.rmtree(conf)
        conf = archive
    found = CONFIG_LOADER_CLASS(conf_source=conf, env="base", **CONFIG_LOADER_ARGS)["parameters"]
    assert found["text"] == "Think."
    assert Path(found["file"]).is_absolute() and Path(found["file"]).read_text() == "Think.\n"


def test_files_of_the_package_are_found_wherever_it_is_installed(tmp_path):
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "parameters.yml").write_text("model: '${package:world/assets}'")
    found = CONFIG_LOADER_CLASS(conf_source=str(tmp_path), env="base", **CONFIG_LOADER_ARGS)[
        "parameters"
    ]
    assert (Path(found["model"]) / "base_model" / "config.json").is_file()


def test_no_path_of_a_dataset_depends_on_where_a_notebook_is(tmp_path):
    own = {"type": "r1vl_kedro.datasets.RecordFileDataset", "image_root": "data/a", "limit": 3}
    theirs = {"type": "their.Dataset", "cache": "here"}
    catalog = {"a": own, "b": theirs, "c": {**own, "image_root": "/elsewhere"}, "_d": "note"}
    assert with_whole_paths(catalog, tmp_path) == {
        "a": {**own, "image_root": str(tmp_path / "data/a")},
        "b": theirs,
        "c": {**own, "image_root": "/elsewhere"},
        "_d": "note",
    }
