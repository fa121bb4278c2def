"""Settings as people write them: on the command line, in the environment, with secrets in them."""

import pytest
from click.testing import CliRunner
from test_parameters import ROOT, parameters

from r1vl_kedro import cli
from r1vl_kedro.configuration import unpacked
from r1vl_kedro.parameters import ConfigurationError
from r1vl_kedro.scrubbing import scrub
from r1vl_kedro.tracking.addresses import StoreError, resolve_uri


@pytest.fixture
def run(monkeypatch):
    """Run the command up to Kedro's own; returns its result and the parameters it would have."""
    seen = {}
    monkeypatch.setattr(cli, "kedro_run", lambda **options: seen.update(options))

    def run(*arguments):
        return CliRunner().invoke(cli.cli, ["run", *arguments]), seen.get("params")

    return run


def test_params_given_twice_are_all_taken(run):
    result, given = run("--params", "seed=1", "--params=step_grpo.beta=2,step_grpo.group_size=3")
    assert result.exit_code == 0, result.output
    assert given == {"seed": 1, "step_grpo": {"beta": 2, "group_size": 3}}
    assert run()[1] == {}


@pytest.mark.parametrize(
    "item", ["ablation.seeds=[0, 1", "prompt.template={question} Think.", "x='", "x=@y", "x=%"]
)
def test_a_value_that_is_no_yaml_is_named(run, item):
    result, _ = run("--params", item)
    assert result.exit_code == 2
    assert f"--params {item!r} is no value in YAML (" in result.output


@pytest.mark.parametrize("item", [".a=3", "a..b=3", "a.=3"])
def test_a_key_with_an_empty_part_is_named(run, item):
    assert f"--params {item!r} is not key=value" in run("--params", item)[0].output


@pytest.mark.parametrize("env", ["smoke/", ".", "../conf/smoke"])
def test_an_environment_is_named_and_not_led_to(run, monkeypatch, env):
    monkeypatch.chdir(ROOT)
    assert f"--env {env!r} is unknown: " in run("--env", env)[0].output


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"seed": "${x}"}, "seed: Interpolation key 'x' not found"),
        ({"seed": "${oc.env:HOME}"}, "seed: Unsupported interpolation type oc.env"),
        ({"ablation": {"variants": ["outcome"]}}, "ablation.variants cannot be put together "),
        ({"study": {"rewards": {"a": 1}}}, "study.rewards cannot be put together "),
        ({"evaluation": {"grammar": "rvl"}}, "evaluation.grammar: grammar 'rvl' is unknown: did"),
        ({"preference": {"grammar": 5}}, "preference.grammar is 5: input should be a valid str"),
        ({"grammar": "..x"}, "grammar: grammar '..x' is unknown: "),
        ({"work_dir": ""}, "work_dir is '': string should have at least 1 character"),
        ({"seed": True}, "seed is True: input should be a number"),
        ({"step_grpo": {"num_steps": True}}, "step_grpo.num_steps is True: input should be a num"),
        ({"launcher": {"num_processes": True}}, "launcher.num_processes is True: input should be"),
        (
            {"prompt": {"template": "<|image_pad|>{question}"}},
            "prompt.template is '<|image_pad|>{question}': it has <|image_pad|>; images come ",
        ),
        ({"prompt": {"template": "<image>{question}"}}, "prompt.template is '<image>{question}': "),
        (
            {"evaluation": {"benchmarks": {"template": "<|video_pad|>{question}"}}},
            "evaluation.benchmarks: the template has <|video_pad|>; ",
        ),
    ],
)
def test_what_cannot_be_a_parameter_is_said_in_a_sentence(given, said):
    with pytest.raises(ConfigurationError) as error:
        parameters(given)
    assert str(error.value).startswith(said)


def test_every_list_may_be_words():
    given = {
        "evaluation": {"benchmarks": {"names": "mathvista,mme"}, "classes": {"speed": "KEEP STOP"}},
        "warm_up": {"lora": {"target_modules": "q_proj v_proj"}},
    }
    found = parameters(given)
    assert found["evaluation"].benchmarks.names == ["mathvista", "mme"]
    assert found["evaluation"].classes == {"speed": ["KEEP", "STOP"]}
    assert found["warm_up"].lora.target_modules == ["q_proj", "v_proj"]


def test_a_configuration_that_is_no_archive_is_named(tmp_path):
    (tmp_path / "conf.yml").write_text("a: 1")
    with pytest.raises(ConfigurationError, match=r"conf\.yml is neither a folder nor an archive"):
        unpacked(tmp_path / "conf.yml")


@pytest.mark.parametrize(
    "uri",
    ["mlflow.example.com", "mlflow.example.com/api", "http:localhost:5000", "[::1]:5000",
     "sqlite:mlflow.db", "file:mlruns", "me:pw@host/x", "me:pw@host:5000"],
)  # fmt: skip
def test_no_address_becomes_a_file_of_that_name(uri, tmp_path):
    with pytest.raises(StoreError, match=r"tracking\.uri is") as error:
        resolve_uri(uri, tmp_path)
    assert "pw" not in str(error.value)


def test_a_store_in_the_home_directory_or_with_spaces_around_is_found(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert resolve_uri("~/my.runs.db", tmp_path / "x") == f"sqlite:///{tmp_path}/my.runs.db"
    assert resolve_uri(" http://h:1\n", tmp_path) == "http://h:1"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("postgres://me:p@ss@host/db", "postgres://host/db"),
        ("postgres://me:p/w@host/db", "postgres://host/db"),
        ("x&client_secret=abc&n=1", "x&client_secret=***&n=1"),
        ("'api_key': 'abcdefghijkl'", "'api_key': '***'"),
        ("password=abcdefgh", "password=***"),
        ("gsk_abcdefghijklmnop", "***"),
        ("http://host:8000/v1/a@b", None),
        ("image_token: <|image_pad|>", None),
        ("max_new_tokens=256000", None),
    ],
)
def test_secrets_are_masked_in_the_forms_they_come_in(text, clean):
    assert scrub(text) == (text if clean is None else clean)


def test_numbered_key_variables_are_secrets_too(monkeypatch):
    monkeypatch.setenv("SOME_API_KEY_2", "correct horse")
    monkeypatch.setenv("DB_PWD", "battery staple")
    assert scrub("correct horse, battery staple") == "***, ***"
