"""What is wrong with the parameters, in the words of the configuration."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Self, TypeVar, get_args

import click
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from r1vl_kedro.errors import UserFacingError, did_you_mean
from r1vl_kedro.prompts import IMAGES_COME, RAW_MARK, image_place
from r1vl_kedro.responses import R1VL, GrammarName, get_grammar

READ_RESPONSES = (
    "data_prep", "annotation", "warm_up", "step_grpo", "preference", "evaluation", "reporting",
    "reward_card",
)  # fmt: skip
"""Sections whose options have a ``grammar``."""
Model = TypeVar("Model", bound=BaseModel)
Seed = Annotated[int, Field(ge=0, lt=2**32)]
"""What NumPy takes as a seed."""


def words(value: Any) -> Any:
    """Read a list as a command line gives it: ``0 1 2``, ``0,1,2``, ``[0, 1, 2]`` or one value."""
    if isinstance(value, str) and value.lstrip().startswith("["):
        try:
            return json.loads(value)
        except json.JSONDecodeError as error:
            raise ValueError(f"it starts like a list in JSON but is none: {error}") from error
    if isinstance(value, str):
        return value.replace(",", " ").split()
    return [value] if isinstance(value, int | float) else value


Words = BeforeValidator(words)
"""For list options, so that ``--params`` can give them."""


def written(value: Any) -> str:
    """Write an option's value as labels have it: ``0.0001`` for 1.0e-4, ``True``, a word."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"{value:g}" if number else str(value)


class ConfigurationError(UserFacingError, click.ClickException, ValueError):
    """The parameters cannot be used; every ``kedro`` command prints the message alone."""


class Options(BaseModel):
    """What all options have in common: no key is unknown, and no value changes once checked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*", mode="before")
    @classmethod
    def _true_is_no_number(cls, given: Any, info: ValidationInfo) -> Any:
        kind = cls.model_fields[info.field_name or ""].annotation
        kinds = {kind, *get_args(kind)}
        if isinstance(given, bool) and kinds & {int, float} and bool not in kinds:
            raise ValueError("input should be a number")
        return given


class ImageBounds(Options):
    """Bounds on an image's area in pixels; None keeps the checkpoint's own."""

    min_pixels: int | None = Field(None, ge=1)
    max_pixels: int | None = Field(None, ge=1)

    @model_validator(mode="after")
    def _lowest_below_highest(self) -> Self:
        low, high = self.min_pixels, self.max_pixels
        if low is not None and high is not None and low > high:
            raise ValueError(f"min_pixels {low} is above max_pixels {high}")
        return self

    @property
    def pixels(self) -> dict[str, int | None]:
        """Return the bounds by name."""
        return {"min_pixels": self.min_pixels, "max_pixels": self.max_pixels}


class Prompt(Options):
    """``parameters.prompt``."""

    template: str | None
    """Wording around every question; None takes the grammar's."""

    @field_validator("template")
    @classmethod
    def _fillable(cls, template: str | None) -> str | None:
        if template is not None and "{question}" not in template:
            raise ValueError("it has no '{question}' to fill")
        if template is not None and template.count(RAW_MARK) > 1:
            raise ValueError(f"it has {RAW_MARK!r} more than once")
        if template is not None and (mark := image_place(template)):
            raise ValueError(f"it has {mark}; {IMAGES_COME}")
        return template


class Common(Options, extra="ignore"):
    """Parameters of their own that every pipeline may read; nodes hint them as plain types."""

    seed: Seed
    prompt: Prompt
    grammar: GrammarName = R1VL.name
    work_dir: str = Field(min_length=1)


class Reading(BaseModel):
    """What all sections of ``READ_RESPONSES`` have."""

    grammar: GrammarName


def value_at(parameters: Mapping[str, Any], key: str) -> Any:
    """Return the parameter at a dotted key; None where there is none."""
    value: Any = parameters
    for part in key.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def clashes(below: Mapping[str, Any], above: Mapping[str, Any], at: str = "") -> Iterator[str]:
    """Yield the dotted keys at which one of two configurations has a list, the other a mapping."""
    for key in below.keys() & above.keys():
        kinds = [
            list if isinstance(value, list) else Mapping if isinstance(value, Mapping) else None
            for value in (below[key], above[key])
        ]
        if kinds == [Mapping, Mapping]:
            yield from clashes(below[key], above[key], f"{at}{key}.")
        elif set(kinds) == {list, Mapping}:
            yield f"{at}{key}"


def check_names(parameters: Mapping[str, Any], known: Iterable[str]) -> None:
    """Raise ConfigurationError naming parameters that nothing reads.

    Args:
        known: the names there are, such as those that ``conf/base`` gives a value.
    """
    known = set(known)
    unknown = [name for name in parameters if name not in known]
    if unknown:
        raise ConfigurationError("\n".join(_unknown("", name, known) for name in unknown))


def check_choices(given: Iterable[str], known: Iterable[str], what: str) -> None:
    """Raise ConfigurationError naming the first that is unknown.

    Args:
        what: where they are given, such as ``reporting.contrasts`` or ``--nodes``.
    """
    known = sorted(set(known))
    for name in given:
        if name not in known:
            hint = did_you_mean(name, known)
            raise ConfigurationError(
                f"{what} {name!r} is unknown: {hint}known are {', '.join(known)}"
            )


def checked(model: type[Model], values: Any, where: str) -> Model:
    """Validate the values as a model.

    Args:
        where: the values' place in the parameters, such as ``step_grpo``.

    Raises:
        ConfigurationError: one line for each key or value that does not fit.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise ConfigurationError(describe(error, model, where)) from error


def describe(error: ValidationError, model: type[BaseModel], where: str) -> str:
    """Describe each problem in a line: the key in full, its value, what would be accepted."""
    lines = []
    for problem in error.errors(include_url=False):
        *path, key = problem["loc"] or ("",)
        place = ".".join(str(part) for part in (where, *path) if part != "")
        if problem["type"] == "extra_forbidden":
            lines.append(_unknown(place, str(key), _fields(model, path)))
            continue
        name = ".".join(part for part in (place, str(key)) if part)
        said = problem["msg"].removeprefix("Value error, ")
        # A rule between several keys names them itself, and one of known names the value.
        named = isinstance(problem["input"], Mapping) or f"{problem['input']!r:.100} is" in said
        value = "" if named else f" is {problem['input']!r:.100}"
        lines.append(f"{name}{value}: {said[:1].lower() + said[1:]}")
    return "\n".join(lines)


def _unknown(place: str, key: str, known: Iterable[str]) -> str:
    known = sorted(known)
    hint = did_you_mean(key, known)
    name = f"{place}.{key}" if place else key
    takes = f"{place or 'the parameters'} {'takes' if place else 'are'}"
    return f"{name} is no parameter: {hint}{takes} {', '.join(known)}"


def _fields(model: type[BaseModel], path: Iterable[Any]) -> list[str]:
    """Return names that the model accepts at this place."""
    for key in path:
        if key not in model.model_fields:
            break  # an item of a list or mapping: its model follows from the field before
        annotation = model.model_fields[key].annotation
        options = (annotation, *get_args(annotation))
        inner = [one for one in options if isinstance(one, type) and issubclass(one, BaseModel)]
        if not inner:
            return []
        model = inner[0]
    return list(model.model_fields)


def with_grammar(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Give the one ``grammar`` of the parameters to all that writes or reads responses.

    Every section of ``READ_RESPONSES`` gets it unless it has one of its own, and a prompt template
    that is null becomes the grammar's wording.

    Raises:
        ConfigurationError: no such grammar.
    """
    name = parameters.get("grammar") or R1VL.name
    filled = {**parameters, "grammar": name}
    for section in READ_RESPONSES:
        if isinstance(filled.get(section), Mapping):
            filled[section] = {"grammar": name, **filled[section]}
            checked(Reading, filled[section], section)
    filled["prompt"] = _worded(filled.get("prompt"), name)
    if isinstance(filled["prompt"], Mapping):
        check_opening(filled["prompt"].get("template"), name, "prompt.template")
    evaluation = filled.get("evaluation")
    if isinstance(evaluation, Mapping) and isinstance(evaluation.get("benchmarks"), Mapping):
        worded = _worded(evaluation["benchmarks"], evaluation["grammar"])
        filled["evaluation"] = {**evaluation, "benchmarks": worded}
    return filled


def check_opening(template: Any, grammar: str, where: str) -> None:
    """Check that a prompt ends on the start of the responses that the grammar reads.

    Raises:
        ConfigurationError: it does not.
    """
    opening = get_grammar(grammar).opening
    if isinstance(template, str) and not template.endswith(opening):
        raise ConfigurationError(
            f"{where} ends on {template[-40:]!r}: the grammar {grammar} reads what follows "
            f"{opening!r}, so a template has to end on it; null takes the grammar's own"
        )


def with_rewards(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Give StepGRPO's rewards to the reward card, unless it has its own."""
    card, step_grpo = parameters.get("reward_card"), parameters.get("step_grpo")
    if not isinstance(card, Mapping) or not isinstance(step_grpo, Mapping):
        return dict(parameters)
    own = {"rewards": step_grpo["rewards"]} if "rewards" in step_grpo else {}
    return {**parameters, "reward_card": {**own, **card}}


def _worded(section: Any, grammar: str) -> Any:
    if isinstance(section, Mapping) and section.get("template") is None:
        return {**section, "template": get_grammar(grammar).wording}
    return section
