"""What to do when the API refuses to test, sync or re-sync a connection: its documented errors.

Source: the pages of the three endpoints, ``…/test``, ``…/sync`` and ``…/resync``, at
https://fivetran.com/docs/rest-api/api-reference/connections
"""

from __future__ import annotations

from constructs_lib.backend.fivetran.errors import (
    ApiError,
    SomethingElseMissing,
    SyncInProgress,
    VendorError,
)

_GONE = (
    "The connection is not there any more, or belongs to another account: check connection_id. If "
    "it was deleted, the next plan with refresh drops it from the state."
)
_ON_THE_WAY = (
    "The API did not take the headers of the request. The provider sends JSON and accepts version "
    "2 of the API: check that api_url is the address of Fivetran's API, and that no proxy changes "
    "headers on the way."
)
_COMMON = {404: _GONE, 406: _ON_THE_WAY, 415: _ON_THE_WAY}
_TESTS = {
    400: "Fivetran could not run the tests as asked. Look at the connection in the dashboard.",
    405: "Fivetran does not run setup tests of this connection. Remove this resource.",
}
_RESYNC = {
    400: (
        "Not every service can re-sync single tables. Check the names of schemas and tables: GET "
        "/v1/connections/{id}/schemas lists them. Or, to re-sync everything, leave the tables "
        "(scope) out and set resync_everything."
    ),
    405: 'Fivetran does not re-sync this connection. Use mode = "sync", or remove this resource.',
}


def of_tests(error: VendorError) -> str:
    """What to do if setup tests are refused; empty if the error itself says it."""
    return _advice(error, {**_COMMON, **_TESTS})


def of_sync(error: VendorError) -> str:
    """What to do if a sync is refused; empty if the error itself says it."""
    return _advice(error, _COMMON)


def of_resync(error: VendorError) -> str:
    """What to do if a re-sync is refused; empty if the error itself says it."""
    return _advice(error, {**_COMMON, **_RESYNC})


def _advice(error: VendorError, table: dict[int, str]) -> str:
    if isinstance(error, SyncInProgress):
        return ""  # Its own remedy says what to do.
    if not isinstance(error, ApiError) or not error.request.startswith("POST"):
        return ""
    if isinstance(error, SomethingElseMissing):
        return ""
    return table.get(error.status, "")
