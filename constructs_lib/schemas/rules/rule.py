"""A rule across attributes, the problems that it yields, and two forms that many rules share."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from importlib import import_module
from typing import Any, Literal, TypeAlias

from constructs_lib.records import NamedTuple
from constructs_lib.schemas.model import load
from constructs_lib.schemas.redaction import Path

Severity: TypeAlias = Literal["error", "warning"]
"""``error`` stops the synth or the plan; ``warning`` is only reported."""

Inputs: TypeAlias = dict[str, Any]
"""The parameters that a rule reads, in JSON form; None means left out."""

IsUnknown: TypeAlias = Callable[[Any], bool]
"""Says of a value whether it is known only later; such a value satisfies any rule."""


class Problem(NamedTuple):
    """What a rule found out about one value."""

    path: Path
    """Where it is, from the top of the parameters."""
    found: str
    allowed: str
    hint: str = ""
    severity: Severity = "error"


class Rule(NamedTuple):
    """One rule across attributes."""

    id: str
    """Identifier, such as ``daily-sync-time``."""
    inputs: tuple[str, ...]
    """The parameters that it reads; it sees no others."""
    check: Callable[[Inputs], Iterator[Problem]]
    about: str = ""
    """The parameter without which the rule has nothing to say, so that it need not be applied;
    empty if there is none."""
    title: str = ""
    """What is wrong, in a few words: Terraform shows it above the finding."""


class Names(NamedTuple):
    """What the attributes are called where the person writes them."""

    secrets: str
    auth_secrets: str
    tables: str


PYTHON = Names("secrets", "auth_secrets", "tables")
"""The names of the constructs and of the settings files."""
HCL = Names("config_wo", "auth_wo", "scope")
"""The names of Terraform."""


def own_rules(name: str) -> tuple[Rule, ...]:
    """Return the rules of a resource whose schema names the module that has them by ``x-rules``.

    :param name: of the schema, such as ``fivetranops_example``
    :returns: none if the schema names no module
    """
    module = load(name).document.get("x-rules")
    if module is None:
        return ()
    found: tuple[Rule, ...] = import_module(f"{__package__}.{module}").rules(name)
    return found


class SettingsAttribute(NamedTuple):
    """One attribute with settings of the source."""

    root: str
    """What the API calls it: ``config`` or ``auth``."""
    attribute: str
    """What the person calls it, such as ``config`` or ``secrets``."""
    counterpart: str
    """The attribute for its secrets; itself, if it is that one."""

    @property
    def is_secret(self) -> bool:
        """True if all values in it are secret."""
        return self.attribute == self.counterpart


def settings_attributes(names: Names) -> tuple[SettingsAttribute, ...]:
    """Return the four attributes with settings of the source."""
    return (
        SettingsAttribute("config", "config", names.secrets),
        SettingsAttribute("config", names.secrets, names.secrets),
        SettingsAttribute("auth", "auth", names.auth_secrets),
        SettingsAttribute("auth", names.auth_secrets, names.auth_secrets),
    )


def applied(
    table: Iterable[Rule], values: Mapping[str, Any], passed: Collection[str]
) -> Iterator[tuple[Rule, Problem]]:
    """Apply the rules of a table, and yield each problem with its rule.

    :param values: the parameters in JSON form, by name; one that is missing was left out
    :param passed: the parameters that satisfy every rule, because they are known only later or have
        an error already
    """
    for rule in table:
        if rule.about and values.get(rule.about) is None:
            continue
        if not passed or not any(name in passed for name in rule.inputs):
            for problem in rule.check({name: values.get(name) for name in rule.inputs}):
                yield rule, problem


def only_with(name: str, other: str, value: Any, inputs: Inputs) -> Iterator[Problem]:
    """Report that ``name`` is set although ``other`` is not ``value``.

    Empty text and 0, which the API answers for what is not set, do not count.
    """
    if inputs[name] not in (None, "", 0) and inputs[other] != value:
        found = f"{name} {_set_or_not(inputs, name)}, {other} {_set_or_not(inputs, other)}"
        allowed = f"{name} only together with {other} {value}"
        yield Problem((name,), found, allowed, f"set {other} to {value}, or leave {name} out")


def needs(name: str, value: Any, other: str, inputs: Inputs) -> Iterator[Problem]:
    """Report that ``name`` is ``value`` although ``other`` is left out, or empty text."""
    if inputs[name] == value and inputs[other] in (None, ""):
        found = f"{name} {value}, {other} {_set_or_not(inputs, other)}"
        yield Problem((name,), found, f"{name} {value} only together with {other}", f"add {other}")


def _set_or_not(inputs: Inputs, name: str) -> str:
    value = inputs[name]
    if value is None:
        return "left out"
    return "empty" if value == "" else str(value)
