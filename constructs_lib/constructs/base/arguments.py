"""The arguments of a construct: checked against its signature, and set again later.

Python answers a misspelt or missing argument with a ``TypeError``: the first one only, and as a
traceback. The decorator ``validate_arguments`` leaves the signature as it is, for editors and type
checkers, and reports all such arguments at synth, with what was probably meant.

An Aspect may set an attribute after the construct was made, such as ``connection.paused = True``
for each connection of a stack. Parameters that are attributes of the resource, ``lifecycle`` and
``depends_on`` work as in the constructor. Everything else is a finding, so that nothing is lost
silently.

Parameters that were checked before the constructs get them, such as those of settings files, are
not checked again: see :func:`parameters_checked`.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple, TypeVar, cast

from constructs_lib.constructs.base.construct import StackConstruct
from constructs_lib.schemas.keywords import did_you_mean, nearest_name
from constructs_lib.validation import ALIASES, ConstructPlace, Finding
from constructs_lib.validation.findings import pointer
from constructs_lib.validation.schema_check import parameter_schema, unknown_hint

CONSTRUCTOR_ONLY = ("provider", "count", "for_each", "import_id", "import_identity", "moved_from")
"""Parameters that other constructs have built on by then."""
SETTABLE_META_ARGUMENTS = ("lifecycle", "depends_on")
"""The meta-arguments that can be set later."""


def fixed_parameter(name: str, place: ConstructPlace) -> Finding:
    """Return the finding about a parameter that only the constructor takes."""
    return Finding(
        "fixed-parameter",
        "error",
        place,
        f"/{name}",
        "another value after the construct was made",
        "the value that the constructor got",
        f"write {name}=... where the construct is made",
    )


def read_only_attribute(name: str, parameters: Collection[str], place: ConstructPlace) -> Finding:
    """Return the finding about an attribute that is set, and is no parameter."""
    renamed = {attribute: parameter for parameter, attribute in ALIASES.items()}.get(name, "")
    hint = f"set {renamed}" if renamed in parameters else ""
    return Finding(
        "read-only",
        "error",
        place,
        f"/{name}",
        "a value for an attribute that can only be read",
        "one of " + ", ".join(sorted(parameters)),
        hint,
    )


def instance_attribute(name: str, place: ConstructPlace) -> Finding:
    """Return the finding about an attribute that is set at one of several instances."""
    return Finding(
        "instance-attribute",
        "error",
        place,
        f"/{name}",
        "a value for one of several instances",
        "a value of the construct, which applies to all of its instances",
        'if the instances differ, write "${each.value}" or "${count.index}"',
    )


def changed_reference(name: str, is_parameter: bool, place: ConstructPlace) -> Finding:
    """Return the finding about a change inside a value that only Terraform knows."""
    return Finding(
        "reference-changed",
        "error",
        place,
        f"/{name}",
        f"a change inside {name}, whose value only Terraform knows",
        "a whole new value",
        f"set {name} = {{...}}, or use add_override" if is_parameter else "",
    )


def misspelt_attribute(
    name: str, parameters: Collection[str], place: ConstructPlace
) -> list[Finding]:
    """Return a warning about an attribute that is set, and is named almost as a parameter.

    Python takes any attribute, and a subclass may have its own: so it is no error.
    """
    if nearest_name(name, parameters) is None:
        return []
    found, allowed = f"{name!r}, which has no effect", "a known parameter"
    hint = did_you_mean(name, parameters)
    return [Finding("unknown-attribute", "warning", place, f"/{name}", found, allowed, hint)]


def frozen_copy(value: Any) -> Any:
    """Return a value whose lists and mappings the caller no longer changes.

    :param value: JSON-like, and finite; may contain tokens of the CDK
    """
    if type(value) is dict:
        return {key: frozen_copy(inner) for key, inner in value.items()}
    if type(value) is list:
        return [frozen_copy(inner) for inner in value]
    if type(value) is tuple:
        return tuple(frozen_copy(inner) for inner in value)
    return dict(value) if isinstance(value, Mapping) and not isinstance(value, dict) else value


F = TypeVar("F", bound=Callable[..., Any])


class _InvalidArgument(NamedTuple):
    """One argument that does not fit."""

    rule: str
    pointer: str
    found: str
    allowed: str
    hint: str = ""


def validate_arguments(schema: str) -> Callable[[F], F]:
    """Return a decorator for the ``__init__`` of a construct, or for a function that returns one.

    A parameter that must be given and is not is None in the call: the checks of the construct
    report it. The constructs are subclasses of ``StackConstruct``.

    :param schema: name of the JSON Schema whose attributes the parameters are
    """

    def decorate(function: F) -> F:
        parameters = list(inspect.signature(function).parameters.values())
        is_method = parameters[0].name == "self"

        @functools.wraps(function)
        def call(*args: Any, **keywords: Any) -> Any:
            instance, args = args[:is_method], args[is_method:]
            given = _Arguments(parameters[is_method:], schema)
            result = function(*instance, **given.bind(args, keywords))
            given.report(instance[0] if is_method else result)
            return result

        return cast(F, call)

    return decorate


class _Arguments:
    """The arguments of one call."""

    def __init__(self, parameters: list[inspect.Parameter], schema: str) -> None:
        self._parameters = {parameter.name: parameter for parameter in parameters}
        self._schema = schema
        self._invalid: list[_InvalidArgument] = []

    def bind(self, args: tuple[Any, ...], keywords: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments by name, with None for those that must be given and are not."""
        named = self._by_position(args)
        known = {name: value for name, value in keywords.items() if name in self._parameters}
        for name in named.keys() & known.keys():
            found = f"{name} by position and by name"
            self._invalid.append(
                _InvalidArgument("argument", pointer((name,)), found, "one of the two")
            )
        named.update(known)
        for name in keywords.keys() - known.keys():
            self._unknown(name, keywords[name], named)
        return {**dict.fromkeys(self._missing(named)), **named}

    def report(self, construct: StackConstruct) -> None:
        """Leave a finding for each invalid argument."""
        construct.report(
            Finding(rule, "error", construct.place, place, found, allowed, hint)
            for rule, place, found, allowed, hint in self._invalid
        )

    def _by_position(self, args: tuple[Any, ...]) -> dict[str, Any]:
        places = [
            name
            for name, parameter in self._parameters.items()
            if parameter.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
        ]
        if len(args) > len(places):
            found, allowed = f"{len(args)} arguments by position", f"only {', '.join(places)}"
            hint = "give the others by name: name=value"
            self._invalid.append(_InvalidArgument("argument", "", found, allowed, hint))
        return dict(zip(places, args, strict=False))

    def _unknown(self, name: str, value: Any, named: dict[str, Any]) -> None:
        hint = unknown_hint(parameter_schema(self._schema), name)
        near = "" if hint else nearest_name(name, self._parameters) or ""
        hint = hint or did_you_mean(name, self._parameters)
        allowed = "a known parameter" if hint else "one of " + ", ".join(self._parameters)
        place = pointer((name,))
        self._invalid.append(
            _InvalidArgument("unknown-attribute", place, repr(name), allowed, hint)
        )
        if near in self._missing(named):
            # It was probably meant for the one that is missing: that is one mistake, not two.
            named[near] = value

    def _missing(self, named: Mapping[str, Any]) -> Iterator[str]:
        for name, parameter in self._parameters.items():
            if parameter.default is inspect.Parameter.empty and name not in named:
                yield name


_ARE_CHECKED: ContextVar[bool] = ContextVar("the parameters are checked", default=False)


@contextmanager
def parameters_checked() -> Iterator[None]:
    """Make constructs whose parameters were checked before, by the same schemas and rules.

    A reader of files reports mistakes better, because it knows their places. What it cannot know is
    checked as always: meta-arguments, the rules of the stack, parameters that are set later, and
    what neither the CDK nor Terraform can take of the values, in which references replace variables
    by then.
    """
    token = _ARE_CHECKED.set(True)
    try:
        yield
    finally:
        _ARE_CHECKED.reset(token)


def are_parameters_checked() -> bool:
    """Return whether the construct that is being made can rely on its parameters."""
    return _ARE_CHECKED.get()
