"""Which requests are repeated, and after how long: the one place that decides it.

A request may be repeated if doing it twice is the same as doing it once. GET, DELETE and a PATCH
with absolute values are; a creation is not, and is repeated only if the API certainly did not do
it: the connection was refused, or the answer was 429. Before a PATCH is repeated that may have
worked, its object is read: see ``look`` in :mod:`client`.

=====================  =========================================================================
what bounds the time   by how much
=====================  =========================================================================
one answer             ``request_timeout`` of the provider (300 s), never beyond the time limit
one pause              exponential with jitter, 0.5 s to 30 s; after 429 what ``Retry-After`` asks
                       for, up to :data:`LONGEST_ASKED`
attempts               :data:`ATTEMPTS`
the whole operation    ``timeouts`` of the resource
=====================  =========================================================================
"""

from __future__ import annotations

import random
from datetime import datetime, timezone

from constructs_lib.backend.http.errors import (
    ApiError,
    BadAnswer,
    NoAnswer,
    NotTheApi,
    TooManyRequests,
    VendorError,
)

ATTEMPTS = 8
"""The most times one request is sent."""
LONGEST_ASKED = 900.0
"""Seconds that one answer can make us wait at most. An API that asks for more is told of at once:
an apply that sleeps for an hour helps nobody."""
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0


def may_repeat(error: VendorError, *, repeatable: bool) -> bool:
    """True if the request that failed may be sent again.

    :param error: how it failed
    :param repeatable: True if doing the request twice is the same as doing it once
    """
    if isinstance(error, TooManyRequests):
        return True
    if isinstance(error, NoAnswer):
        return error.passing and (repeatable or not error.sent)
    if isinstance(error, (ApiError, BadAnswer)):
        return repeatable and error.status >= 500
    return False


def may_have_worked(error: VendorError) -> bool:
    """True if the request may have taken effect although it failed."""
    if isinstance(error, NoAnswer):
        return error.sent
    if isinstance(error, NotTheApi):
        return False
    if isinstance(error, ApiError):
        # A status of success with an error code in the envelope tells two different things.
        return error.status >= 500 or error.status < 400
    return isinstance(error, BadAnswer)


def pause(error: VendorError, attempt: int) -> float:
    """Seconds to wait before the next attempt: what the API asks for, else exponential with jitter.

    :param error: how the last attempt failed
    :param attempt: 1 after the first attempt
    """
    ceiling = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** (attempt - 1))
    chosen = ceiling * random.uniform(0.5, 1.0)  # noqa: S311 - jitter is no secret.
    asked = error.retry_after if isinstance(error, TooManyRequests) else None
    return chosen if asked is None else max(asked, chosen)


def retry_after(header: str | None, answered_at: str | None = None) -> float | None:
    """The seconds of a ``Retry-After`` header (RFC 9110, 10.2.3): a number of seconds, or a date.

    :param answered_at: the header ``Date`` of the answer: a date is meant by the API's clock
    :returns: None if there is no such header, or it cannot be read
    """
    if header is None:
        return None
    if header.isascii() and header.strip().isdigit():
        return float(header)
    moment = date(header)
    now = date(answered_at or "") or datetime.now(timezone.utc)
    return None if moment is None else max(0.0, (moment - now).total_seconds())


def date(header: str) -> datetime | None:
    """The moment that a date in a header names (RFC 9110, 5.6.7); None if it cannot be read."""
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=timezone.utc)
