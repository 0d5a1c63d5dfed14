"""What the requests of one client learn together of an API that never answered.

Every resource asks the API by itself, and all would wait, and fail, for the same reason: nothing
can be connected, the credentials are wrong, something else answers. As long as the API has not
answered once in this process, the first request that finds out declares the outage; all others
fail at once with the same cause, and only one of them reports it. After the first proper answer,
whatever goes wrong is taken for passing, as :mod:`retry` says.
"""

from __future__ import annotations

import threading
import time

from constructs_lib.backend.http import retry
from constructs_lib.backend.http.errors import (
    ApiError,
    Incomplete,
    NoAnswer,
    NotFound,
    VendorError,
)

_PATIENCE = 8.0
"""Seconds for which a first connection is tried. With a last attempt that is not answered at all, a
command fails within 15 s."""
_LONGEST_PAUSE = 2.0
"""The longest pause between two attempts meanwhile: all that wait shall learn of it soon."""
_MOST_ANSWERS = 3
"""How often a request is sent of which each answer is somebody else's."""
_UNAUTHORIZED, _NOT_FOUND = 401, 404


class OutOfReach(VendorError):
    """The API was found to be out of reach by another request; this one was not sent.

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

        :raises OutOfReach: if it was, so that no request need be sent
        """
        with self._lock:
            if self._cause is not None:
                raise OutOfReach(self._cause, self)

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
        if retry.is_not_the_apis(error):
            return attempt >= _MOST_ANSWERS
        if not _is_unconnected(error):
            return False
        # What failed long ago, and was given up for a limit of its own, says nothing of now.
        self._since = begun if begun - self._last > _PATIENCE else min(self._since, begun)
        self._last = time.monotonic()
        is_passing = isinstance(error, NoAnswer) and error.passing
        return not is_passing or self._last + pause - self._since > _PATIENCE


def _is_unconnected(error: VendorError) -> bool:
    return isinstance(error, NoAnswer) and not error.sent


def _is_the_apis_own(error: VendorError) -> bool:
    """Return True for an answer in the API's own form, to somebody whom it knows."""
    if isinstance(error, Incomplete):
        return True
    if not isinstance(error, ApiError) or not error.code or error.status == _UNAUTHORIZED:
        return False
    return error.status != _NOT_FOUND or isinstance(error, NotFound)
