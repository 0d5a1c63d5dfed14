"""What happens beside the requests of a client: syncs that start, and states that move.

A fault asks for it (:mod:`constructs_lib.sandbox.faults`), because it must happen between two
requests that belong together. By its contract the API answers from then on as for any other sync
or state: ``syncing``, and 409 for a new state.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from constructs_lib.sandbox import clock, exact_json, routes, syncs
from constructs_lib.sandbox.answer import ApiResponse
from constructs_lib.sandbox.call import Call
from constructs_lib.sandbox.faults import Fault
from constructs_lib.sandbox.records import Connection
from constructs_lib.schemas import SERVICES_WITH_STATE

_STORED = "state_stored_differently"
_OF_A_PERSON = {"set_by": "a person", "page": 4711}
"""The state that a person sets: all of the former one is gone."""


def before(faults: Sequence[Fault], call: Call) -> None:
    """Lets happen what is to happen before a request.

    :param faults: those that strike the request
    :param call: the request; what its path names need not exist
    """
    due = [fault for fault in faults if fault.when == "before" and fault.kind != _STORED]
    _happen(due, call, routes.connection_id(call.request.path))


def after(faults: Sequence[Fault], call: Call, answer: ApiResponse) -> None:
    """Lets happen what is to happen after a request, whatever became of it.

    :param faults: those that strike the request
    :param answer: what the API has to say about the request, also if a fault hides it
    """
    due = [fault for fault in faults if fault.when == "after" and fault.kind != _STORED]
    if _is_new_state(call, answer):
        due = [fault for fault in faults if fault.kind == _STORED] + due
    _happen(due, call, routes.connection_id(call.request.path) or _created(answer))


def _happen(faults: Sequence[Fault], call: Call, identifier: str | None) -> None:
    events = [fault for fault in faults if fault.facts.event]
    found = call.tables.connection(identifier) if events and identifier else None
    if found is None:
        return
    record = call.settled(found)
    for fault in events:
        _EVENTS[fault.kind](fault, call, record)
    call.tables.update(record)


def _is_new_state(call: Call, answer: ApiResponse) -> bool:
    is_for_state = call.request.method == "PATCH" and call.request.path.endswith("/state")
    if not is_for_state or answer.status != 200:
        return False
    return isinstance(call.body().get("state"), dict)


def _created(answer: ApiResponse) -> str | None:
    data = answer.envelope.get("data")
    identifier = data.get("id") if answer.status == 201 and isinstance(data, dict) else None
    return identifier if isinstance(identifier, str) else None


def _sync_starts(_: Fault, call: Call, record: Connection) -> None:
    if record.sync is None:
        syncs.begin(record, call.now, call.sync_seconds(record.id))


def _sync_never_ends(fault: Fault, call: Call, record: Connection) -> None:
    _sync_starts(fault, call, record)
    syncs.hold(record)


def _sync_fails(fault: Fault, call: Call, record: Connection) -> None:
    _sync_starts(fault, call, record)
    syncs.let_fail(record)


def _sync_rescheduled(fault: Fault, call: Call, record: Connection) -> None:
    until = call.now + timedelta(seconds=fault.seconds)
    syncs.put_off(record, until, told=fault.until == "told")


def _state_moves(fault: Fault, call: Call, record: Connection) -> None:
    if record.service not in SERVICES_WITH_STATE:
        return
    if fault.by == "person":
        record.state = dict(_OF_A_PERSON)
    else:
        record.state = syncs.checkpoint(record.state, clock.to_text(call.now))


def _stored_differently(fault: Fault, _: Call, record: Connection) -> None:
    state = record.state or {}
    if fault.stored == "key_added":
        record.state = {**state, "version": 2}
    else:
        record.state = {key: _as_text(value) for key, value in state.items()}


def _as_text(value: Any) -> Any:
    is_number = isinstance(value, exact_json.Number) and not isinstance(value, bool)
    return str(value) if is_number else value


_EVENTS: Mapping[str, Callable[[Fault, Call, Connection], None]] = {
    "sync_starts": _sync_starts,
    "sync_never_ends": _sync_never_ends,
    "sync_fails": _sync_fails,
    "sync_rescheduled": _sync_rescheduled,
    "state_moves": _state_moves,
    _STORED: _stored_differently,
}
