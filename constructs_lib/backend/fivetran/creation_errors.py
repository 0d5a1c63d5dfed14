"""What can go wrong with a creation, and what to do next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from constructs_lib.backend.fivetran.connection_request import as_object
from constructs_lib.backend.fivetran.creation_journal import Name
from constructs_lib.backend.fivetran.creation_search import Trace, joined
from constructs_lib.backend.fivetran.errors import Conflict, VendorError
from constructs_lib.backend.http import retry
from constructs_lib.backend.plugin.values import Object


class LostCreation(VendorError):
    """The answer to a creation is lost, and the connection was not found so far.

    :param cause: how the answer was lost
    :param trace: how to look for it
    """

    def __init__(self, cause: VendorError, trace: Trace) -> None:
        self.cause, self.trace = cause, trace
        self.tried = cause.tried
        self.remedy = (
            f"A connection with the destination schema {trace.schema} in group {trace.group_id} "
            "was looked for, and is not there so far. It may still appear. Run the command again: "
            "it is looked for first, and taken over if it is there."
        )
        super().__init__(str(cause))


class NameTaken(VendorError):
    """Another connection has the name already.

    :param cause: the API's refusal
    :param name: the name
    :param there: the connection that has it, as a list of the API tells it
    """

    def __init__(self, cause: Conflict, name: Name, there: dict[str, Any]) -> None:
        self.tried = cause.tried
        identifier = there["id"]
        self.remedy = (
            f"Connection {identifier} (service {there.get('service')}, created "
            f"{there.get('created_at')}) is there with the destination schema {name.schema} in "
            f"group {name.group_id}. To manage that one: terraform import ADDRESS {identifier}, "
            "with the address of this resource. Otherwise choose another destination schema."
        )
        super().__init__(str(cause))


class UnreadCreation(VendorError):
    """The connection was created, and what else the API answered could not be read.

    :param cause: what was wrong with the answer
    :param identifier: that of the new connection
    """

    def __init__(self, cause: VendorError, identifier: str) -> None:
        self.tried = cause.tried
        self.remedy = (
            f"Connection {identifier} was created, and is in state. Terraform marks it as tainted "
            "and would replace it: to keep it, run 'terraform untaint' on its address before the "
            "next apply."
        )
        super().__init__(str(cause))


def advice(planned: Object) -> Callable[[VendorError], str]:
    """What to do after a creation that failed, by how it failed; empty where the error itself
    says it.
    """
    name = joined(as_object(planned.get("config")))
    place = f"a connection with the destination schema {name} in group {planned.get('group_id')}"

    def note(error: VendorError) -> str:
        if isinstance(error, Conflict):
            return (
                f"There is {place} already, or was until just now. Choose another schema, or "
                "import that connection: terraform import ADDRESS IDENTIFIER."
            )
        if retry.may_have_worked(error):
            return (
                f"The connection may exist all the same. Look for {place}: if it is there, import "
                "it (terraform import ADDRESS IDENTIFIER) before the next apply."
            )
        return ""

    return note
