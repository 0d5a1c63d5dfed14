"""What happens when an attribute of a construct is set after the construct was made.

An Aspect does so, such as ``connection.paused = True`` for each connection of a stack. Parameters
that are attributes of the resource, ``lifecycle`` and ``depends_on`` work as in the constructor.
Everything else is a finding, so that nothing is lost without a word.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from constructs_lib.schemas.suggestions import did_you_mean, nearest_name
from constructs_lib.validation import ALIASES, ConstructPlace, Finding

FIXED = ("provider", "count", "for_each", "import_id")
"""Parameters that other constructs have built on by then."""
CHANGEABLE_META = ("lifecycle", "depends_on")
"""The meta-arguments that can be set later."""


def fixed(name: str, place: ConstructPlace) -> Finding:
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


def read_only(name: str, parameters: Collection[str], place: ConstructPlace) -> Finding:
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


def of_one_instance(name: str, place: ConstructPlace) -> Finding:
    """Return the finding about an attribute that is set at one of several instances."""
    return Finding(
        "instance-attribute",
        "error",
        place,
        f"/{name}",
        "a value for one of several instances",
        "a value of the construct, which stands for all of them",
        'where they differ, write "${each.value}" or "${count.index}"',
    )


def changed_inside(name: str, is_parameter: bool, place: ConstructPlace) -> Finding:
    """Return the finding about a change inside of a value that only Terraform knows."""
    return Finding(
        "reference-changed",
        "error",
        place,
        f"/{name}",
        f"a change inside of {name}, which only stands for the value",
        "a whole new value",
        f"set {name} = {{...}}, or use add_override" if is_parameter else "",
    )


def misspelt(name: str, parameters: Collection[str], place: ConstructPlace) -> list[Finding]:
    """Return a warning about an attribute that is set, and is named almost as a parameter.

    Python takes any attribute, and a subclass may have its own: so it is no error.
    """
    if nearest_name(name, parameters) is None:
        return []
    found, allowed = f"{name!r}, which has no effect", "a known parameter"
    hint = did_you_mean(name, parameters)
    return [Finding("unknown-attribute", "warning", place, f"/{name}", found, allowed, hint)]


def copied(value: Any) -> Any:
    """Return a value whose lists and mappings the caller no longer changes.

    :param value: JSON-like, and finite; tokens of the CDK may stand anywhere
    """
    if type(value) is dict:
        return {key: copied(inner) for key, inner in value.items()}
    if type(value) is list:
        return [copied(inner) for inner in value]
    if type(value) is tuple:
        return tuple(copied(inner) for inner in value)
    return dict(value) if isinstance(value, Mapping) and not isinstance(value, dict) else value
