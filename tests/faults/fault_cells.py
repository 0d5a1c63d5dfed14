"""The cells of the matrix: which faults strike which step of an operation, and for how long."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, NamedTuple

from constructs_lib.sandbox import FAULT_KINDS, Fault, JournalEntry

_CHOICES: dict[str, list[dict[str, Any]]] = {
    "429": [{}, {"retry_after": 3600}, {"retry_after": "Tue, 31 Dec 2999 23:59:59 GMT"}],
    "sync_fails": [{"when": "before"}, {"when": "after"}],
    # The second comes later than the provider waits for an answer.
    "delay": [{}, {"seconds": 90.0}],
    "sync_rescheduled": [{}, {"until": "untold"}],
    "sync_starts": [{"when": "before"}, {"when": "after"}],
    "sync_never_ends": [{"when": "before"}, {"when": "after"}],
    "state_moves": [
        {"when": when, "by": by} for when in ("before", "after") for by in ("connector", "person")
    ],
    "state_stored_differently": [{"stored": "numbers_as_text"}, {"stored": "key_added"}],
}
LENGTHS = {"once": 1, "three times": 3, "to the end": 10**6}
"""How many requests a fault strikes; all are over when the run of Terraform has ended."""
_CHOSEN = LENGTHS if os.environ.get("FAULT_LENGTHS") == "all" else ("once", "to the end")
OF_THE_MATRIX = {length: times for length, times in LENGTHS.items() if length in _CHOSEN}
"""The lengths that the matrix tries: with all other tests only the shortest and the longest."""
_IN_TURN = list(OF_THE_MATRIX)
FORMS = {
    kind: [Fault(kind, **choice) for choice in _CHOICES.get(kind, [{}])] for kind in FAULT_KINDS
}
"""Each kind of fault, with each of the forms that it may take."""
VARIANTS = [form for forms in FORMS.values() for form in forms]
"""The forms of all kinds."""
_ALL_FORMS = os.environ.get("FAULT_FORMS") == "all"
_KINDS = list(FORMS)
SHARED = ("change a state", "enforce a state", "restore a state")
"""The operations that send the same requests, for different reasons."""


class Step(NamedTuple):
    """One request of an operation: the n-th of its method and path."""

    method: str
    path: str
    """With ``{id}`` in place of the identifier."""
    nth: int

    def __str__(self) -> str:
        return f"{self.method} {self.path} ({self.nth})"


def steps(journal: Iterable[JournalEntry]) -> list[Step]:
    """The steps of an operation, as the journal of an untroubled run tells them."""
    found: list[Step] = []
    for entry in journal:
        path = re.sub(r"^(/v1/connections/)[^/]+", r"\1{id}", entry.path)
        same = [step for step in found if step[:2] == (entry.method, path)]
        found.append(Step(entry.method, path, len(same) + 1))
    return found


def forms_at(step: int, kind: str) -> list[Fault]:
    """Return the forms of a kind of fault that the matrix tries at a step.

    With all other tests each step has one of them, in turn, so that each kind strikes each step; a
    handler of errors does not tell the forms of a kind from each other by the step.

    :param step: the number of the step in its operation, from 0
    """
    forms = FORMS[kind]
    return forms if _ALL_FORMS else [forms[step % len(forms)]]


def is_tried(operation: str, step: int, kind: str) -> bool:
    """Return whether the matrix tries a kind of fault at a step of an operation.

    With all other tests the operations of ``SHARED`` have the kinds in turn, so that each kind
    strikes each step of one of them.

    :param step: the number of the step in its operation, from 0
    """
    if _ALL_FORMS or operation not in SHARED:
        return True
    return SHARED[(step + _KINDS.index(kind)) % len(SHARED)] == operation


def lengths_at(step: int, variant: Fault, method: str) -> dict[str, int]:
    """Return the lengths that the matrix tries at a step, by their names.

    With all other tests a read has one of them, in turn by the step and by the kind, and a write
    has all. So each kind strikes each read. Most kinds come in pairs that nobody can tell apart
    after a read, because it changes nothing, such as ``500`` and ``500_after``; one of a pair
    strikes the read once, the other to the end.

    :param step: the number of the step in its operation, from 0
    :param method: the method of its request
    """
    if _ALL_FORMS or method != "GET":
        return OF_THE_MATRIX
    turn = step // len(FORMS[variant.kind]) + _KINDS.index(variant.kind)
    name = _IN_TURN[turn % len(_IN_TURN)]
    return {name: OF_THE_MATRIX[name]}


def at(step: Step, variant: Fault, times: int) -> Fault:
    """The fault that strikes at a step."""
    return replace(variant, **step._asdict(), times=times)


def name(fault: Fault) -> str:
    """A fault in words, without where it strikes."""
    choices = _CHOICES.get(fault.kind, [{}])
    names = sorted({key for choice in choices for key in choice})
    return " ".join([fault.kind, *(str(getattr(fault, key)) for key in names)])


def reached(journal: Iterable[JournalEntry], fault: Fault) -> int:
    """How many requests of a run a fault could have struck, if it lasted."""
    concerned = sum(fault.concerns(entry.method, entry.path) for entry in journal)
    return max(0, concerned - fault.nth + 1)
