"""Which requests are repeated, and after how long: the one place that decides it.

A request may be repeated if doing it twice is the same as doing it once. GET, DELETE and a PATCH
with absolute values are; a creation is not, and is repeated only if the API certainly did not do
it: the connection was refused, or the answer was 429 or 425. Before a PATCH is repeated that may
have worked, its object is read: see ``check_effect`` in :mod:`attempts`.

==========================  ====================================================================
how it failed               whether it is repeated
==========================  ====================================================================
429, 425                    always: the API did not do it
408, 5xx                    if it is repeatable
no connection was made      always, as long as that may pass (:mod:`outage` says how long)
the connection broke off,   if it is repeatable
no answer in time
200 with HTML, half of the  if it is repeatable: as passing as a 503, once the API has answered at
JSON, or nothing            all; before that, three times (:mod:`outage`)
an error status that        if it is a read; in the same way
something else answered
a success of the API that   three times, if it is repeatable
lacks what it promises
any other answer            never
==========================  ====================================================================

=====================  =========================================================================
what bounds the time   by how much
=====================  =========================================================================
one exchange           ``request_timeout`` of the provider (300 s, 30 s for Elastic), from the
                       look-up of the host to the last byte; never beyond the time limit
one pause              exponential with jitter, 0.5 s to 30 s, and at least what ``Retry-After``
                       asks for
the whole operation    ``timeouts`` of the resource: there is no other limit of attempts
=====================  =========================================================================
"""

from __future__ import annotations

import random

from constructs_lib.backend.http.errors import (
    ApiError,
    ForeignResponse,
    InvalidResponse,
    NoResponse,
    VendorError,
)

_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0
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
    ceiling = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** min(attempt - 1, 16))
    chosen = ceiling * random.uniform(0.5, 1.0)  # noqa: S311 - jitter is no secret.
    return max(requested_wait(error) or 0.0, chosen)


def requested_wait(error: VendorError) -> float | None:
    """Return the seconds that the API asks us to wait; None if it does not say."""
    return error.retry_after if isinstance(error, ApiError) else None
