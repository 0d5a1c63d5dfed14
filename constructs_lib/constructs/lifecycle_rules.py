"""The rules about the ``lifecycle`` parameter of the constructs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from constructs_lib import toolkit
from constructs_lib.constructs.lifecycle import lifecycle_names, parameter_of
from constructs_lib.schemas.shown import shown
from constructs_lib.schemas.suggestions import did_you_mean
from constructs_lib.validation import ALIASES
from constructs_lib.validation.pointers import Path


class Problem(NamedTuple):
    """What is wrong with one meta-argument."""

    rule: str
    path: Path
    """Where it is, from the top of the parameters."""
    found: str
    allowed: str
    hint: str = ""


def lifecycle_problems(given: Mapping[Any, Any], parameters: tuple[str, ...]) -> Iterator[Problem]:
    """What is wrong with the content of a lifecycle.

    :param given: its settings by name
    :param parameters: what ``ignore_changes`` may name
    """
    for name, value in given.items():
        path = ("lifecycle", str(name))
        if name not in lifecycle_names():
            hint = did_you_mean(name, sorted(lifecycle_names()))
            allowed = "one of " + ", ".join(sorted(lifecycle_names()))
            yield Problem("unknown-attribute", path, repr(name), allowed, hint)
        elif value is not None:
            yield from _CHECKS.get(name, _flag)(value, path, parameters)


def _flag(value: Any, path: Path, _parameters: tuple[str, ...]) -> Iterator[Problem]:
    if not isinstance(value, bool):
        yield Problem("type", path, shown(value), "True or False")


def _ignore_changes(value: Any, path: Path, parameters: tuple[str, ...]) -> Iterator[Problem]:
    allowed = "a list of parameters, or 'all'"
    if isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from _ignored(item, (*path, index), parameters)
    elif value != "all":
        hint = f"write [{value!r}]" if isinstance(value, str) and value in parameters else ""
        yield Problem("type", path, shown(value), allowed, hint)


def _ignored(item: Any, path: Path, parameters: tuple[str, ...]) -> Iterator[Problem]:
    if not isinstance(item, str):
        yield Problem("type", path, shown(item), "the name of a parameter")
    elif (name := parameter_of(item)) not in parameters:
        ours = {attribute: parameter for parameter, attribute in ALIASES.items()}
        known = f"write {ours[name]!r}" if name in ours else did_you_mean(name, parameters)
        allowed = "a parameter" if known else "one of " + ", ".join(sorted(parameters))
        yield Problem("unknown-attribute", path, repr(item), allowed, known)


def _replace_triggered_by(
    value: Any, path: Path, _parameters: tuple[str, ...]
) -> Iterator[Problem]:
    if not isinstance(value, (list, tuple)):
        yield Problem("type", path, shown(value), "a list of addresses")
        return
    for index, item in enumerate(value):
        if not isinstance(item, (str, toolkit.Construct)):
            yield Problem("type", (*path, index), shown(item), "an address, or a construct")


_Check = Callable[[Any, Path, tuple[str, ...]], Iterator[Problem]]
_CHECKS: dict[str, _Check] = {
    "ignore_changes": _ignore_changes,
    "replace_triggered_by": _replace_triggered_by,
}
