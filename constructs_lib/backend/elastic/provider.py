"""The provider ``elasticops``: its configuration, its resource and its data source.

Endpoints and credentials come from the configuration or the environment. The provider authenticates
with an API key, a user and password, or a bearer token.

Source: https://www.elastic.co/docs/api/doc/elasticsearch/authentication
"""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from constructs_lib import schemas
from constructs_lib.backend.http.transport import Transport
from constructs_lib.backend.plugin.diagnostics import Diagnostics
from constructs_lib.backend.plugin.planning.checks import check_rules
from constructs_lib.backend.plugin.provider import Provider, ReadRule, Registry
from constructs_lib.backend.plugin.resource import DataSource, Resource
from constructs_lib.backend.plugin.values.value import UNKNOWN, Object
from constructs_lib.net import address_problem, is_sandbox
from constructs_lib.records import NamedTuple

if TYPE_CHECKING:
    from requests.adapters import BaseAdapter

    from constructs_lib.backend.plugin.action import Action
    from constructs_lib.backend.plugin.list_resource import ListResource


_RESOURCES: Final = {"elasticops_connector_status": ".connector_status:ConnectorStatusResource"}
_DATA_SOURCES: Final = {"elasticops_connector": ".connector_status:ConnectorDataSource"}
_LISTS: Final = {"elasticops_connector_status": ".connector_status:ConnectorStatusList"}
_ACTIONS: Final = {"elasticops_connector_sync_job": ".sync_job:SyncJobAction"}
_REQUEST_TIMEOUT = 30.0
_OTHERS = ("ca_file", "server_version", "request_timeout")


class ElasticOps(Provider):
    """The provider of the statuses of Elastic connectors."""

    schema = schemas.load("elasticops")

    def __init__(self) -> None:
        self.resources: Mapping[str, Resource] = Registry(_RESOURCES, __package__)
        self.data_sources: Mapping[str, DataSource] = Registry(_DATA_SOURCES, __package__, "data.")
        self.list_resources: Mapping[str, ListResource] = Registry(_LISTS, __package__, "list.")
        self.actions: Mapping[str, Action] = Registry(_ACTIONS, __package__, "action.")

    def validate(self, config: Object, diagnostics: Diagnostics) -> None:
        """Check the addresses and credentials that the configuration gives."""
        given = config.get("endpoints")
        check_endpoints(None if given is UNKNOWN else given, diagnostics)
        check_credentials(config, diagnostics)

    def read_rules(self) -> tuple[ReadRule, ...]:
        """Return the rule that no mask of a secret replaces what is known."""
        from constructs_lib.backend.managed_object.checks import mask_replaces_nothing

        return (mask_replaces_nothing,)

    def configure(self, config: Object, terraform_version: str, diagnostics: Diagnostics) -> Any:
        """Make the cluster from the configuration, else the environment, else the defaults."""
        # Not every process of the provider is configured.
        from constructs_lib.backend.elastic.client import Client, Cluster
        from constructs_lib.backend.elastic.exchange import Exchange
        from constructs_lib.net import is_sandbox

        urls = chosen_endpoints(config)
        if urls is UNKNOWN or UNKNOWN in [config.get(name) for name in _OTHERS]:
            return Cluster(None)
        check_endpoints(urls, diagnostics)
        require_endpoint(urls, diagnostics)
        if urls and is_sandbox(urls[0]):
            # The embedded sandbox has a key of its own; the user's is none of its matter.
            who: Credentials | None = SANDBOX
        else:
            who = choose_credentials(config, diagnostics)
        _check_ca_file(config.get("ca_file"), diagnostics)
        if who is None or diagnostics.has_errors:
            return Cluster(None)
        found = transports(urls, diagnostics, terraform_version)
        if not found:
            return Cluster(None)
        timeout = config.get("request_timeout")
        seconds = _REQUEST_TIMEOUT if timeout is None else float(timeout)
        exchange = Exchange(found, who, seconds, config.get("ca_file"))
        client = Client(exchange, config.get("server_version"))
        return Cluster(client, allow_vanished=config.get("allow_vanished") is True)

    def close(self, provider_data: Any) -> None:
        """Close the connections to the cluster."""
        provider_data.close()


def _check_ca_file(path: Any, diagnostics: Diagnostics) -> None:
    """Add an error if the authorities to trust cannot be read, wherever they are named."""
    from constructs_lib import net
    from constructs_lib.backend.managed_object.provider_data import check_authorities

    if path is None:
        check_authorities(diagnostics)
        return
    reason = net.authorities_file_problem(path)
    if reason:
        diagnostics.error(
            "ca_file cannot be used",
            f"{path}: {reason}. It must be a PEM file with the certificates of the authorities to "
            "trust.",
            ("ca_file",),
        )


_VARIABLES = {
    "api_key": "ELASTICSEARCH_API_KEY",
    "username": "ELASTICSEARCH_USERNAME",
    "password": "ELASTICSEARCH_PASSWORD",
}
_USER = ("username", "password")
_CREDENTIAL_NAMES = ("api_key", *_USER, "bearer_token")
_METHODS = "api_key, username with password, or bearer_token"
SANDBOX_FILE = ".sandbox/elastic.sqlite3"
"""Where ``sandbox`` without a file keeps its data, below the working directory."""
_ENDPOINTS = "ELASTICSEARCH_ENDPOINTS"
_EMBEDDED = "sandbox://elastic"
_CREDENTIALS = "api_key, or username and password"


class Credentials(NamedTuple):
    """What goes into the header ``Authorization``."""

    authorization: str
    secrets: tuple[str, ...]
    """The texts that no message may hold."""

    def __repr__(self) -> str:
        return "<Credentials>"


def from_key(key: str) -> Credentials:
    """Return the credentials of an API key in its encoded form."""
    return Credentials(f"ApiKey {key}", (key, _decoded(key)))


SANDBOX = Credentials("ApiKey c2FuZGJveDpzYW5kYm94", ())
"""The credentials for the embedded sandbox; they are documented and no secret."""


def check_credentials(config: Object, diagnostics: Diagnostics) -> None:
    """Add an error if the configuration has two ways to authenticate. Any value may be unknown."""
    from constructs_lib.schemas.rules import ELASTIC_PROVIDER

    rules = (rule for rule in ELASTIC_PROVIDER if rule.id == "one-authentication")
    check_rules(rules, config, diagnostics)


def choose_credentials(config: Object, diagnostics: Diagnostics) -> Credentials | None:
    """Return the credentials of the configuration, else those of the environment.

    :returns: None with an error if there are none, and without one while a value is unknown
    """
    values = _values(config)
    if UNKNOWN in values.values():
        return None
    check_credentials(values, diagnostics)
    for name, value in values.items():
        _check_value(name, value, diagnostics)
    _check_complete(values, diagnostics)
    return None if diagnostics.has_errors else _credentials(values)


def _values(config: Object) -> dict[str, Any]:
    """Return each value, from the environment only for the method that the configuration begins."""
    values = {name: config.get(name) for name in _CREDENTIAL_NAMES}
    given = {name for name, value in values.items() if value is not None}
    names = set(_VARIABLES) if not given else set(_USER) if given & set(_USER) else set()
    for name in names - given:
        values[name] = os.environ.get(_VARIABLES[name]) or None
    return values


def _check_complete(values: dict[str, Any], diagnostics: Diagnostics) -> None:
    missing = [name for name in _USER if not values[name]]
    if len(missing) == 1:
        diagnostics.error(
            "Credentials for Elasticsearch are incomplete",
            f"{missing[0]} is missing. Give it to the provider elasticops, or set "
            f"{_VARIABLES[missing[0]]}.",
            (missing[0],),
        )
    elif not any(values.values()):
        diagnostics.error(
            "Credentials for Elasticsearch are missing",
            f"Give the provider elasticops exactly one of {_METHODS}, with sensitive variables, "
            f"or set {_VARIABLES['api_key']}, or {_VARIABLES['username']} with "
            f"{_VARIABLES['password']}.",
        )


def _check_value(name: str, value: Any, diagnostics: Diagnostics) -> None:
    if not isinstance(value, str) or name in _USER:
        return
    if not value.isascii() or not value.isprintable() or " " in value:
        diagnostics.error(
            f"{name} cannot be sent",
            "It contains a space, a line break or another character that a header cannot contain. "
            "If it was read from a file, remove the line break at its end.",
            (name,),
        )
    elif name == "api_key" and ":" in value:
        diagnostics.error(
            "api_key is not in its encoded form",
            "It contains a colon, as the pair ID:KEY does. Give the value of encoded from the "
            "response that created the key, which is the Base64 of that pair.",
            (name,),
        )


def _credentials(values: dict[str, Any]) -> Credentials:
    if values["api_key"]:
        return from_key(values["api_key"])
    if values["bearer_token"]:
        return Credentials(f"Bearer {values['bearer_token']}", (values["bearer_token"],))
    login = f"{values['username']}:{values['password']}"
    encoded = base64.b64encode(login.encode()).decode()
    return Credentials(f"Basic {encoded}", (values["password"], encoded))


def _decoded(key: str) -> str:
    """Return the secret half of an encoded key; the key itself if it cannot be read."""
    try:
        return base64.b64decode(key, validate=True).decode().partition(":")[2] or key
    except ValueError:
        return key


def chosen_endpoints(config: Object) -> Any:
    """Return the endpoints, from the configuration or the environment; they may be unknown."""
    given = config.get("endpoints")
    if given is not None:
        return UNKNOWN if given is UNKNOWN or UNKNOWN in given else given
    texts = (os.environ.get(_ENDPOINTS) or "").split(",")
    return [text.strip() for text in texts if text.strip()]


def check_endpoints(endpoints: Any, diagnostics: Diagnostics) -> None:
    """Add an error for each address that cannot be used. Any value may be unknown."""
    from constructs_lib.schemas.redaction import may_hold_login
    from constructs_lib.schemas.rules import ELASTIC_PROVIDER

    rules = (rule for rule in ELASTIC_PROVIDER if rule.id == "sandbox-alone")
    check_rules(rules, {"endpoints": endpoints}, diagnostics)
    known = [each for each in endpoints or () if isinstance(each, str)]
    for place, url in enumerate(known):
        problem = None if is_sandbox(url) else address_problem(url, _CREDENTIALS, shows=False)
        if problem:
            diagnostics.error(
                "The address of Elasticsearch cannot be used",
                f"{problem}. Allowed: https addresses; http for localhost and 127.0.0.0/8; a "
                "single sandbox or sandbox:FILE. It comes from endpoints of the provider "
                f"elasticops, or from {_ENDPOINTS}.",
                () if may_hold_login(url) else ("endpoints", place),
            )


def require_endpoint(endpoints: Sequence[str], diagnostics: Diagnostics) -> None:
    """Add an error if there is no endpoint at all."""
    if not endpoints:
        diagnostics.error(
            "The address of Elasticsearch is missing",
            f"Set endpoints of the provider elasticops, or {_ENDPOINTS}: addresses such as "
            "https://search.example.com:9200. Separate them with commas in the variable.",
            ("endpoints",),
        )


def transports(
    endpoints: Sequence[str], diagnostics: Diagnostics, terraform: str = ""
) -> list[Transport]:
    """Return a transport for each endpoint; none, with an error, if the sandbox's file cannot be
    used.

    :param terraform: the version of Terraform; empty if none asks
    """
    if not is_sandbox(endpoints[0]):
        return [Transport(url.rstrip("/"), terraform=terraform) for url in endpoints]
    from constructs_lib.sandbox import SandboxError

    try:
        file = endpoints[0].partition(":")[2] or SANDBOX_FILE
        return [Transport(_EMBEDDED, _sandbox(file), shown=f"sandbox:{file}")]
    except SandboxError as error:
        detail = f"{error}. The file comes from endpoints or {_ENDPOINTS}: sandbox:FILE."
        diagnostics.error("The sandbox cannot be used", detail, ("endpoints",))
        return []


def _sandbox(file: str) -> BaseAdapter:
    from constructs_lib.sandbox.elastic import ElasticAdapter

    adapter: BaseAdapter = ElasticAdapter(file)
    return adapter
