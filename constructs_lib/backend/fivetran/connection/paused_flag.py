"""The paused flag of a connection, and how to keep it set for a while.

The flag is always put back: as asked after success, and as it was found after any failure or
interruption.

The API may refuse to change the flag while a sync runs ("Failed to stop in-progress sync after
trying for 60 seconds"). That passes by itself, so the change is retried.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any, Final

from constructs_lib.backend.fivetran.api.client import Client
from constructs_lib.backend.fivetran.api.errors import (
    ApiError,
    NotFound,
    SyncInProgress,
    TimeLimitExceeded,
    VendorError,
)
from constructs_lib.backend.http import attempts
from constructs_lib.backend.http.deadline import Deadline, pauses
from constructs_lib.backend.http.response_values import normalized_word
from constructs_lib.backend.plugin import log

RESCUE_LIMIT = 900.0
"""Seconds to put the flag back, which nothing shortens: an API that works to its own limit before
it fails takes more than a minute for each answer, and must be able to do that several times. The
provider lives on for as long when Terraform is gone, see ``plugin.transport``."""
NO_CONTROLS: Final[Mapping[str, Any]] = MappingProxyType({})
"""For who knows nothing of the configuration of the connection: the API then runs setup tests after
the flag was set, or does not, as is its default."""
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 15.0


class PausedFlagUnknown(VendorError):
    """The API does not say whether the connection is paused, so it could not be restored."""

    remedy = "Nothing was changed. Look at the connection in the Fivetran dashboard, and try again."

    def __init__(self, identifier: str) -> None:
        super().__init__(f"the response does not say whether connection {identifier} is paused")


class PausedFlagStuck(VendorError):
    """The paused flag could not be restored."""

    def __init__(
        self, identifier: str, paused: bool, cause: VendorError, before: VendorError | None
    ) -> None:
        word = "paused" if paused else "running"
        first = "" if before is None else f"; the earlier error: {before}"
        self.remedy = (
            "The next run in this working directory restores it. If there will be none, set it "
            f"by hand: PATCH /v1/connections/{identifier} with "
            f'{{"paused": {str(paused).lower()}}}, or in the Fivetran dashboard.'
        )
        super().__init__(f"connection {identifier} should be {word} again, but {cause}{first}")


def is_paused(connection: dict[str, Any], identifier: str) -> bool:
    """Return the paused flag in a response about a connection.

    :raises PausedFlagUnknown: if the answer has none
    """
    flag = normalized_word(connection.get("paused"))
    if flag not in ("true", "false"):
        raise PausedFlagUnknown(identifier)
    return flag == "true"


def put_back(
    client: Client,
    identifier: str,
    paused: bool,
    failure: VendorError | None = None,
    controls: Mapping[str, Any] = NO_CONTROLS,
) -> dict[str, Any] | None:
    """Set the flag with a time limit of its own, which no interruption shortens.

    :param failure: what went wrong before, to be told as well
    :param controls: what is configured for the setup tests of the connection
    :returns: the connection as it is then; None if it is gone, and its flag with it
    :raises PausedFlagStuck: if it does not work
    """
    try:
        return _set_flag(client, identifier, paused, Deadline(RESCUE_LIMIT), controls)
    except _FlagRefused as refusal:
        if isinstance(refusal.cause, NotFound):
            return None
        raise PausedFlagStuck(identifier, paused, refusal.cause, failure) from None
    except VendorError as error:
        raise PausedFlagStuck(identifier, paused, error, failure) from None


def set_flag(
    client: Client,
    identifier: str,
    paused: bool,
    deadline: Deadline,
    controls: Mapping[str, Any] = NO_CONTROLS,
) -> dict[str, Any]:
    """Set the flag, as soon as a sync that is in the way has ended.

    :param controls: what is configured for the setup tests of the connection
    :returns: the connection as it is then
    """
    try:
        return _set_flag(client, identifier, paused, deadline, controls)
    except _FlagRefused as refusal:
        raise refusal.cause from None


class KeptPaused:
    """What is known once a connection is no longer kept paused."""

    answer: dict[str, Any] | None = None
    """The connection after its flag was put back; None if there was nothing to put back."""


@contextmanager
def kept_paused(
    client: Client,
    identifier: str,
    *,
    now: bool,
    before: bool,
    after: bool,
    deadline: Deadline,
    controls: Mapping[str, Any] = NO_CONTROLS,
) -> Iterator[KeptPaused]:
    """Keep the connection paused inside.

    :param now: the flag as it is
    :param before: the flag to be put back after a failure
    :param after: the flag to be set after success
    :param controls: what is configured for the setup tests of the connection
    """
    flag, target, kept = now, before, KeptPaused()
    failure: VendorError | None = None
    try:
        if not now:
            flag = True
            _set_flag(client, identifier, True, deadline, controls)
        yield kept
        target = after
    except _FlagRefused as refusal:
        # The connection was never paused, so there is nothing to put back.
        flag = now
        raise refusal.cause from None
    except VendorError as error:
        failure = error
        raise
    finally:
        if flag != target:
            kept.answer = put_back(client, identifier, target, failure, controls)


class _FlagRefused(VendorError):
    """The API said no to the last request for another flag, so it is certainly as before."""

    def __init__(self, cause: VendorError) -> None:
        self.cause = cause
        super().__init__(str(cause))


def _set_flag(
    client: Client,
    identifier: str,
    paused: bool,
    deadline: Deadline,
    controls: Mapping[str, Any],
) -> dict[str, Any]:
    """Set the flag, as soon as the sync that is in the way has ended.

    :raises _FlagRefused: if the flag is certainly as it was
    :raises VendorError: if no answer came, so that it may be set all the same
    """
    for pause in pauses(FIRST_PAUSE, LONGEST_PAUSE):
        try:
            return client.modify_connection(identifier, {"paused": paused, **controls}, deadline)
        except SyncInProgress as refusal:
            _wait_for_sync(identifier, refusal, pause, deadline)
        except ApiError as error:
            if not attempts.is_unclear(error.status):
                raise _FlagRefused(error) from None
            raise
    raise AssertionError("the pauses have no end")


def _wait_for_sync(
    identifier: str, refusal: SyncInProgress, pause: float, deadline: Deadline
) -> None:
    log.info(f"{refusal}; trying again in {pause:.1f} s")
    try:
        deadline.poll(pause, f"the sync of connection {identifier} to end")
    except VendorError as error:
        if isinstance(error, TimeLimitExceeded):
            error = TimeLimitExceeded(f"{error}; the last answer was: {refusal}")
        raise _FlagRefused(error) from None
