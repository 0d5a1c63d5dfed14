"""Send a request until it is answered, as far as it may be repeated and the API is in reach.

Every resource asks the API by itself, and all would wait, and fail, for the same reason: nothing
can be connected, the credentials are wrong, something else answers. As long as the API has not
answered once in this process, the first request that finds out declares an outage; all others fail
at once with the same cause, and only one of them reports it. After the first proper answer every
failure counts as passing.

Which requests are repeated, and after how long, is decided here and nowhere else. A request may be
repeated if doing it twice is the same as doing it once. GET, DELETE and a PATCH with absolute
values are; a creation is not, and is repeated only if the API certainly did not do it: the
connection was refused, or the answer was 429 or 425. Before a PATCH is repeated that may have
worked, its object is read: see ``check_effect``.

==========================  ====================================================================
how it failed               whether it is repeated
==========================  ====================================================================
429, 425                    always: the API did not do it
408, 5xx                    if it is repeatable
no connection was made      always, as long as that may pass (:class:`Outage` says how long)
the connection broke off,   if it is repeatable
no answer in time
200 with HTML, half of the  if it is repeatable: as passing as a 503, once the API has answered at
JSON, or nothing            all; before that, three times (:class:`Outage`)
an error status that        if it is a read; in the same way
something else answered
a success of the API that   three times, if it is repeatable
lacks what it promises
any other answer            never
==========================  ====================================================================

=====================  =========================================================================
what bounds the time   by how much
=====================  =========================================================================
one exchange           ``request_timeout`` of the provider (its default is the vendor's), from the
                       look-up of the host to the last byte; never beyond the time limit
one pause              exponential with jitter, 0.5 s to 30 s, and at least what ``Retry-After``
                       asks for
the whole operation    ``timeouts`` of the resource: there is no other limit of attempts
=====================  =========================================================================
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Generic, TypeVar

from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.errors import (
    ApiError,
    ForeignResponse,
    IncompleteResponse,
    InvalidResponse,
    NoResponse,
    NotFound,
    TooManyRequests,
    VendorError,
)
from constructs_lib.backend.plugin import log

_FIRST_PAUSE = 0.5
_LONGEST_BACKOFF = 30.0
MAX_INCOMPLETE = 3
"""How often a request is sent of which the API's own answers lack what its contract promises."""
_DONE_BY_NOBODY = (425, 429)
"""The API refuses the request before it looks at it: too early, too many."""
_PASSING = (408,)
"""The API, or a gateway, waited too long for the request itself."""


def may_repeat(error: VendorError, *, idempotent: bool, writes: bool = False) -> bool:
    """Return True if the request that failed may be sent again.

    :param error: how it failed
    :param idempotent: True if doing the request twice is the same as doing it once
    :param writes: True if it changes something
    """
    if isinstance(error, NoResponse):
        return error.passing and (idempotent or not error.sent)
    if isinstance(error, ApiError) and error.status in _DONE_BY_NOBODY:
        return True
    if is_foreign_response(error):
        # Nothing took effect where something else answered, so a write needs no second attempt.
        is_final = isinstance(error, ForeignResponse) and writes
        return idempotent and not is_final and getattr(error, "passing", True)
    return isinstance(error, ApiError) and idempotent and _is_passing(error.status)


def may_have_taken_effect(error: VendorError) -> bool:
    """Return True if the request may have taken effect although it failed."""
    if isinstance(error, NoResponse):
        return error.sent
    if isinstance(error, ForeignResponse):
        return False
    if isinstance(error, ApiError):
        # A status of success with an error code in the envelope is a contradiction.
        return _is_passing(error.status) or error.status < 400
    return isinstance(error, InvalidResponse)


def is_foreign_response(error: VendorError) -> bool:
    """Return True for an answer that came from something else than the API, or half of it."""
    return isinstance(error, InvalidResponse)


def _is_passing(status: int) -> bool:
    return status >= 500 or status in _PASSING


def is_unclear(status: int) -> bool:
    """Return True if an answer says that nothing was done, and is known to come although it was."""
    return status in (408, 425, 429) or status >= 500


def backoff(error: VendorError, attempt: int) -> float:
    """Return the seconds to wait before the next attempt: exponential with jitter, and at least
    what the API asks for.

    :param error: how the last attempt failed
    :param attempt: 1 after the first attempt
    """
    # The exponent is bounded, because a float is: an operation of hours has many attempts.
    ceiling = min(_LONGEST_BACKOFF, _FIRST_PAUSE * 2.0 ** min(attempt - 1, 16))
    chosen = ceiling * random.uniform(0.5, 1.0)  # noqa: S311 - jitter is no secret.
    return max(requested_wait(error) or 0.0, chosen)


def requested_wait(error: VendorError) -> float | None:
    """Return the seconds that the API asks us to wait; None if it does not say."""
    return error.retry_after if isinstance(error, ApiError) else None


_PATIENCE = 8.0
"""Seconds for which a first connection is tried. With a last attempt that is not answered at all, a
command fails within 15 s."""
_LONGEST_PAUSE = 2.0
"""The longest pause between two attempts meanwhile, so that all that wait soon learn of it."""
_MAX_ANSWERS = 3
"""How often a request is sent of which each answer is somebody else's."""
_UNAUTHORIZED, _NOT_FOUND = 401, 404
AnswerT = TypeVar("AnswerT")
_EFFECT = "the change may have taken effect"


class ApiUnreachable(VendorError):
    """Another request found the API out of reach; this one was not sent.

    :param cause: how the other one failed
    """

    def __init__(self, cause: VendorError, outage: Outage) -> None:
        self.cause, self.outage = cause, outage
        self.remedy, self.tried = cause.remedy, cause.tried
        super().__init__(str(cause))


class Outage:
    """Whether the API of one client has answered, or was found to be out of reach."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._has_answered = self._is_reported = False
        self._cause: VendorError | None = None
        self._since = self._last = float("-inf")
        """When the first of the attempts began that could not be connected, and when the last
        ended."""

    def check(self) -> None:
        """Check that the API was not found to be out of reach.

        :raises ApiUnreachable: if it was, so that no request need be sent
        """
        with self._lock:
            if self._cause is not None:
                raise ApiUnreachable(self._cause, self)

    def answered(self) -> None:
        """Note that the API has given a proper answer, which ends an outage that was declared."""
        with self._lock:
            self._has_answered, self._cause = True, None

    def shortened(self, error: VendorError, pause: float) -> float:
        """Return the pause before the next attempt, which is short as long as nothing answers."""
        with self._lock:
            is_first = not self._has_answered and _is_unconnected(error)
        return min(pause, _LONGEST_PAUSE) if is_first else pause

    def is_over(self, error: VendorError, *, attempt: int, begun: float, pause: float) -> bool:
        """Learn from a failed attempt; return True if no other one is worth while.

        :param error: how it failed
        :param attempt: 1 for the first attempt of its request
        :param begun: when that began, by :func:`time.monotonic`
        :param pause: seconds before the next attempt
        """
        with self._lock:
            if self._has_answered or _is_the_apis_own(error):
                self._has_answered, self._cause = True, None
                return False
            if self._cause is None and not self._is_hopeless(error, attempt, begun, pause):
                return False
            self._cause = self._cause or error
            error.outage = self
            return True

    def claim(self) -> bool:
        """Return True for the first who is about to report the outage, who then must do so."""
        with self._lock:
            is_first, self._is_reported = not self._is_reported, True
            return is_first

    def _is_hopeless(self, error: VendorError, attempt: int, begun: float, pause: float) -> bool:
        if isinstance(error, ApiError) and error.status == _UNAUTHORIZED:
            return True
        if is_foreign_response(error):
            return attempt >= _MAX_ANSWERS
        if not _is_unconnected(error):
            return False
        # A failure long ago, which ended by a limit of its own, says nothing about now.
        self._since = begun if begun - self._last > _PATIENCE else min(self._since, begun)
        self._last = time.monotonic()
        is_passing = isinstance(error, NoResponse) and error.passing
        return not is_passing or self._last + pause - self._since > _PATIENCE


def _is_unconnected(error: VendorError) -> bool:
    return isinstance(error, NoResponse) and not error.sent


def _is_the_apis_own(error: VendorError) -> bool:
    """Return True for an answer in the API's own form, to somebody whom it knows."""
    if isinstance(error, IncompleteResponse):
        return True
    if not isinstance(error, ApiError) or not error.code or error.status == _UNAUTHORIZED:
        return False
    return error.status != _NOT_FOUND or isinstance(error, NotFound)


def send_with_retries(
    once: Callable[[], AnswerT],
    deadline: Deadline,
    *,
    idempotent: bool,
    outage: Outage,
    check_effect: Callable[[], AnswerT | None] | None = None,
    writes: bool = False,
    doubts_429: bool = False,
) -> AnswerT:
    """Return the answer to a request.

    :param once: sends the request once
    :param deadline: the limit of the operation
    :param idempotent: True if doing the request twice is the same as doing it once
    :param outage: what all requests of this client have learned of the API
    :param check_effect: for a write: reads, once, whether it took effect, before it is sent
        again; the answer if it did
    :param writes: True if the request changes something, for the message
    :param doubts_429: True to check after a 429, too, which may come although the request took
        effect: for what must not be done twice
    :raises VendorError: the last one, if it must not or need not be tried again
    """
    attempts = _Attempts(once, deadline, check_effect, outage, doubts_429=doubts_429)
    return attempts.run(idempotent=idempotent, writes=writes)


class _Attempts(Generic[AnswerT]):
    """The attempts of one request."""

    def __init__(
        self,
        once: Callable[[], AnswerT],
        deadline: Deadline,
        check_effect: Callable[[], AnswerT | None] | None,
        outage: Outage,
        *,
        doubts_429: bool,
    ) -> None:
        self._doubts_429 = doubts_429
        self._once, self._check_effect = once, check_effect
        self._deadline, self._outage = deadline, outage
        self._begun = time.monotonic()
        self._count = self._incomplete = 0
        self._is_open = False
        """True if an attempt may have taken effect."""
        self._was_limited = False
        """True if the last attempt was answered 429."""

    def run(self, *, idempotent: bool, writes: bool) -> AnswerT:
        while True:
            if not self._is_open:
                self._outage.check()
            self._count += 1
            begun = time.monotonic()
            try:
                answer = self._attempt()
            except VendorError as error:
                is_lost = isinstance(error, InvalidResponse) and not isinstance(
                    error, ForeignResponse
                )
                can_check = self._check_effect is not None and is_lost
                self._note(error)
                repeatable = may_repeat(error, idempotent=idempotent, writes=writes)
                pause = self._outage.shortened(error, backoff(error, self._count))
                is_over = self._outage.is_over(error, attempt=self._count, begun=begun, pause=pause)
                if writes and self._is_open:
                    # What may have taken effect is reported in full, whoever reports the outage.
                    error.outage = None
                is_over = is_over or self._incomplete >= MAX_INCOMPLETE
                if is_over or not (can_check or repeatable):
                    raise
                self._wait(error, pause, writes=writes)
            else:
                self._outage.answered()
                return answer

    def _attempt(self) -> AnswerT:
        """Send the request, unless it has taken effect already."""
        found = None
        if self._check_effect is not None and self._is_open:
            found = self._check_effect()
        elif self._check_effect is not None and self._was_limited and self._doubts_429:
            found = self._check_despite_429(self._check_effect)
        return self._once() if found is None else found

    @staticmethod
    def _check_despite_429(check_effect: Callable[[], AnswerT | None]) -> AnswerT | None:
        """Check whether a request took effect that was answered 429, as such answers are known to
        come. If that fails, believe the API that nothing was done.
        """
        try:
            return check_effect()
        except VendorError as error:
            log.info(f"cannot tell whether the request took effect: {error}")
            return None

    def _note(self, error: VendorError) -> None:
        error.attempts = self._count
        self._incomplete += isinstance(error, IncompleteResponse)
        if self._count > 1:
            passed = time.monotonic() - self._begun
            error.tried = f"It was tried {self._count} times within {passed:.0f} s."
        self._is_open = self._is_open or may_have_taken_effect(error)
        self._was_limited = isinstance(error, TooManyRequests)

    def _wait(self, error: VendorError, pause: float, *, writes: bool) -> None:
        if pause > self._deadline.remaining:
            error.tried = f"{error.tried} {self._out_of_time(error, writes=writes)}".strip()
            raise error
        until = datetime.now(timezone.utc) + timedelta(seconds=pause)
        log.warn(f"{error}; trying again in {pause:.1f} s, at {until:%H:%M:%SZ}")
        self._deadline.wait(pause, f"the next attempt after this: {error}")

    def _out_of_time(self, error: VendorError, *, writes: bool) -> str:
        """Say whose limit keeps the request from being repeated, and what that means."""
        asked, left = requested_wait(error), self._deadline.remaining
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
