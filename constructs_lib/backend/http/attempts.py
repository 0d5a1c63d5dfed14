"""Sends a request until it is answered, as :mod:`retry` allows."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Generic, TypeVar

from constructs_lib.backend.http import log, retry
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.errors import (
    BadAnswer,
    Incomplete,
    NotTheApi,
    TooManyRequests,
    VendorError,
)
from constructs_lib.backend.http.outage import Outage

AnswerT = TypeVar("AnswerT")
_EFFECT = "the change may have taken effect"


def until_answered(
    once: Callable[[], AnswerT],
    deadline: Deadline,
    *,
    repeatable: bool,
    outage: Outage,
    look: Callable[[], AnswerT | None] | None = None,
    writes: bool = False,
    doubts_429: bool = False,
) -> AnswerT:
    """Return the answer to a request.

    :param once: sends the request once
    :param deadline: the limit of the operation
    :param repeatable: True if doing the request twice is the same as doing it once
    :param outage: what all requests of this client have learned of the API
    :param look: for a write: reads, once, whether it took effect, before it is sent again; the
        answer if it did
    :param writes: True if the request changes something, for the message
    :param doubts_429: True to look after a 429, too, which may come although the request took
        effect: for what must not be done twice
    :raises VendorError: the last one, if it must not or need not be tried again
    """
    attempts = _Attempts(once, deadline, look, outage, doubts_429=doubts_429)
    return attempts.run(repeatable=repeatable, writes=writes)


class _Attempts(Generic[AnswerT]):
    """The attempts of one request."""

    def __init__(
        self,
        once: Callable[[], AnswerT],
        deadline: Deadline,
        look: Callable[[], AnswerT | None] | None,
        outage: Outage,
        *,
        doubts_429: bool,
    ) -> None:
        self._doubts_429 = doubts_429
        self._once, self._look = once, look
        self._deadline, self._outage = deadline, outage
        self._begun = time.monotonic()
        self._count = self._incomplete = 0
        self._is_open = False
        """True if an attempt may have taken effect."""
        self._was_limited = False
        """True if the last attempt was answered 429."""

    def run(self, *, repeatable: bool, writes: bool) -> AnswerT:
        while True:
            if not self._is_open:
                self._outage.check()
            self._count += 1
            begun = time.monotonic()
            try:
                answer = self._attempt()
            except VendorError as error:
                is_lost = isinstance(error, BadAnswer) and not isinstance(error, NotTheApi)
                can_look = self._look is not None and is_lost
                self._note(error)
                may_repeat = retry.may_repeat(error, repeatable=repeatable, writes=writes)
                pause = self._outage.shortened(error, retry.pause(error, self._count))
                is_over = self._outage.is_over(error, attempt=self._count, begun=begun, pause=pause)
                if writes and self._is_open:
                    # What may have taken effect is told in full, whoever tells of the outage.
                    error.outage = None
                is_over = is_over or self._incomplete >= retry.MOST_INCOMPLETE
                if is_over or not (can_look or may_repeat):
                    raise
                self._wait(error, pause, writes=writes)
            else:
                self._outage.answered()
                return answer

    def _attempt(self) -> AnswerT:
        """Send the request, unless it is seen to have taken effect already."""
        found = None
        if self._look is not None and self._is_open:
            found = self._look()
        elif self._look is not None and self._was_limited and self._doubts_429:
            found = self._glance(self._look)
        return self._once() if found is None else found

    @staticmethod
    def _glance(look: Callable[[], AnswerT | None]) -> AnswerT | None:
        """Look whether a request took effect that was answered 429, as such answers are known to
        come. If that cannot be told, the API's word that nothing was done holds.
        """
        try:
            return look()
        except VendorError as error:
            log.information(f"whether the request took effect cannot be told: {error}")
            return None

    def _note(self, error: VendorError) -> None:
        error.attempts = self._count
        self._incomplete += isinstance(error, Incomplete)
        if self._count > 1:
            passed = time.monotonic() - self._begun
            error.tried = f"It was tried {self._count} times within {passed:.0f} s."
        self._is_open = self._is_open or retry.may_have_worked(error)
        self._was_limited = isinstance(error, TooManyRequests)

    def _wait(self, error: VendorError, pause: float, *, writes: bool) -> None:
        if pause > self._deadline.remaining:
            error.tried = f"{error.tried} {self._out_of_time(error, writes=writes)}".strip()
            raise error
        until = datetime.now(timezone.utc) + timedelta(seconds=pause)
        log.warning(f"{error}; trying again in {pause:.1f} s, at {until:%H:%M:%SZ}")
        self._deadline.wait(pause, f"the next attempt after this: {error}")

    def _out_of_time(self, error: VendorError, *, writes: bool) -> str:
        """Say whose limit keeps the request from being repeated, and what that means."""
        asked, left = retry.asked(error), self._deadline.remaining
        if asked is not None and asked > left:
            words = (
                f"The API asks to wait {asked:.0f} s before the next request, and {self._deadline} "
                f"leaves {left:.0f} s."
            )
        else:
            words = f"{str(self._deadline).capitalize()} leaves no time for another attempt."
        is_open = writes and self._is_open and _EFFECT not in str(error)
        open_words = f"{_EFFECT.capitalize()}." if is_open else ""
        return " ".join(filter(None, (words, open_words, self._deadline.advice)))
