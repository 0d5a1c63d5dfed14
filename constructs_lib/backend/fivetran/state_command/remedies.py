"""What to do next after an error, where a command differs from a configuration."""

from __future__ import annotations

from constructs_lib.backend.fivetran.errors import (
    BadAnswer,
    NoAnswer,
    NotFound,
    OutOfTime,
    TooManyRequests,
    Unauthorized,
    VendorError,
)
from constructs_lib.backend.fivetran.journal import HeldElsewhere
from constructs_lib.backend.fivetran.state_errors import StateDiffers, StateMoved, StateNotSupported

_REMEDIES: tuple[tuple[type[VendorError], str], ...] = (
    (StateNotSupported, "There is nothing to look at or to set."),
    (
        StateMoved,
        "Find out who else sets this state; then run the command again: it starts from what is "
        "there.",
    ),
    (
        StateDiffers,
        "Compare the two ('state get' shows what is stored), and write the state in the form in "
        "which the connector stores it.",
    ),
    (HeldElsewhere, "Wait until that run has ended, and look again with 'state get'."),
    (OutOfTime, "Run the command again, with a longer --timeout; 'state get' shows what runs."),
    (TooManyRequests, "The rate limit is used up. Run the command again later."),
    (
        Unauthorized,
        "Check FIVETRAN_APIKEY and FIVETRAN_APISECRET: the key must exist, and its role must allow "
        "this operation.",
    ),
    (NoAnswer, "Check FIVETRAN_API_URL, the network and the proxy settings, and run it again."),
    (
        BadAnswer,
        "Check that FIVETRAN_API_URL is the address of Fivetran's API, and that no proxy answers "
        "for it.",
    ),
    (
        NotFound,
        "Check the identifier: the connection may have been deleted, or belong to another account. "
        "With --group GROUP_ID it is found by its schema name.",
    ),
)


def remedy(error: VendorError) -> str:
    """What to do next; empty where the error knows it as well."""
    return next((words for kind, words in _REMEDIES if isinstance(error, kind)), "")
