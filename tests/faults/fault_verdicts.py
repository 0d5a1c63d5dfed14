"""What became of an operation that a fault struck."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from fault_operations import STATE, TRUST, Operation
from fault_stand import Stand
from fault_tally import (
    AT_ONCE,
    BROKEN,
    FORGOTTEN,
    LATER,
    LEFT_PAUSED,
    LOST,
    NOT_BEGUN,
    NOT_FOLLOWED,
    REFUSED,
    SURVIVED,
    TWICE,
    UNCLEAR,
    UNSETTLED,
    WRONG_STATE,
)
from terraform_core import ProviderRefused

from constructs_lib.sandbox import Fault, JournalEntry

MOVING = ("state_moves", "sync_starts", "sync_never_ends", "sync_rescheduled")
"""The faults after which a connector has moved its state, or a person has."""
_BY_THE_CONNECTOR = ("cursor", "checkpoint")
_BY_A_PERSON = "set_by"


class Verdict(NamedTuple):
    """What became of one run, and the messages that tell why."""

    name: str
    story: list[str]
    requests: list[JournalEntry]
    """What was asked while the faults could strike."""

    @property
    def is_survived(self) -> bool:
        """True if nothing is lost."""
        return self.name in SURVIVED


def run_with(stand: Stand, *faults: Fault) -> Verdict:
    """Runs the operation of a stand while faults strike, then again without them."""
    before = stand.outside()
    stand.world.fail(*faults)
    requests: list[JournalEntry] = []
    try:
        story = _errors_of(stand)
        requests += stand.world.store.journal()
        begun = stand.begun()
        stand.end_of_trouble()
        is_unchanged = stand.outside() == before and begun == 0
        name = _settled(stand, story, is_unchanged=is_unchanged)
    except AssertionError as broken:
        return Verdict(BROKEN, [str(broken)], requests)
    kinds = {fault.kind for fault in faults}
    wrong = _wrong(stand, kinds) or _wrong_sync(stand, begun, kinds)
    return Verdict(wrong or name, story, requests)


def _errors_of(stand: Stand) -> list[str]:
    try:
        stand.run()
    except ProviderRefused as refused:
        return [str(refused)]
    return []


def _settled(stand: Stand, story: list[str], *, is_unchanged: bool) -> str:
    if not story and stand.subject.is_settled():
        return AT_ONCE
    was_refused = bool(story) and is_unchanged
    if not stand.subject.settle(story):
        return UNSETTLED
    return REFUSED if was_refused else LATER


def _wrong(stand: Stand, kinds: set[str]) -> str | None:
    """What must not be, if something is."""
    if stand.is_lost():
        return LOST
    connection = stand.connection()
    if connection is not None and connection.paused != stand.was_paused:
        return LEFT_PAUSED
    if stand.operation.resource == STATE and not _is_right_state(stand, kinds):
        return WRONG_STATE
    if stand.operation.resource in TRUST and not _is_right_trust(stand):
        return WRONG_STATE
    if not kinds & set(MOVING) and stand.forgot_what_was_before():
        return FORGOTTEN
    if stand.leaks() or any(map(is_unclear, stand.core.said)):
        return UNCLEAR
    return None


def _wrong_sync(stand: Stand, begun: int, kinds: set[str]) -> str | None:
    """What must not become of a sync that is to begin, if it did.

    :param begun: how many the first run began
    """
    if stand.operation.begins is None:
        return None
    # Nothing tells whether a forced sync began where one ran already. After a 429 the API's word
    # that it did not holds; forced once more it only starts anew.
    may_begin_twice = stand.operation.name == "force a running sync" and "429_after" in kinds
    if begun > 1 and not may_begin_twice:
        return TWICE
    if stand.begun() == 0:
        return NOT_BEGUN
    return NOT_FOLLOWED if stand.lost_sight() else None


def is_unclear(text: str) -> bool:
    """True if a message does not say what is wrong, or says it to the provider's authors."""
    summary, _, detail = text.partition(": ")
    is_technical = re.search(r"\bbug\b|Traceback|object at 0x", text) is not None
    return is_technical or not summary or len(detail) < len("Run it again.")


def _is_right_state(stand: Stand, kinds: set[str]) -> bool:
    """True if the state is what is wanted, or what became of that by itself afterwards."""
    connection = stand.connection()
    found = connection.state if connection else None
    if found == stand.operation.leaves:
        return True
    if found is None or _is_enforced(stand.operation):
        return False
    if kinds & set(MOVING):
        # What no sync explains is somebody's work, which a destruction leaves and tells of.
        was_left = any("previous state is not restored" in one for one in stand.core.said)
        return was_left or is_moved(stand.operation.leaves or {}, found)
    # A state that is restored is not compared a second time: the resource is gone.
    return "state_stored_differently" in kinds and any("differs" in one for one in stand.core.said)


def _is_right_trust(stand: Stand) -> bool:
    """True if exactly what is wanted is approved."""
    connection = stand.connection()
    kind = TRUST[stand.operation.resource]
    approved = connection.approved.get(kind.segment, []) if connection else []
    return {item["hash"] for item in approved} == (stand.operation.leaves or {}).keys()


def is_moved(state: dict[str, Any], found: dict[str, Any]) -> bool:
    """True if a state is what a connector, or a person, made of another one."""
    kept = {key: value for key, value in found.items() if key not in _BY_THE_CONNECTOR}
    return kept == state or _BY_A_PERSON in found


def _is_enforced(operation: Operation) -> bool:
    return operation.wanted.get("drift_policy") == "enforce"
