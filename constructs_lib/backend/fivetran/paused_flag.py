"""The paused flag of a connection, and keeping it set for a while.

Whatever happens meanwhile, the flag is put back: after success as asked, after any failure or
interruption as it was found.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from constructs_lib.backend.fivetran.client import Client
from constructs_lib.backend.fivetran.errors import ApiError, NotFound, VendorError
from constructs_lib.backend.http import retry
from constructs_lib.backend.http.deadline import Deadline

_RESCUE_LIMIT = 120.0


class PausedFlagUnknown(VendorError):
    """The API does not say whether the connection is paused, so that it could not be put back."""

    remedy = "Nothing was changed. Look at the connection in the Fivetran dashboard, and try again."

    def __init__(self, identifier: str) -> None:
        super().__init__(f"the answer does not say whether connection {identifier} is paused")


class PausedFlagStuck(VendorError):
    """The paused flag could not be put back."""

    def __init__(
        self, identifier: str, paused: bool, cause: VendorError, before: VendorError | None
    ) -> None:
        word = "paused" if paused else "running"
        first = "" if before is None else f"; what went wrong before: {before}"
        self.remedy = (
            "The next run in this working directory puts it back. Where there is none, set it by "
            f"hand: PATCH /v1/connections/{identifier} with "
            f'{{"paused": {str(paused).lower()}}}, or in the Fivetran dashboard.'
        )
        super().__init__(f"connection {identifier} should be {word} again, but {cause}{first}")


def is_paused(connection: dict[str, Any], identifier: str) -> bool:
    """The paused flag in the answer about a connection.

    :raises PausedFlagUnknown: if the answer has none
    """
    flag = str(connection.get("paused")).lower()
    if flag not in ("true", "false"):
        raise PausedFlagUnknown(identifier)
    return flag == "true"


def put_back(
    client: Client, identifier: str, paused: bool, failure: VendorError | None = None
) -> None:
    """Sets the flag with a time limit of its own, which no interruption shortens.

    :param failure: what went wrong before, to be told as well
    :raises PausedFlagStuck: if it does not work
    """
    try:
        client.modify_connection(identifier, {"paused": paused}, Deadline(_RESCUE_LIMIT))
    except NotFound:
        return  # The connection is gone, and its flag with it.
    except VendorError as error:
        raise PausedFlagStuck(identifier, paused, error, failure) from None


@contextmanager
def kept_paused(
    client: Client, identifier: str, *, now: bool, before: bool, after: bool, deadline: Deadline
) -> Iterator[None]:
    """Keeps the connection paused inside.

    :param now: the flag as it is
    :param before: the flag to be put back after a failure
    :param after: the flag to be set after success
    """
    flag, target = now, before
    failure: VendorError | None = None
    try:
        if not now:
            flag = True
            _pause(client, identifier, deadline)
        yield
        target = after
    except _PauseRefused as refusal:
        flag = now
        raise refusal.answer from None
    except VendorError as error:
        failure = error
        raise
    finally:
        if flag != target:
            put_back(client, identifier, target, failure)


class _PauseRefused(VendorError):
    """The API said no to the pause, so that there is nothing to put back."""

    def __init__(self, answer: ApiError) -> None:
        self.answer = answer
        super().__init__(str(answer))


def _pause(client: Client, identifier: str, deadline: Deadline) -> None:
    """Pauses the connection. If no answer comes, it may be paused all the same."""
    try:
        client.modify_connection(identifier, {"paused": True}, deadline)
    except ApiError as error:
        if not retry.is_unclear(error.status):
            raise _PauseRefused(error) from None
        raise
