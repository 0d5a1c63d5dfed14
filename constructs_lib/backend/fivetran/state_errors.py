"""What can go wrong with the state of a connection, beyond the request itself."""

from __future__ import annotations

from typing import Any

from constructs_lib.backend.fivetran.errors import VendorError
from constructs_lib.backend.http.redaction import shown
from constructs_lib.schemas import SERVICES_WITH_STATE


class StateNotSupported(VendorError):
    """The service of the connection keeps no state that could be changed."""

    remedy = "Remove the state of this connection from the configuration."

    def __init__(self, identifier: str, service: str) -> None:
        super().__init__(
            f"connection {identifier} is of the service {service!r}, which keeps no state that can "
            f"be changed; the services that do are {', '.join(SERVICES_WITH_STATE)}"
        )


class StateDiffers(VendorError):
    """The API took the state, and what it stored is something else."""

    remedy = (
        "Compare the two, and configure the state in the form in which the connector stores it. "
        "previous_state holds what was there before. If this was the creation of the resource, "
        "Terraform marks it as tainted and sets the state anew with the next apply."
    )

    def __init__(self, identifier: str, wanted: Any, stored: Any) -> None:
        self.stored = stored
        super().__init__(
            f"the state of connection {identifier} reads back differently: set was "
            f"{shown(wanted)}, stored is {shown(stored)}"
        )


class StateMoved(VendorError):
    """Somebody else set the state since it was looked at, and no sync explains it."""

    remedy = (
        "Nothing was changed. Find out who else sets this state; then plan again, with refresh: "
        "the plan starts from what is there."
    )

    def __init__(self, identifier: str, when: str, before: str, now: str) -> None:
        super().__init__(
            f"the state of connection {identifier} was changed by somebody else since {when}: then "
            f"it was {before}, now it is {now}"
        )
