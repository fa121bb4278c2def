"""Commands that README, CONTRIBUTING and docs show name pipelines and parameters that exist."""

import re
import shlex

import pytest
import yaml
from kedro.framework.project import pipelines
from recipes import context_of
from smoke_place import ROOT

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
COMMAND = re.compile(r"(?:kedro|python -m r1vl_kedro) (?P<arguments>(?:run\b|-)[^\n`#]*)")
ONLY_GIVEN = {"responses"}
EXAMPLES = {"mine"}  # CONTRIBUTING's environment


def commands():
    for page in PAGES:
        for found in COMMAND.finditer(page.read_text(encoding="utf-8")):
            words = found["arguments"].split(")")[0]
            yield pytest.param(words, id=f"{page.stem}: {words.strip()[:60]}")


def options_of(command):
    """By option the values, whether written ``--env=x`` or ``--env x``."""
    given = {}
    words = shlex.split(command.replace("<", "{").replace(">", "}"))
    for place, word in enumerate(words):
        if word.startswith("--"):
            name, equals, value = word.partition("=")
            following = words[place + 1] if place + 1 < len(words) else ""
            given[name] = value if equals else following
    return given


@pytest.fixture(scope="module")
def registered():
    context_of()  # an earlier test may have registered them for a grid that is wrong
    return dict(pipelines)


@pytest.fixture(scope="module")
def parameters():
    files = (ROOT / "conf/base").glob("parameters*.yml")
    return {name for file in files for name in yaml.safe_load(file.read_text()) or ()}


@pytest.mark.parametrize("command", commands())
def test_a_command_names_what_there_is(command, registered, parameters):
    given = options_of(command)
    for option in ("--pipelines", "--pipeline"):
        for name in filter(None, given.get(option, "").split(",")):
            assert name in registered
    environment = given.get("--env", "base")
    assert environment in EXAMPLES or (ROOT / "conf" / environment).is_dir() or "{" in environment
    for assignment in filter(None, given.get("--params", "").split(",")):
        name, equals, _ = assignment.partition("=")
        if equals:
            assert name.split(".")[0] in parameters | ONLY_GIVEN
    nodes = {node.name for one in registered.values() for node in one.nodes}
    for name in filter(None, given.get("--from-nodes", "").split(",")):
        assert name in nodes


SERVER = re.compile(r"(?P<variables>(?:\w+=\S+ )*)vllm serve (?P<arguments>[^`]*?)(?:(?<!\\)\n|`)")


def servers():
    for page in [*PAGES, ROOT / "SECURITY.md"]:
        for found in SERVER.finditer(page.read_text(encoding="utf-8")):
            yield pytest.param(
                found["variables"], found["arguments"], id=f"{page.stem}: {found[0][:40]}"
            )


def test_commands_that_open_a_server_are_found():
    assert len(list(servers())) >= 3


@pytest.mark.parametrize(("variables", "arguments"), servers())
def test_a_server_is_opened_on_the_loopback_address_or_with_a_key(variables, arguments):
    loopback = "--host 127.0.0.1" in arguments
    assert loopback or "--api-key" in arguments
    assert loopback or "VLLM_SERVER_DEV_MODE" not in variables
