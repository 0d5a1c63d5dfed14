"""The checks of what is written: a setting that they refuse is left out, and stays at Fivetran.

A connection that cannot be described without that setting is not adopted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from constructs_lib.adopt.candidate import Candidate
from constructs_lib.adopt.settings import errors_of, reason_of
from constructs_lib.schemas.redaction import SECRET_PARAMETERS
from constructs_lib.validation import Finding
from constructs_lib.validation.findings import steps

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


def errors_by_name(candidates: Sequence[Candidate]) -> dict[str, list[Finding]]:
    """Return the errors of candidates by their names, as the provider would report them.

    The library ``jsonschema`` is not needed for it.
    """
    found = {each.name: list(errors_of(each.name, each.attributes)) for each in candidates}
    return {name: each for name, each in found.items() if each}
