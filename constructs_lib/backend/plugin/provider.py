"""What a provider is: a configuration, and resources, data sources and ephemeral ones by name."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from constructs_lib.backend.plugin.data_source import DataSource
from constructs_lib.backend.plugin.diagnostics import Diagnostics
from constructs_lib.backend.plugin.ephemeral_resource import EphemeralResource
from constructs_lib.backend.plugin.resource import Resource
from constructs_lib.backend.plugin.values import Object
from constructs_lib.schemas import ResourceSchema


class Provider(ABC):
    """A provider of one API."""

    schema: ResourceSchema
    """The description of its configuration."""
    resources: Mapping[str, Resource]
    """Its resources by type name, such as ``toy_note``."""
    data_sources: Mapping[str, DataSource] = MappingProxyType({})
    """Its data sources by type name."""
    ephemeral_resources: Mapping[str, EphemeralResource] = MappingProxyType({})
    """Its ephemeral resources by type name, which may be that of a resource, too."""

    def validate(self, config: Object, diagnostics: Diagnostics) -> None:  # noqa: B027
        """Adds what is wrong with the configuration beyond the rules of the schema.

        Any value may be unknown.
        """

    @abstractmethod
    def configure(self, config: Object, terraform_version: str, diagnostics: Diagnostics) -> Any:
        """Returns the client that operations get.

        During a plan, values may be unknown: then return a client that fails only when it is used.

        :raises ProviderError: if no client can be made
        """

    def stop(self, client: Any) -> None:  # noqa: B027
        """Terraform was told to stop: wake what waits. Running operations still finish.

        ``Operation.stopping`` is set already. Terraform is answered after two seconds, whether this
        has returned or not.
        """

    def close(self, client: Any) -> None:  # noqa: B027
        """The client is not used any more: the process ends, or another one was configured."""
