"""Holds the entries of adopted connections against all checks before they are written.

What the checks refuse is left out of an entry, and stays as it is at Fivetran; a connection that
cannot be described without it is not adopted.
"""

from __future__ import annotations

from collections.abc import Sequence

from constructs_lib.schemas.shown import SECRET_PARAMETERS
from constructs_lib.validation import Finding
from constructs_lib.validation.pointers import steps
from stacks.adopt_entry import Candidate
from stacks.adopt_known import Surroundings
from stacks.settings_insert import InsertError, with_entries

_ROUNDS = 10
_WITH_KEYS = ("config", *sorted(SECRET_PARAMETERS))


def settle(candidates: Sequence[Candidate], surroundings: Surroundings) -> list[Candidate]:
    """The candidates that can be adopted, each as far as it can be described.

    The others get the reason why they cannot. The checks are those of the synth, of the whole
    environment; they are repeated until they find nothing, because one mistake may hide another.

    :raises InsertError: if the file cannot take entries at all
    """
    left = list(candidates)
    for chance in reversed(range(_ROUNDS)):
        found = _found(left, surroundings) if left else {}
        for candidate in left:
            for finding in found.get(candidate.name, ()):
                if chance:
                    _apply(finding, candidate)
                else:
                    candidate.refused = _reason(finding)
        left = [each for each in left if not each.refused]
        if not found:
            break
    return left


def _found(candidates: Sequence[Candidate], surroundings: Surroundings) -> dict[str, list[Finding]]:
    content = with_entries(surroundings.file, {each.name: each.text for each in candidates})
    found: dict[str, list[Finding]] = {each.name: [] for each in candidates}
    for finding in surroundings.errors_with(content):
        name = _connection(finding)
        if name not in found:
            raise InsertError(f"the file cannot take the entries. {_reason(finding)}")
        found[name].append(finding)
    return {name: each for name, each in found.items() if each}


def _connection(finding: Finding) -> str:
    path = steps(finding.pointer)
    return path[1] if len(path) > 1 and path[0] == "connections" else ""


def _apply(finding: Finding, candidate: Candidate) -> None:
    attribute, key = [*steps(finding.pointer)[2:4], "", ""][:2]
    if attribute in _WITH_KEYS and key:
        setting = f"config.{key}"
        is_gone = candidate.leave_out(attribute, key, _reason(finding))
    else:
        setting = attribute
        is_free = attribute not in ("import_id", "service", "group_id", "config", "")
        is_gone = is_free and candidate.leave_out(attribute, None, _reason(finding))
    if not is_gone and setting not in candidate.left:
        candidate.refused = _reason(finding)


def _reason(finding: Finding) -> str:
    found, allowed = " ".join(finding.found.split()), " ".join(finding.allowed.split())
    return f"Found {found}; allowed is {allowed} [{finding.rule}]"
