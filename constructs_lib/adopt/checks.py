"""The checks of what is written: a setting that they refuse is left out, and stays at Fivetran.

A connection that cannot be described without that setting is not adopted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from constructs_lib import schemas
from constructs_lib.adopt.candidate import Candidate
from constructs_lib.adopt.description import Variable
from constructs_lib.adopt.settings import errors_of, reason_of
from constructs_lib.schemas import Field
from constructs_lib.schemas.redaction import (
    HIDDEN,
    SECRET_PARAMETERS,
    display,
    is_secret_setting,
)
from constructs_lib.schemas.rules.secrets import is_beside_secret
from constructs_lib.validation import ConstructPlace, Finding
from constructs_lib.validation.findings import Path, pointer, steps

_ROUNDS = 10
_WITH_KEYS = ("config", *sorted(SECRET_PARAMETERS))
_NEVER_LEFT_OUT = ("import_id", "service", "group_id", "config", "")
CandidateT = TypeVar("CandidateT", bound=Candidate)


def without_refused(
    candidates: Sequence[CandidateT],
    find_errors: Callable[[Sequence[CandidateT]], Mapping[str, Sequence[Finding]]],
) -> list[CandidateT]:
    """Return the candidates that can be adopted, each without the settings that checks refuse.

    The other candidates get the reason why they cannot. The checks are repeated until they find
    nothing, because one mistake may hide another.

    :param find_errors: returns the errors of candidates by their names, with pointers from the top
        of the attributes; a name without errors is not there
    """
    accepted = list(candidates)
    for chance in reversed(range(_ROUNDS)):
        found = find_errors(accepted) if accepted else {}
        for candidate in accepted:
            for finding in found.get(candidate.name, ()):
                if chance:
                    _apply(finding, candidate)
                else:
                    candidate.refused = reason_of(finding)
        accepted = [each for each in accepted if not each.refused]
        if not found:
            break
    return accepted


def _apply(finding: Finding, candidate: Candidate) -> None:
    attribute, key = [*steps(finding.pointer)[:2], "", ""][:2]
    reason = reason_of(finding)
    if attribute in _WITH_KEYS and key:
        setting = f"config.{key}"
        is_left_out = candidate.leave_out(attribute, key, reason)
    else:
        setting = attribute
        is_optional = attribute not in _NEVER_LEFT_OUT
        is_left_out = is_optional and candidate.leave_out(attribute, None, reason)
    if not is_left_out and setting not in candidate.left_out:
        candidate.refused = reason


def errors_by_name(
    candidates: Sequence[Candidate], *, in_settings_file: bool = False
) -> dict[str, list[Finding]]:
    """Return the errors of candidates by their names. The library ``jsonschema`` is not needed.

    :param in_settings_file: True for what a settings file reads as something else, too
    """
    found = {
        each.name: [*(_of_settings_file(each) if in_settings_file else ()), *_errors(each)]
        for each in candidates
    }
    return {name: each for name, each in found.items() if each}


def _of_settings_file(candidate: Candidate) -> Iterator[Finding]:
    place = ConstructPlace(candidate.name)
    for path, value in _leaves(candidate.attributes, ()):
        if isinstance(value, Mapping):
            allowed = "a variable inside secrets, inside auth_secrets, or as a provider credential"
            found = f"the variable {display(value['variable'])}"
            yield Finding("variable-place", "error", place, pointer(path), found, allowed)
        elif _is_literal(value, path) and not is_beside_secret(candidate.found.service, path[1:]):
            allowed = "a variable; secrets are never written into a file"
            yield Finding("secret-in-file", "error", place, pointer(path), HIDDEN, allowed)


def _leaves(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """Yield single secrets, and the mappings that a settings file takes for a variable."""
    if isinstance(value, Mapping) and not _looks_like_variable(value):
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _leaves(inner, (*path, index))
    elif isinstance(value, Mapping) or path[0] in SECRET_PARAMETERS:
        yield path, value


def _looks_like_variable(value: Mapping[str, Any]) -> bool:
    return "variable" in value and value.keys() <= {"variable", "unset"}


def _is_literal(value: Any, path: Path) -> bool:
    is_empty_item = value == "" and any(isinstance(step, int) for step in path)
    return not (value is None or is_empty_item or _is_variable(value))


def _errors(candidate: Candidate) -> Iterator[Finding]:
    place = ConstructPlace(candidate.name)
    yield from errors_of(candidate.name, candidate.attributes)
    facts = schemas.service(candidate.found.service)
    fields = facts.config if facts else {}
    for path in _named_like_secrets(candidate.attributes["config"], fields, ("config",)):
        allowed = (
            "no setting in clear text that has the name of a secret and is not in the catalogue"
        )
        yield Finding("secret-in-config", "error", place, pointer(path), HIDDEN, allowed)


def _named_like_secrets(value: Any, fields: Mapping[str, Field], path: Path) -> Iterator[Path]:
    """Yield where a text that the catalogue does not know has the name of a secret.

    The API masks secrets, but of what is new to the catalogue nobody can say.
    """
    for key, inner in value.items() if isinstance(value, Mapping) else ():
        field = fields.get(key)
        if field is None and is_secret_setting(key) and _holds_text(inner):
            yield (*path, key)
        else:
            item = field.item if field and field.item else field
            for each in inner if isinstance(inner, list) else [inner]:
                yield from _named_like_secrets(each, item.fields if item else {}, (*path, key))


def _holds_text(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(map(_holds_text, value.values()))
    return any(map(_holds_text, value)) if isinstance(value, list) else isinstance(value, str)


def _is_variable(value: Any) -> bool:
    return isinstance(value, Variable)
