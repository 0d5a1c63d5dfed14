"""The provider ``elasticops``: its configuration, its resource and its data source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from constructs_lib import schemas
from constructs_lib.backend.elastic import connection_settings
from constructs_lib.backend.plugin.data_source import DataSource
from constructs_lib.backend.plugin.diagnostics import Diagnostics
from constructs_lib.backend.plugin.provider import Provider, ReadRule, Registry
from constructs_lib.backend.plugin.resource import Resource
from constructs_lib.backend.plugin.values.value import UNKNOWN, Object

_RESOURCES: Final = {"elasticops_connector_status": ".connector_status:ConnectorStatusResource"}
_DATA_SOURCES: Final = {"elasticops_connector": ".connector_status:ConnectorDataSource"}
_REQUEST_TIMEOUT = 30.0
_OTHERS = ("ca_file", "server_version", "request_timeout")


class ElasticOps(Provider):
    """The provider of the statuses of Elastic connectors."""

    schema = schemas.load("elasticops")

    def __init__(self) -> None:
        self.resources: Mapping[str, Resource] = Registry(_RESOURCES, __package__)
        self.data_sources: Mapping[str, DataSource] = Registry(_DATA_SOURCES, __package__, "data.")

    def validate(self, config: Object, diagnostics: Diagnostics) -> None:
        """Check the addresses and credentials that the configuration gives."""
        given = config.get("endpoints")
        connection_settings.check_endpoints(None if given is UNKNOWN else given, diagnostics)
        connection_settings.check_credentials(config, diagnostics)

    def read_rules(self) -> tuple[ReadRule, ...]:
        """Return the rule that no mask of a secret replaces what is known."""
        from constructs_lib.backend.managed_object.masks import mask_replaces_nothing

        return (mask_replaces_nothing,)

    def configure(self, config: Object, terraform_version: str, diagnostics: Diagnostics) -> Any:
        """Make the cluster from the configuration, else the environment, else the defaults."""
        # Not every process of the provider is configured.
        from constructs_lib.backend.elastic.client import Client, Cluster
        from constructs_lib.backend.elastic.exchange import Exchange
        from constructs_lib.net.addresses import is_sandbox

        urls = connection_settings.chosen_endpoints(config)
        if urls is UNKNOWN or UNKNOWN in [config.get(name) for name in _OTHERS]:
            return Cluster(None)
        connection_settings.check_endpoints(urls, diagnostics)
        connection_settings.require_endpoint(urls, diagnostics)
        if urls and is_sandbox(urls[0]):
            # The embedded sandbox has a key of its own; the user's is none of its matter.
            who: connection_settings.Credentials | None = connection_settings.SANDBOX
        else:
            who = connection_settings.choose_credentials(config, diagnostics)
        _check_ca_file(config.get("ca_file"), diagnostics)
        if who is None or diagnostics.has_errors:
            return Cluster(None)
        transports = connection_settings.transports(urls, diagnostics, terraform_version)
        if not transports:
            return Cluster(None)
        timeout = config.get("request_timeout")
        seconds = _REQUEST_TIMEOUT if timeout is None else float(timeout)
        exchange = Exchange(transports, who, seconds, config.get("ca_file"))
        client = Client(exchange, config.get("server_version"))
        return Cluster(client, allow_vanished=config.get("allow_vanished") is True)

    def close(self, provider_data: Any) -> None:
        """Close the connections to the cluster."""
        provider_data.close()


def _check_ca_file(path: Any, diagnostics: Diagnostics) -> None:
    """Add an error if the authorities to trust cannot be read, wherever they are named."""
    from constructs_lib.backend.managed_object.provider_data import check_authorities
    from constructs_lib.net import addresses

    if path is None:
        check_authorities(diagnostics)
        return
    reason = addresses.file_problem(path)
    if reason:
        diagnostics.error(
            "ca_file cannot be used",
            f"{path}: {reason}. It must be a PEM file with the certificates of the authorities.",
            ("ca_file",),
        )
