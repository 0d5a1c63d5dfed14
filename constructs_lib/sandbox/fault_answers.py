"""What a fault makes of an answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from constructs_lib.sandbox import errors
from constructs_lib.sandbox.answer import ApiRequest, ApiResponse, Delivery
from constructs_lib.sandbox.common_tables import CommonTables
from constructs_lib.sandbox.errors import ApiError
from constructs_lib.sandbox.faults import F, Fault

NOTHING = ApiResponse(0, {})
"""The answer to a request that was never looked at."""

Telling = Callable[[ApiError], ApiResponse]
"""From an error to the answer that tells of it."""

_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>"


def striking(tables: CommonTables[Any], faults: Sequence[F], request: ApiRequest) -> list[F]:
    """The faults that strike this request: all delays and events, and the first of the others.

    Every fault that concerns the request counts it.
    """
    due = [
        fault
        for position, fault in enumerate(faults)
        if fault.concerns(request.method, request.path)
        and fault.strikes(tables.count_for_fault(position))
    ]
    others = [fault for fault in due if not _goes_together(fault)]
    return [fault for fault in due if _goes_together(fault)] + others[:1]


def let_pass(faults: Sequence[Fault]) -> bool:
    """True if a request that these faults strike takes effect all the same."""
    return all(fault.facts.takes_effect for fault in faults)


def names(faults: Sequence[Fault]) -> str | None:
    """The kinds of these faults for the journal, such as ``delay, 500``; None without any."""
    return ", ".join(fault.kind for fault in faults) or None


def apply(faults: Sequence[Fault], answer: ApiResponse, told: Telling) -> ApiResponse:
    """The answer as its client gets it.

    :param told: how this API tells of a failure
    """
    for fault in faults:
        if fault.kind in _FAILURES:
            failed = told(_FAILURES[fault.kind](fault))
            answer = replace(failed, delay_seconds=answer.delay_seconds)
        elif not fault.facts.event:
            answer = _ANSWERS[fault.kind](fault, answer)
    return answer


def _goes_together(fault: Fault) -> bool:
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
