"""What becomes a ``fivetranops_connection`` by a ``moved`` block: a connection of Fivetran's own
provider.

The move takes over what that provider's state tells, and the refresh that follows decides: what
Fivetran answers otherwise is drift, which the plan shows. The state is treated like an import, so
that the configuration need not name what nobody set. Its secrets do not come along.
"""

from __future__ import annotations

from constructs_lib import schemas
from constructs_lib.backend.fivetran import SOURCE
from constructs_lib.backend.fivetran.connection.model import KIND
from constructs_lib.backend.fivetran.private_state import ConnectionPrivateState
from constructs_lib.backend.plugin.diagnostics import ProviderError
from constructs_lib.backend.plugin.resource import MovedState, Operation
from constructs_lib.backend.plugin.values.value import Dynamic, Object
from constructs_lib.schemas.official_state import PROVIDER, VERSIONS, official_connection

_OWN_NAME = SOURCE.partition("/")[2]


def is_official(source: MovedState) -> bool:
    """Return True for a connection of Fivetran's own provider, from whatever registry.

    Of a resource with ``count`` or ``for_each`` whose instances each have a ``moved`` block,
    Terraform names the provider of the target for all but the first. (Seen with 1.11.4 and 1.15.5.)
    That provider has none of these types.
    """
    _, _, name = source.provider.partition("/")
    return name in (PROVIDER, _OWN_NAME) and source.type_name in VERSIONS


def moved_connection(source: MovedState, operation: Operation) -> Object:
    """Return the state of the connection here, and name the secrets that it has there.

    :raises ProviderError: if the state is of a newer version than is known, or names no connection
    """
    newest = VERSIONS[source.type_name]
    if not 0 <= source.version <= newest:
        raise ProviderError(
            "State of a newer provider",
            f"The state of {source.type_name} has the version {source.version}, and this provider "
            f"reads those up to {newest}. Install a newer version of this provider, or remove the "
            "old resource from the state and import the new one by its id. Nothing was changed.",
        )
    found = official_connection(source.type_name, source.attributes)
    identifier = found.attributes["id"]
    if not schemas.is_identifier(identifier, KIND.resource):
        raise ProviderError(
            "State without a connection",
            f"The state of {source.type_name} has no connection id, so it cannot become a "
            "fivetranops_connection. Nothing was changed.",
        )
    private = ConnectionPrivateState(operation.private)
    private.is_imported = private.is_moved = True
    if found.secrets:
        operation.diagnostics.warning(
            f"Secrets of connection {identifier} are no longer in the state",
            f"They were in the state of {source.type_name}: {', '.join(found.secrets)}. They stay "
            "as they are at Fivetran until config_wo or auth_wo gives them a value. Backups of the "
            "state still have them.",
        )
    settings = {name: found.attributes[name] for name in ("config", "auth")}
    dynamic = {name: None if v is None else Dynamic.of(v) for name, v in settings.items()}
    return {**found.attributes, **dynamic}
