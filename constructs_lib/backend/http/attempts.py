"""Sends a request until it is answered, as :mod:`retry` allows."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import TypeVar

from constructs_lib.backend.http import log, retry
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.errors import BadAnswer, NotTheApi, VendorError

AnswerT = TypeVar("AnswerT")


def until_answered(
    once: Callable[[], AnswerT],
    deadline: Deadline,
    *,
    repeatable: bool,
    look: Callable[[], AnswerT | None] | None = None,
) -> AnswerT:
    """The answer to a request.

    :param once: sends the request once
    :param deadline: the limit of the operation
    :param repeatable: True if doing the request twice is the same as doing it once
    :param look: for a write: reads, once, whether it took effect, before it is sent again; the
        answer if it did
    :raises VendorError: the last one, if it must not or need not be tried again
    """
    begun, is_open = time.monotonic(), False
    for attempt in range(1, retry.ATTEMPTS + 1):
        try:
            found = look() if look is not None and is_open else None
            return once() if found is None else found
        except VendorError as error:
            if attempt > 1:
                passed = time.monotonic() - begun
                error.tried = f"It was tried {attempt} times within {passed:.0f} s."
            is_open = is_open or retry.may_have_worked(error)
            is_lost = isinstance(error, BadAnswer) and not isinstance(error, NotTheApi)
            can_look = look is not None and is_lost
            repeats = can_look or retry.may_repeat(error, repeatable=repeatable)
            if attempt == retry.ATTEMPTS or not repeats:
                raise
            _wait(error, retry.pause(error, attempt), deadline)
    raise AssertionError("the loop above returns or raises")


def _wait(error: VendorError, pause: float, deadline: Deadline) -> None:
    if pause > min(deadline.remaining, retry.LONGEST_ASKED):
        longest = min(deadline.remaining, retry.LONGEST_ASKED)
        words = f"The API wants {pause:.0f} s to pass first, and at most {longest:.0f} s may."
        error.tried = f"{error.tried} {words}".strip()
        raise error
    until = datetime.now(timezone.utc) + timedelta(seconds=pause)
    log.warning(f"{error}; trying again in {pause:.1f} s, at {until:%H:%M:%SZ}")
    deadline.wait(pause, "the API")
