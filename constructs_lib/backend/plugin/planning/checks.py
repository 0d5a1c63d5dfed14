"""The checks of a configuration: the rules of its JSON Schema, and the rules across attributes.

They run in Terraform's validate and plan, where any value may be unknown: those are skipped. The
keywords are those that the schemas use: ``enum``, ``x-enum-ignoring-case``, ``pattern``,
``minimum``, ``exclusiveMinimum``, ``maximum``, ``minLength``, ``minItems``, the ``pattern`` of
``items`` and the type ``integer``. A message says what is allowed, but shows no text that was
found, which may be marked as sensitive.

The rules across attributes are the tables of :mod:`constructs_lib.schemas.rules`, which run before
synth, too: whoever writes plain Terraform gets the same messages. They are loaded when a
configuration is checked, so that the start of the provider does not pay for them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from constructs_lib.backend.plugin.diagnostics import (
    Diagnostic,
    Diagnostics,
    Path,
    described,
    dotted,
)
from constructs_lib.backend.plugin.values.value import UNKNOWN, Dynamic, Object, Value, same, unwrap
from constructs_lib.schemas import Attribute, Kind, limits

if TYPE_CHECKING:
    from constructs_lib.schemas.rules import Problem, Rule


def check_schema_rules(
    attributes: dict[str, Attribute], config: Object, diagnostics: Diagnostics, path: Path = ()
) -> None:
    """Add an error for each value that breaks a rule of its attribute."""
    for name, attribute in attributes.items():
        value = config.get(name)
        if value is None or value is UNKNOWN:
            continue
        here = (*path, name)
        if attribute.kind is Kind.NESTED and isinstance(value, dict):
            check_schema_rules(attribute.attributes, value, diagnostics, here)
        for problem in _problems(attribute, value):
            diagnostics.error(f"Invalid value of {dotted(here)}", problem, here)
        if attribute.kind is Kind.LIST and isinstance(value, list):
            _check_items(attribute, value, diagnostics, here)


def _check_items(
    attribute: Attribute, items: list[Value], diagnostics: Diagnostics, path: Path
) -> None:
    pattern = attribute.rule.get("items", {}).get("pattern")
    for place, item in enumerate(items):
        if item is UNKNOWN:
            continue
        here = (*path, place)
        if item is None:
            diagnostics.error(
                f"Invalid value of {dotted(here)}", "Found null, which is not allowed.", here
            )
        elif pattern and not _matches(item, pattern):
            problem = _mismatch(attribute, item, pattern)
            diagnostics.error(f"Invalid value of {dotted(here)}", problem, here)


def _problems(attribute: Attribute, value: Value) -> Iterator[str]:
    if attribute.kind is Kind.DYNAMIC:
        yield from _not_an_object(attribute, value)
        yield from _beyond_the_limits(attribute, value)
        return
    if attribute.kind is Kind.INTEGER:
        yield from _not_whole(attribute, value)
    for keyword, rule in _RULES.items():
        if keyword in attribute.rule:
            problem = rule(value, attribute.rule[keyword])
            if problem:
                end = "" if problem.endswith("?") else "."
                yield f"Found {_shown(attribute, value)}; {problem}{end}"
    pattern = attribute.rule.get("pattern")
    if pattern and not _matches(value, pattern):
        yield _mismatch(attribute, value, pattern)


def _mismatch(attribute: Attribute, value: Value, pattern: str) -> str:
    # The description is what a person can read; the regular expression is the last resort.
    allowed = f"Allowed is what matches the regular expression {pattern}."
    return f"Found {_shown(attribute, value)}. {attribute.description or allowed}"


def _not_an_object(attribute: Attribute, value: Value) -> Iterator[str]:
    kind = value.type.kind if isinstance(value, Dynamic) else "another value"
    if kind not in ("object", "map") and not (_is_json_text(attribute) and kind == "string"):
        yield f"Found a {kind}; allowed is an object, such as {{ key = value }}."


def _is_json_text(attribute: Attribute) -> bool:
    """Return True if the JSON text of an object may be given in place of the object."""
    return attribute.rule.get("contentMediaType") == "application/json"


def _beyond_the_limits(attribute: Attribute, value: Value) -> Iterator[str]:
    """Yield a problem if a value, or the JSON text of one, is too deep or a number too long."""
    inner = value.value if isinstance(value, Dynamic) else value
    if isinstance(inner, str) and _is_json_text(attribute):
        found = limits.find_excess_in_text(inner)
    else:
        found = limits.find_excess(inner)
    if found is not None:
        place = dotted((attribute.name, *found.path))
        yield f"Found {found.found} at {place}; allowed are {found.allowed}."


def _not_whole(attribute: Attribute, value: Value) -> Iterator[str]:
    if isinstance(value, (float, Decimal)) and Decimal(value).to_integral_value() != value:
        yield f"Found {_shown(attribute, value)}; allowed are whole numbers."


def _enum(value: Any, allowed: list[Any]) -> str:
    if any(same(value, choice) for choice in allowed):
        return ""
    return f"allowed are {', '.join(map(_quoted, allowed))}{_suggestion(value, allowed)}"


def _enum_ignoring_case(value: Any, allowed: list[str]) -> str:
    return _enum(value.lower() if isinstance(value, str) else value, allowed)


def _min_items(value: Any, limit: int) -> str:
    return "" if len(value) >= limit else f"the smallest allowed number is {limit}"


def _suggestion(value: Any, allowed: list[Any]) -> str:
    """Return the choice that was probably meant, as the end of a sentence."""
    from difflib import get_close_matches  # It is needed for mistakes only, and slow to load.

    choices = {choice.lower(): choice for choice in allowed if isinstance(choice, str)}
    close = get_close_matches(str(value).lower(), choices, n=1)
    return f". Did you mean {_quoted(choices[close[0]])}?" if close else ""


def _matches(value: Any, pattern: str) -> bool:
    # A JSON Schema's $ means the very end, Python's also matches before a last line break.
    return re.search(re.sub(r"(?<!\\)\$$", r"\\Z", pattern), str(value)) is not None


def _minimum(value: Any, limit: Any) -> str:
    return "" if value >= limit else f"the smallest allowed value is {limit}"


def _exclusive_minimum(value: Any, limit: Any) -> str:
    return "" if value > limit else f"allowed are values greater than {limit}"


def _maximum(value: Any, limit: Any) -> str:
    return "" if value <= limit else f"the greatest allowed value is {limit}"


def _min_length(value: Any, limit: int) -> str:
    if len(value) >= limit:
        return ""
    return (
        "an empty text is not allowed"
        if limit == 1
        else f"at least {limit} characters are required"
    )


_RULES: Final[dict[str, Callable[[Any, Any], str]]] = {
    "enum": _enum,
    "x-enum-ignoring-case": _enum_ignoring_case,
    "minItems": _min_items,
    "minimum": _minimum,
    "exclusiveMinimum": _exclusive_minimum,
    "maximum": _maximum,
    "minLength": _min_length,
}


def _shown(attribute: Attribute, value: Any) -> str:
    return "a sensitive value" if attribute.sensitive else described(value)


def _quoted(value: Any) -> str:
    """Return an allowed value for a message."""
    return f'"{value}"' if isinstance(value, str) else described(value)


def check_rules(rules: Iterable[Rule], config: Object, diagnostics: Diagnostics) -> None:
    """Add an error or a warning for each problem that the rules of a table find.

    :param config: the configuration; a rule that reads a value which Terraform does not know yet is
        not applied
    """
    for found in rule_problems(rules, config):
        add = diagnostics.error if found.is_error else diagnostics.warning
        add(found.summary, found.detail, found.path)


def rule_problems(rules: Iterable[Rule], config: Object) -> list[Diagnostic]:
    """Return what the rules of a table find, in the words of Terraform's messages.

    :param config: as for :func:`check_rules`
    """
    from constructs_lib.schemas.redaction import hide_texts
    from constructs_lib.schemas.rules import applied

    table = tuple(rules)
    values = {name: unwrap(config.get(name)) for rule in table for name in rule.inputs}
    unknown = [name for name, value in values.items() if value is UNKNOWN]
    # Whoever writes Terraform may have marked a value as sensitive, which nobody tells a provider.
    with hide_texts():
        return [_diagnostic(rule, problem) for rule, problem in applied(table, values, unknown)]


def _diagnostic(rule: Rule, problem: Problem) -> Diagnostic:
    hint = problem.hint[:1].upper() + problem.hint[1:]
    end = "" if not hint or hint.endswith(("?", ".")) else "."
    place = f"{dotted(problem.path)}: found" if problem.path else "Found"
    detail = f"{place} {problem.found}; allowed is {problem.allowed}. {hint}".rstrip() + end
    is_error = problem.severity == "error"
    return Diagnostic(is_error, rule.title, f"{detail} [{rule.id}]", problem.path)


def is_unknown(value: object) -> bool:
    """Return True for a value that Terraform does not know yet."""
    return value is UNKNOWN
