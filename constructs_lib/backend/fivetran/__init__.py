"""The provider ``fivetranops``: Fivetran connections and their state, over Fivetran's REST API."""

__all__ = ["SOURCE", "load"]

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from constructs_lib.backend.plugin.provider import Provider

SOURCE = "terraform.local/connections-as-code/fivetranops"
"""The address under which Terraform knows the provider."""


def load() -> "Provider":
    """Return the provider. It is imported only here, so that the handshake need not wait for it."""
    from constructs_lib.backend.fivetran.provider import FivetranOps

    return FivetranOps()
