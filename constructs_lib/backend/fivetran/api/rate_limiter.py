"""Slow down before the account's rate limit is used up, instead of running into 429.

Fivetran counts the requests of an account over a rolling hour and tells, with each answer, how many
are allowed (``X-Rate-Limit``) and how many are left (``X-Rate-Limit-Remaining``). When few are
left, requests are spaced so that they come no faster than the oldest ones leave the hour.

Source: https://fivetran.com/docs/rest-api/faq/rate-limiting
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone

from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.response_values import count
from constructs_lib.backend.plugin import log

_HOUR = 3600.0
_USUAL_LIMIT = 20_000
_SHARE_KEPT = 0.02
_LEAST_KEPT = 20
"""As many as Terraform may send at once, twice."""


class RateLimiter:
    """The speed of all requests of one account; several threads use it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._interval = 0.0
        self._next = 0.0

    def observe(self, headers: Mapping[str, str]) -> None:
        """Learn from the headers of an answer whether to slow down."""
        remaining = count(headers, "X-Rate-Limit-Remaining")
        if remaining is None:
            return
        limit = count(headers, "X-Rate-Limit") or _USUAL_LIMIT
        is_near = remaining <= max(_LEAST_KEPT, limit * _SHARE_KEPT)
        with self._lock:
            self._interval = _HOUR / limit if is_near else 0.0

    def wait(self, deadline: Deadline) -> None:
        """Wait until the next request is due; not at all while enough requests are left.

        :raises TimeLimitExceeded: if that is after the deadline
        :raises Interrupted: as soon as Terraform wants to stop
        """
        pause = self._reserve(time.monotonic())
        if pause <= 0:
            return
        until = datetime.now(timezone.utc) + timedelta(seconds=pause)
        log.info(
            f"the rate limit of the account is nearly used up; going on in {pause:.1f} s, "
            f"at {until:%H:%M:%SZ}"
        )
        deadline.wait(pause, "the rate limit of the account")

    def _reserve(self, now: float) -> float:
        """Reserve the next free moment and return the seconds until then."""
        with self._lock:
            if not self._interval:
                return 0.0
            due = max(now, self._next)
            self._next = due + self._interval
            return due - now
