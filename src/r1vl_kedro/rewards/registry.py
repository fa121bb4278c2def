"""Rewards by name: what a reward is, which there are, and a configuration's ``rewards`` read."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializeAsAny,
    ValidationError,
)

from r1vl_kedro.errors import did_you_mean
from r1vl_kedro.responses import R1VL, GrammarName

Completion = str | Sequence[Mapping[str, str]]
Options = Sequence[Sequence[str] | None]
Found = TypeVar("Found", bound="type[Reward]")
# What TRL hands to every reward function beside the record's columns.
_FROM_TRL = {
    "prompts", "completions", "completion_ids", "trainer_state", "log_extra", "log_metric",
    "environments",
}  # fmt: skip
_RENAMED = {"step_rar": "key_steps", "step_rvr": "validity"}


class Reward(BaseModel, ABC):
    """A reward as TRL calls it: completions and record columns in, one float a completion out.

    A subclass is one reward; its fields are its options, checked before anything is loaded.

    Class attributes:
        name: what configurations, logs and tables call it.
        columns: the record columns it reads, which come as keyword arguments.
        sampled: those of them that no record has: the trainer samples them for each completion.
        measures: ``correct`` where a value above 0 means a right answer, ``valid`` where it means
            the right form; diagnostics read the first reward of each.
        whole_groups: whether each call must get the completions of one whole group (and nothing
            else), whatever the number of processes.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    name: ClassVar[str]
    columns: ClassVar[tuple[str, ...]] = ()
    sampled: ClassVar[tuple[str, ...]] = ()
    measures: ClassVar[Literal["correct", "valid"] | None] = None
    whole_groups: ClassVar[bool] = False

    weight: float = Field(1.0, ge=0)
    """Its share in the sum; at 0 it is still computed and logged."""
    grammar: GrammarName = Field(R1VL.name, exclude=True, repr=False)
    """How completions are written; the run's, so no option of a single reward."""

    @property
    def __name__(self) -> str:
        """Return the name that TRL logs it under."""
        return self.name

    @abstractmethod
    def __call__(self, completions: Sequence[Completion], **columns: Any) -> list[float | None]:
        """Return the rewards of the completions; None where this reward does not apply to one."""

    def sampled_tokens(self, prompt: float, completion: float) -> tuple[float, float]:
        """Bound the tokens (read as prompts, sampled) that its columns ``sampled`` take for one
        completion; lengths in tokens.
        """
        return 0.0, 0.0


REWARDS: dict[str, type[Reward]] = {}
"""Reward classes by name; the modules of this package add theirs when they are imported."""


def register(reward: Found) -> Found:
    """Add a reward class under its name.

    Raises:
        ValueError: the name is taken.
    """
    if reward.name in REWARDS:
        raise ValueError(f"there is a reward {reward.name!r} already")
    REWARDS[reward.name] = reward
    return reward


def completion_text(completion: Completion) -> str:
    """Return the text of one completion: a string, or the last message of a conversation."""
    return completion if isinstance(completion, str) else completion[-1]["content"]


def options_of(completions: Sequence[Completion], options: Options | None) -> Options:
    """Return the option texts of each completion, None where its question has none."""
    return [None] * len(completions) if options is None else options


def get_reward(name: str) -> type[Reward]:
    """Return the reward class of this name, or of the callable at a dotted path.

    A callable needs TRL's signature; its parameters without a default are the columns it reads.

    Raises:
        ValueError: there is none; names those there are.
    """
    _import_all()
    if name in REWARDS:
        return REWARDS[name]
    if name in _RENAMED:
        raise ValueError(f"reward {name!r} is now called {_RENAMED[name]!r}")
    module, _, attribute = name.rpartition(".")
    if module.strip("."):
        return _at_path(name, module, attribute)
    raise ValueError(
        f"reward {name[:100]!r} is unknown: {_unregistered(name)}"
        f"{did_you_mean(name, REWARDS)}choose "
        f"from {', '.join(sorted(REWARDS))}, or give the dotted path of a callable, "
        "as in rewards={my_package.my_reward: 0.5}"
    )


def _unregistered(name: str) -> str:
    """Return a clause about this package's module of that name, where it registers nothing."""
    package = import_module("r1vl_kedro.rewards")
    module = f"{package.__name__}.{name}"
    there = any(found.name == name for found in iter_modules(package.__path__))
    if not there or any(reward.__module__ == module for reward in REWARDS.values()):
        return ""
    return f"the module {module} registers no reward (is there @register above its class?); "


@cache
def _import_all() -> None:
    package = import_module("r1vl_kedro.rewards")
    for module in iter_modules(package.__path__):
        import_module(f"{package.__name__}.{module.name}")


def _at_path(name: str, module: str, attribute: str) -> type[Reward]:
    try:
        found = getattr(import_module(module), attribute, None)
    except ImportError as error:
        raise ValueError(f"reward {name[:100]!r} cannot be imported: {error}") from error
    if isinstance(found, type) and issubclass(found, Reward):
        return found
    if not callable(found):
        raise ValueError(
            f"reward {name[:100]!r}: {attribute!r} is no callable of {module}; accepted: a "
            "subclass of Reward, or a function with TRL's signature"
        )
    return _Function.of(name, found)


class _Function(Reward):
    """A function with TRL's signature from elsewhere."""

    function: ClassVar[Callable[..., list[float | None]]]

    @classmethod
    @cache
    def of(cls, path: str, function: Callable[..., Any]) -> type[Reward]:
        """Return the reward class of a function, whose name is its path."""
        needed = tuple(
            parameter.name
            for parameter in inspect.signature(function).parameters.values()
            if parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
            and parameter.default is parameter.empty
            and parameter.name not in _FROM_TRL
        )
        body = {"name": path, "columns": needed, "function": staticmethod(function)}
        return type(f"Function {path}", (cls,), {"__module__": __name__, **body})

    def __call__(self, completions: Sequence[Completion], **columns: Any) -> list[float | None]:
        """Call the function."""
        return self.function(completions=completions, **columns)

    def __reduce__(self) -> tuple:
        return _function_again, (self.name, self.weight, self.grammar)


def _function_again(path: str, weight: float, grammar: str) -> Reward:
    return get_reward(path)(weight=weight, grammar=grammar)


def read_rewards(given: Mapping[str, Any]) -> dict[str, Reward]:
    """Read a configuration's ``rewards``: options by name, a bare number being the weight.

    Null leaves out a reward.

    Raises:
        ValueError: an unknown reward or option, or a value that does not fit; one line for each.

    Example:
        >>> read_rewards({"outcome": 2.0, "validity": None})
        {'outcome': OutcomeReward(weight=2.0, mode='strict')}
    """
    rewards: dict[str, Reward] = {}
    wrong: list[str] = []
    for name, options in as_options(given).items():
        if options is None:
            continue
        try:
            rewards[name] = _read(name, options)
        except ValidationError as error:
            wrong += [_in_words(name, problem) for problem in error.errors(include_url=False)]
        except ValueError as error:
            wrong.append(str(error))
    if wrong:
        raise ValueError("; ".join(wrong))
    return rewards


def _read_mapping(rewards: Any) -> dict[str, Reward]:
    if not isinstance(rewards, Mapping):
        raise ValueError("give a mapping of reward names to weights or options")
    return read_rewards(rewards)


Rewards = Annotated[dict[str, SerializeAsAny[Reward]], BeforeValidator(_read_mapping)]
"""The type of an option that names rewards; see `read_rewards`."""
PAPERS = {"outcome": 1.0, "key_steps": 1.0, "validity": 1.0}
"""R1-VL's rewards (arXiv 2503.12937), of which outcome + key_steps is StepRAR."""


def as_options(given: Mapping[str, Any]) -> dict[str, Any]:
    """Write every bare number of ``rewards`` out, ``1.0`` as ``{"weight": 1.0}``."""
    return {
        name: {"weight": options}
        if isinstance(options, int | float) and not isinstance(options, bool)
        else options
        for name, options in given.items()
    }


def _read(name: str, options: Any) -> Reward:
    if isinstance(options, Reward):
        return options
    kind = get_reward(name)
    if not isinstance(options, Mapping):
        raise ValueError(
            f"{name} is {options!r:.100}: give its weight, its options, or null to leave it out"
        )
    if "grammar" in options:
        raise ValueError(f"{name}.grammar: all rewards of a run read one grammar; set grammar")
    return kind(**options)


def _in_words(name: str, problem: Mapping[str, Any]) -> str:
    key = ".".join(str(part) for part in (name, *problem["loc"]))
    if problem["type"] == "extra_forbidden":
        known = sorted(set(get_reward(name).model_fields) - {"grammar"})
        hint = did_you_mean(str(problem["loc"][-1]), known)
        return f"{key} is no option: {hint}{name} takes {', '.join(known)}"
    said = problem["msg"].removeprefix("Value error, ")
    value = "" if isinstance(problem["input"], Mapping) else f" is {problem['input']!r:.100}"
    return f"{key}{value}: {said[:1].lower() + said[1:]}"


def reading(rewards: Mapping[str, Reward], grammar: str) -> dict[str, Reward]:
    """Set rewards to read a grammar.

    Raises:
        ValueError: one of them cannot, as the published script's modes.
    """
    return {
        name: type(reward).model_validate({**reward.model_dump(), "grammar": grammar})
        for name, reward in rewards.items()
    }


def columns_read(rewards: Iterable[Reward]) -> dict[str, str]:
    """Return each record column that rewards read, with the name of the first that does."""
    columns: dict[str, str] = {}
    for reward in rewards:
        for column in reward.columns:
            if column not in reward.sampled:
                columns.setdefault(column, reward.name)
    return columns
