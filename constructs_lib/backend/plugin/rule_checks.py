"""The rules across attributes, applied when Terraform validates and plans.

They are the tables of :mod:`constructs_lib.schemas.rules` that run before synth, too, so that who
writes plain Terraform learns the same. They are loaded only when a configuration is checked: the
start of the provider does not pay for them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from constructs_lib.backend.plugin.diagnostics import Diagnostic, Diagnostics, dotted
from constructs_lib.backend.plugin.values import UNKNOWN, Object, plain

if TYPE_CHECKING:
    from constructs_lib.schemas.rules import Problem, Rule


def check_rules(rules: Iterable[Rule], config: Object, diagnostics: Diagnostics) -> None:
    """Add an error or a warning for each problem that the rules of a table find.

    :param config: the configuration; a rule that reads a value which Terraform does not know yet is
        not applied
    """
    for found in problems(rules, config):
        add = diagnostics.error if found.is_error else diagnostics.warning
        add(found.summary, found.detail, found.path)


def problems(rules: Iterable[Rule], config: Object) -> list[Diagnostic]:
    """Return what the rules of a table find, in the words of Terraform's messages.

    :param config: as for :func:`check_rules`
    """
    from constructs_lib.schemas.rules import applied
    from constructs_lib.schemas.shown import texts_hidden

    table = tuple(rules)
    values = {name: plain(config.get(name)) for rule in table for name in rule.inputs}
    unknown = [name for name, value in values.items() if value is UNKNOWN]
    # Whoever writes Terraform may have marked a value as sensitive, which nobody tells a provider.
    with texts_hidden():
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
