"""What the constructs share that are about one connection, and whose modules are generated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from constructs_lib.constructs.base.resource import ResourceConstruct
from constructs_lib.constructs.fivetran.connection_data import PARAMETERS, ConnectionArgument
from constructs_lib.constructs.fivetran.provider import FivetranProvider
from constructs_lib.constructs.rules.stack import InstanceKey, UniqueKey
from constructs_lib.schemas.sections import Once, sections
from constructs_lib.toolkit import is_token
from constructs_lib.validation import ConstructPlace, Finding, check_parameters


class BelongingConstruct(ResourceConstruct):
    """A construct about one connection, which is given by itself or by its identifier."""

    PROVIDER = FivetranProvider
    CONSTRUCTOR_ONLY = (*ResourceConstruct.CONSTRUCTOR_ONLY, *PARAMETERS)
    _connection_argument: ConnectionArgument

    def _with_identifier(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Return the arguments of the constructor with the identifier of the connection."""
        argument = ConnectionArgument(arguments["connection"], arguments["connection_id"])
        self._connection_argument = argument
        return {**arguments, "connection_id": argument.identifier}

    def check(self, values: Mapping[str, Any], place: ConstructPlace) -> list[Finding]:
        """Return all findings about the parameters."""
        found = check_parameters(self.TYPE, values, place=place, is_token=is_token)
        return self._connection_argument.with_named_parameter(found, place)

    def unique_keys(self, values: Mapping[str, Any], provider: object) -> tuple[UniqueKey, ...]:
        """Claim what only one construct may manage of a connection, if the schema says so."""
        once, key = self._once(), self._connection_argument.identity
        if once is None or key is None:
            return ()
        found = f"a second {once.what} for the same connection"
        named = self._connection_argument.pointer
        allowed = self._allowed(once)
        return (UniqueKey(once.rule, (provider, key, self.TYPE), named, found, allowed),)

    def instance_key(self, values: Mapping[str, Any]) -> InstanceKey | None:
        """Return the connection, if only one construct may manage it."""
        once, argument = self._once(), self._connection_argument
        if once is None:
            return None
        what = f"the {once.what} of one connection"
        key = (argument.identifier, self.TYPE)
        return InstanceKey(once.rule, key, argument.pointer, what, self._allowed(once))

    def _once(self) -> Once | None:
        known = (each.once for each in sections().values() if each.resource == self.TYPE)
        return next(known, None)

    def _allowed(self, once: Once) -> str:
        return f"one {type(self).__name__} per connection: {once.why}"
