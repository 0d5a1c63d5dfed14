"""Holds the settings of a connection against the catalogue of services, when Terraform validates.

The rules are those that run before synth, so that who writes plain Terraform learns the same. They
are loaded only when a configuration is checked: the start of the provider does not pay for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from constructs_lib.backend.plugin.diagnostics import Diagnostics, dotted
from constructs_lib.backend.plugin.values import UNKNOWN, Object, plain

if TYPE_CHECKING:
    from constructs_lib.schemas.rules import Problem

_SUMMARIES = {
    "services-file": "The file of services cannot be used",
    "unknown-service": "Unknown service",
    "destination-schema": "The destination schema is not named as the service wants it",
    "read-only-setting": "A setting that only Fivetran sets",
    "secret-in-config": "A secret in config",
    "secret-in-auth": "A secret in auth",
    "unknown-field": "Unknown setting",
    "field-type": "A setting of the wrong type",
    "field-value": "A setting with a value that is not allowed",
    "unchecked-reason": "A setting is unchecked without a reason",
    "unchecked-unneeded": "A setting is unchecked without need",
}


def check_settings(config: Object, diagnostics: Diagnostics) -> None:
    """Adds an error or a warning for each setting with which the catalogue finds fault.

    :param config: the configuration of a connection; values that Terraform does not know yet pass
    """
    from constructs_lib.schemas.rules import HCL, catalogue_rules
    from constructs_lib.schemas.shown import texts_hidden

    for rule in catalogue_rules(HCL, _is_unknown):
        if rule.about and config.get(rule.about) is None:
            continue
        inputs = {name: plain(config.get(name)) for name in rule.inputs}
        if UNKNOWN not in inputs.values():
            with texts_hidden():
                problems = list(rule.check(inputs))
            for problem in problems:
                _report(rule.id, problem, diagnostics)


def _is_unknown(value: Any) -> bool:
    return value is UNKNOWN


def _report(rule: str, problem: Problem, diagnostics: Diagnostics) -> None:
    add = diagnostics.error if problem.severity == "error" else diagnostics.warning
    hint = problem.hint[:1].upper() + problem.hint[1:]
    end = "" if not hint or hint.endswith(("?", ".")) else "."
    detail = f"{dotted(problem.path)}: found {problem.found}; allowed is {problem.allowed}. {hint}"
    add(_SUMMARIES[rule], f"{detail.rstrip()}{end} [{rule}]", problem.path)
