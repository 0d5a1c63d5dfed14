"""Faults: failures between a client and an API, triggered at a chosen request.

The setting ``faults`` is a list of :class:`Fault`, or of mappings with its fields::

    store.configure(faults=[{"kind": "reset_after", "method": "POST", "path": "/v1/connections"}])

Each fault counts the requests with its method and path, over all processes on one database, and
strikes from the ``nth`` on, ``times`` times. Requests to ``/_sandbox`` always work. A fault strikes
before credentials and everything else is checked. If two faults that strike the same request would
both answer it, the first in the list does; a ``delay`` and an event (a fault that changes something
else at the time of a request) combine with any other::

    # A sync begins between the pause and the new state, and the state moves before it is sent.
    store.configure(faults=[
        {"kind": "sync_starts", "method": "PATCH", "path": "/v1/connections/{id}"},
        {"kind": "state_moves", "method": "PATCH", "path": "/v1/connections/{id}/state",
         "when": "before", "by": "person"},
    ])

An event happens to the connection that the path names, or that the request created, whatever the
answer to the request. Without such a connection, nothing happens.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar, NamedTuple, TypeVar

from constructs_lib.sandbox.common import errors
from constructs_lib.sandbox.common.errors import ApiError, SandboxError
from constructs_lib.sandbox.common.messages import ApiRequest, ApiResponse, Delivery
from constructs_lib.sandbox.common.store import CommonTables


class FaultKind(NamedTuple):
    """A kind of fault."""

    takes_effect: bool
    """True if the request does what it asks for, although its client may not learn it."""
    meaning: str
    event: bool = False
    """True if something else happens at the request, which itself is answered as usual."""


FAULT_KINDS: dict[str, FaultKind] = {
    "500": FaultKind(False, "500 as JSON; nothing took effect."),
    "500_after": FaultKind(True, "500 as JSON, although the request took effect."),
    "502_html": FaultKind(False, "502 as an HTML page; nothing took effect."),
    "502_html_after": FaultKind(True, "502 as an HTML page, although the request took effect."),
    "refused": FaultKind(False, "An error that the contract names (code); nothing took effect."),
    "sync_not_stopped": FaultKind(
        False, '400 "Failed to stop in-progress sync after …"; nothing took effect.'
    ),
    "429": FaultKind(False, "429 with Retry-After: retry_after; nothing took effect."),
    "429_after": FaultKind(True, "429 with Retry-After, although the request took effect."),
    "reset_before": FaultKind(False, "The connection is reset; nothing took effect."),
    "reset_after": FaultKind(True, "The connection is reset after the request took effect."),
    "truncated_body": FaultKind(True, "The connection ends in the middle of the answer's body."),
    "invalid_json": FaultKind(True, "The answer is whole by its length, but half of the JSON."),
    "delay": FaultKind(True, "The request takes effect at once; its answer comes seconds later."),
    "sync_starts": FaultKind(
        True, "A sync begins, even of a paused connection; a running one goes on.", event=True
    ),
    "sync_never_ends": FaultKind(
        True,
        "As sync_starts; and as long as this fault is set, only a forced sync ends that one.",
        event=True,
    ),
    "sync_fails": FaultKind(
        True, "As sync_starts; and the sync that runs then ends with a failure.", event=True
    ),
    "sync_rescheduled": FaultKind(
        True,
        "A sync that runs, or is to, is put off for some seconds; until: untold hides when.",
        event=True,
    ),
    "state_moves": FaultKind(
        True, "The state changes, as by the connector or by a person (by).", event=True
    ),
    "state_stored_differently": FaultKind(
        True, "A new state is answered as sent and stored otherwise (stored).", event=True
    ),
}
"""All kinds of faults by name."""

_METHODS = ("*", "DELETE", "GET", "PATCH", "POST", "PUT")
_MAX_SECONDS = 3600.0
_CHOICES = {
    "when": ("before", "after"),
    "by": ("connector", "person"),
    "stored": ("numbers_as_text", "key_added"),
    "until": ("told", "untold"),
    "code": (400, 401, 404, 405, 406, 409, 415),
}


@dataclass(frozen=True)
class Fault:
    """A fault, and the requests that it strikes.

    :raises SandboxError: if a value is not allowed
    """

    KINDS: ClassVar[Mapping[str, FaultKind]] = FAULT_KINDS
    """The kinds that this API has."""

    kind: str
    """One of :data:`FAULT_KINDS`."""
    method: str = "*"
    """GET, POST, PATCH, PUT or DELETE; ``*`` for all."""
    path: str = "^/"
    """The path without its query: a template such as ``/v1/connections/{id}/state``, where each
    name in braces matches one part; or a regular expression, if it begins with ``^``."""
    nth: int = 1
    """The first request that it strikes, counted from 1 among those of this method and path."""
    times: int = 1
    """The number of requests that it strikes, one after the other."""
    retry_after: int | str = 1
    """For ``429``: the header ``Retry-After``, in seconds or as an HTTP date."""
    seconds: float = 1.0
    """For ``delay``: how long the answer is held back, in seconds; up to an hour. For
    ``sync_rescheduled``: after how many the sync goes on."""
    until: str = "told"
    """For ``sync_rescheduled``: ``untold`` leaves ``rescheduled_for`` out of the answers."""
    code: int = 406
    """For ``refused``: 400, 401, 404, 405, 406, 409 or 415."""
    when: str = "after"
    """For a sync that starts and a state that moves: ``before`` or ``after`` the request."""
    by: str = "connector"
    """For ``state_moves``: ``connector`` makes a checkpoint, ``person`` sets another state."""
    stored: str = "numbers_as_text"
    """For ``state_stored_differently``: ``numbers_as_text``, or ``key_added``."""

    def __post_init__(self) -> None:
        if not isinstance(self.kind, str) or self.kind not in self.KINDS:
            raise SandboxError(
                f"unknown fault {self.kind!r}; the faults are {', '.join(self.KINDS)}"
            )
        if self.method not in _METHODS:
            raise SandboxError(f"method of a fault must be one of {', '.join(_METHODS)}")
        _pattern(self.path)
        for name in ("nth", "times"):
            if type(getattr(self, name)) is not int or getattr(self, name) < 1:
                raise SandboxError(f"{name} of a fault must be a whole number, 1 or more")
        if type(self.seconds) not in (int, float) or not 0 <= self.seconds <= _MAX_SECONDS:
            raise SandboxError("seconds of a fault must be a number, 0 to 3600")
        if type(self.retry_after) not in (int, str) or not str(self.retry_after).isprintable():
            raise SandboxError("retry_after of a fault must be whole seconds or an HTTP date")
        for name, allowed in _CHOICES.items():
            if getattr(self, name) not in allowed:
                choices = " or ".join(map(str, allowed))
                raise SandboxError(f"{name} of a fault must be {choices}")

    @property
    def facts(self) -> FaultKind:
        """The effect of its kind."""
        return self.KINDS[self.kind]

    def concerns(self, method: str, path: str) -> bool:
        """Return whether the fault counts requests with this method and path."""
        return self.method in ("*", method) and bool(_pattern(self.path).search(path))

    def strikes(self, count: int) -> bool:
        """Return whether the fault strikes the request with this number of those that it counts."""
        return self.nth <= count < self.nth + self.times


F = TypeVar("F", bound=Fault)


def checked_faults(values: Any, fault_type: type[F]) -> tuple[F, ...]:
    """Check the setting ``faults`` and return it as faults.

    :param fault_type: the faults of this API
    :raises SandboxError: if it is wrong
    """
    if not isinstance(values, Sequence) or isinstance(values, str):
        raise SandboxError("faults must be a list")
    return tuple(_fault(value, fault_type) for value in values)


def _fault(value: Any, fault_type: type[F]) -> F:
    if isinstance(value, fault_type):
        return value
    known = [field.name for field in fields(fault_type)]
    if not isinstance(value, Mapping) or "kind" not in value or set(value) - set(known):
        raise SandboxError(f"a fault must have kind, and may have {', '.join(known[1:])}")
    return fault_type(**value)


def _pattern(path: Any) -> re.Pattern[str]:
    if not isinstance(path, str) or not path.startswith(("/", "^")):
        raise SandboxError("path of a fault must begin with / or, as a regular expression, with ^")
    try:
        return re.compile(path if path.startswith("^") else _template(path))
    except re.error as error:
        raise SandboxError(f"path of a fault is not a regular expression: {error}") from None


def _template(path: str) -> str:
    literal = re.split(r"\{\w+\}", path)
    return f"^{'[^/]+'.join(re.escape(part) for part in literal)}\\Z"


NO_ANSWER = ApiResponse(0, {})
"""The answer to a request that a fault dropped before the API saw it."""

ErrorAnswer = Callable[[ApiError], ApiResponse]
"""A function that turns an error into an answer."""

_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>"


def faults_striking(tables: CommonTables[Any], faults: Sequence[F], request: ApiRequest) -> list[F]:
    """Return the faults that strike this request: all delays and events, and the first other one.

    Every fault that concerns the request counts it.
    """
    due = [
        fault
        for position, fault in enumerate(faults)
        if fault.concerns(request.method, request.path)
        and fault.strikes(tables.count_for_fault(position))
    ]
    others = [fault for fault in due if not _combines(fault)]
    return [fault for fault in due if _combines(fault)] + others[:1]


def takes_effect(faults: Sequence[Fault]) -> bool:
    """Return whether a request takes effect although these faults strike it."""
    return all(fault.facts.takes_effect for fault in faults)


def kinds_of(faults: Sequence[Fault]) -> str | None:
    """Return the kinds of these faults for the journal, such as ``delay, 500``; None for none."""
    return ", ".join(fault.kind for fault in faults) or None


def apply_faults(
    faults: Sequence[Fault], answer: ApiResponse, error_answer: ErrorAnswer
) -> ApiResponse:
    """Return the answer as its client gets it.

    :param error_answer: how this API answers an error
    """
    for fault in faults:
        if fault.kind in _FAILURES:
            failed = error_answer(_FAILURES[fault.kind](fault))
            answer = replace(failed, delay_seconds=answer.delay_seconds)
        elif not fault.facts.event:
            answer = _ANSWERS[fault.kind](fault, answer)
    return answer


def _combines(fault: Fault) -> bool:
    return fault.kind == "delay" or fault.facts.event


def _html(_: Fault, answer: ApiResponse) -> ApiResponse:
    headers = {"Content-Type": "text/html"}
    return ApiResponse(502, {}, headers, raw=_PAGE, delay_seconds=answer.delay_seconds)


def _reset(_: Fault, answer: ApiResponse) -> ApiResponse:
    return replace(answer, delivery=Delivery.RESET)


def _truncated(_: Fault, answer: ApiResponse) -> ApiResponse:
    return replace(answer, delivery=Delivery.TRUNCATED)


def _half(_: Fault, answer: ApiResponse) -> ApiResponse:
    return replace(answer, raw=answer.content[: len(answer.content) // 2])


def _delayed(fault: Fault, answer: ApiResponse) -> ApiResponse:
    return replace(answer, delay_seconds=answer.delay_seconds + fault.seconds)


_FAILURES: Mapping[str, Callable[[Fault], ApiError]] = {
    "refused": lambda fault: errors.refused(fault.code),
    "sync_not_stopped": lambda _: errors.sync_not_stopped(),
    "500": lambda _: errors.internal(),
    "500_after": lambda _: errors.internal(),
    "429": lambda fault: errors.too_many_requests(fault.retry_after),
    "429_after": lambda fault: errors.too_many_requests(fault.retry_after),
}
_ANSWERS: Mapping[str, Callable[[Fault, ApiResponse], ApiResponse]] = {
    "502_html": _html,
    "502_html_after": _html,
    "reset_before": _reset,
    "reset_after": _reset,
    "truncated_body": _truncated,
    "invalid_json": _half,
    "delay": _delayed,
}
