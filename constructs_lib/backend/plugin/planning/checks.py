"""The checks of a configuration: the rules of its JSON Schema, and the rules across attributes.

They run in Terraform's validate and plan, where any value may be unknown: those are skipped. A
message says what is allowed in the words that the checks before synth use, too
(:mod:`constructs_lib.schemas.keywords`), but shows no text that was found, which may be marked as
sensitive.

The rules across attributes are the tables of :mod:`constructs_lib.schemas.rules`, which run before
synth, too: whoever writes plain Terraform gets the same messages. Both are loaded when a
configuration is checked, so that the start of the provider does not pay for them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from constructs_lib.backend.plugin.diagnostics import Diagnostic, Diagnostics, described, dotted
from constructs_lib.backend.plugin.values.value import UNKNOWN, Dynamic, Object, Value, unwrap
from constructs_lib.schemas import Attribute, Kind
from constructs_lib.schemas.redaction import may_hold_login

if TYPE_CHECKING:
    from constructs_lib.schemas.keywords import Violation
    from constructs_lib.schemas.rules import Problem, Rule


def check_schema_rules(
    attributes: dict[str, Attribute], config: Object, diagnostics: Diagnostics
) -> None:
    """Add an error for each value that violates the JSON Schema of its attribute."""
    from constructs_lib.schemas import keywords

    for name, attribute in attributes.items():
        given = config.get(name)
        value = None if given is None else _given(attribute, given)
        if value is None:
            continue
        found = list(keywords.violations(attribute.rule, value, path=(name,), passes=is_unknown))
        for violation in found:
            _add(attribute, violation, diagnostics)
        if attribute.kind is Kind.DYNAMIC and not found:
            _check_limits(attribute, value, diagnostics)


def _given(attribute: Attribute, value: Value) -> Any:
    """Return a value in JSON form, without what is null because it was left out."""
    if isinstance(value, Dynamic):
        from constructs_lib.schemas import keywords

        return keywords.without_nulls(attribute.rule, value.value)
    if attribute.kind is Kind.OBJECTS and isinstance(value, list):
        return [_of_object(attribute, item) for item in value]
    if attribute.kind in (Kind.MAP, Kind.NESTED):
        return _of_object(attribute, value)
    return value


def _of_object(attribute: Attribute, value: Value) -> Any:
    if not isinstance(value, dict):
        return value
    inside = attribute.attributes
    return {
        name: _given(inside[name], inner) if name in inside else inner
        for name, inner in value.items()
        if inner is not None
    }


def _add(attribute: Attribute, violation: Violation, diagnostics: Diagnostics) -> None:
    is_hidden = attribute.sensitive or violation.rule.get("format") == "password"
    found = "a sensitive value" if is_hidden else described(violation.value)
    if violation.keyword == "required":
        found = f"no {violation.demand}"
    hint = violation.suggestion
    if violation.keyword == "type" and attribute.kind is Kind.DYNAMIC:
        hint = "write it as { key = value }"
    detail = _sentences(f"Found {found}; allowed is {violation.allowed}", hint)
    # Terraform shows the line of the configuration that a path leads to.
    path = () if may_hold_login(violation.value) else violation.path
    diagnostics.error(f"Invalid value of {dotted(violation.path)}", detail, path)


def _check_limits(attribute: Attribute, value: Any, diagnostics: Diagnostics) -> None:
    """Add an error if a value, or the JSON text of one, is too deep or a number too long."""
    from constructs_lib.schemas import keywords

    excess = keywords.find_excess(attribute.rule, value)
    if excess is not None:
        place = dotted((attribute.name, *excess.path))
        detail = f"Found {excess.found} at {place}; allowed is {excess.allowed}."
        diagnostics.error(f"Invalid value of {attribute.name}", detail, (attribute.name,))


def _sentences(text: str, hint: str) -> str:
    """Return a text and a hint, which may be empty, as sentences."""
    if not hint:
        return f"{text}."
    end = "" if hint.endswith(("?", ".")) else "."
    return f"{text}. {hint[0].upper()}{hint[1:]}{end}"


def check_own_rules(name: str, config: Object, diagnostics: Diagnostics) -> None:
    """Add what the rules of a resource find that its schema names by ``x-rules``.

    :param name: of the schema
    :param config: as for :func:`check_rules`
    """
    from constructs_lib.schemas.rules import own_rules

    check_rules(own_rules(name), config, diagnostics)


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
    values = {name: unwrap(value) for name, value in config.items() if value is not None}
    unknown = {name for name, value in values.items() if value is UNKNOWN}
    # Whoever writes Terraform may have marked a value as sensitive, which nobody tells a provider.
    with hide_texts():
        found = list(applied(table, values, unknown))
        secret = _with_secrets(table, found, values)
        return [_diagnostic(rule, problem, secret) for rule, problem in found]


def _with_secrets(
    table: tuple[Rule, ...], found: list[tuple[Rule, Problem]], values: dict[str, Any]
) -> set[str]:
    """Return the attributes that hold a secret in clear, as a rule found or a name says.

    All settings may stand in one line, and Terraform 1.15 shows the line that a path leads to.
    """
    from constructs_lib.schemas.redaction import holds_secret
    from constructs_lib.schemas.rules import SECRET_IN

    if not found:
        return set()
    in_clear = {rule.about for rule in table if rule.id.startswith(SECRET_IN)}
    by_rule = {rule.about for rule, _ in found if rule.id.startswith(SECRET_IN)}
    return by_rule | {name for name in in_clear if holds_secret(values.get(name))}


def _diagnostic(rule: Rule, problem: Problem, secret: set[str]) -> Diagnostic:
    place = f"{dotted(problem.path)}: found" if problem.path else "Found"
    detail = _sentences(f"{place} {problem.found}; allowed is {problem.allowed}", problem.hint)
    is_error = problem.severity == "error"
    path = () if problem.path and problem.path[0] in secret else problem.path
    return Diagnostic(is_error, rule.title, f"{detail} [{rule.id}]", path)


def is_unknown(value: object) -> bool:
    """Return True for a value that Terraform does not know yet."""
    return value is UNKNOWN
