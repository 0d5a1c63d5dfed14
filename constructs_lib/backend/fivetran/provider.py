"""The provider ``fivetranops``: its configuration, and its resources and data sources."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from constructs_lib import schemas
from constructs_lib.backend.plugin.diagnostics import Diagnostics
from constructs_lib.backend.plugin.provider import Provider, ReadRule, Registry
from constructs_lib.backend.plugin.resource import DataSource, EphemeralResource, Resource
from constructs_lib.backend.plugin.values.value import UNKNOWN, Object

if TYPE_CHECKING:
    from constructs_lib.backend.fivetran.api.client import Client
    from constructs_lib.backend.fivetran.api.exchange import FivetranTransport
    from constructs_lib.backend.fivetran.journal.journal import Journal
    from constructs_lib.backend.managed_object.secret_tracking import SecretHasher
    from constructs_lib.backend.plugin.action import Action
    from constructs_lib.backend.plugin.list_resource import ListResource

_ENVIRONMENT = {
    "api_key": "FIVETRAN_APIKEY",
    "api_secret": "FIVETRAN_APISECRET",
    "api_url": "FIVETRAN_API_URL",
}
# Generated from the classes of this package: what the provider has by name.
_RESOURCES: Final = {
    "fivetranops_connect_card": ".connect_card.resource:ConnectCardResource",
    "fivetranops_connection": ".connection.resource:ConnectionResource",
    "fivetranops_connection_certificates": ".trust.resource:ConnectionCertificatesResource",
    "fivetranops_connection_fingerprints": ".trust.resource:ConnectionFingerprintsResource",
    "fivetranops_connection_schema": ".connection_schema.resource:ConnectionSchemaResource",
    "fivetranops_connection_state": ".connection_state.resource:ConnectionStateResource",
    "fivetranops_connection_sync": ".connection_sync.resource:ConnectionSyncResource",
    "fivetranops_connection_test": ".connection_test.resource:ConnectionTestResource",
}
_DATA_SOURCES: Final = {
    "fivetranops_connection": ".connection.data_sources:ConnectionDataSource",
    "fivetranops_connection_state": ".connection_state.state_value:ConnectionStateDataSource",
    "fivetranops_connections": ".connection.data_sources:ConnectionsDataSource",
}
_EPHEMERAL_RESOURCES: Final = {
    "fivetranops_connect_card": ".connect_card.resource:ConnectCardEphemeralResource",
}
_LISTS: Final = {
    "fivetranops_connection": ".lists:ConnectionList",
    "fivetranops_connection_certificates": ".trust.resource:ConnectionCertificatesList",
    "fivetranops_connection_fingerprints": ".trust.resource:ConnectionFingerprintsList",
    "fivetranops_connection_schema": ".connection_schema.resource:ConnectionSchemaList",
    "fivetranops_connection_state": ".lists:ConnectionStateList",
}
_ACTIONS: Final = {
    "fivetranops_connection_pause": ".actions:PauseAction",
    "fivetranops_connection_resync": ".actions:ResyncAction",
    "fivetranops_connection_sync": ".actions:SyncAction",
    "fivetranops_connection_test": ".actions:SetupTestsAction",
}
_CHECKED_BY_RULES: Final = frozenset(
    {
        "fivetranops_connection_schema",
    }
)
# End of the generated tables.
_CHECKS: Final = {"fivetranops_connection": ".connection:check_settings"}
_SANDBOX_CREDENTIAL = "sandbox"
_REQUEST_TIMEOUT = 300.0


class FivetranOps(Provider):
    """The provider of Fivetran connections, their states, and operations on them.

    :param journal: where is noted what a crash must not take away; by default the journal of the
        working directory
    """

    schema = schemas.load("fivetranops")

    def __init__(self, journal: Callable[[], Journal] | None = None) -> None:
        self._journal = journal
        self.resources: Mapping[str, Resource] = Registry(
            _RESOURCES, __package__, checks=_CHECKS, checked_by_rules=_CHECKED_BY_RULES
        )
        self.data_sources: Mapping[str, DataSource] = Registry(_DATA_SOURCES, __package__, "data.")
        self.ephemeral_resources: Mapping[str, EphemeralResource] = Registry(
            _EPHEMERAL_RESOURCES, __package__, "ephemeral."
        )
        self.list_resources: Mapping[str, ListResource] = Registry(_LISTS, __package__, "list.")
        self.actions: Mapping[str, Action] = Registry(_ACTIONS, __package__, "action.")

    def validate(self, config: Object, diagnostics: Diagnostics) -> None:
        """Check the address, as far as it is configured."""
        _check_url(config.get("api_url"), diagnostics)

    def read_rules(self) -> tuple[ReadRule, ...]:
        """Return the rule that no mask of a secret replaces what is known."""
        from constructs_lib.backend.managed_object.checks import mask_replaces_nothing

        return (mask_replaces_nothing,)

    def configure(self, config: Object, terraform_version: str, diagnostics: Diagnostics) -> Any:
        """Open the account: from the configuration, then the environment, then the defaults."""
        # Not every process of the provider is configured, and these are a third of its modules.
        from constructs_lib.backend.fivetran.provider_data import Account

        found = open_client(config, diagnostics, terraform_version)
        if found is None:
            return Account(None, None)
        client, hasher = found
        allows = config.get("allow_vanished") is True
        journal = self._recovered(client, diagnostics)
        return Account(client, hasher, journal or _begin_journal, allow_vanished=allows)

    def _recovered(self, client: Client, diagnostics: Diagnostics) -> Journal | None:
        """Return the journal after its entries were looked after; None if it has none."""
        from constructs_lib.backend.fivetran.journal import folder_below, has_entries

        if self._journal is None and not has_entries(folder_below("")):
            return None
        from constructs_lib.backend.fivetran.journal.journal import Journal
        from constructs_lib.backend.fivetran.recovery import recover, recover_creations

        journal = (self._journal or Journal.of_working_directory)()
        recover(client, journal, diagnostics)
        recover_creations(client, journal, diagnostics)
        return journal

    def close(self, provider_data: Any) -> None:
        """Release the journal, so that the next run does not wait for this one."""
        provider_data.release()


def _begin_journal() -> Journal:
    """Return the journal of a working directory in which none had an entry when this run began."""
    from constructs_lib.backend.fivetran.journal.journal import Journal

    journal = Journal.of_working_directory()
    journal.creations.begin_empty()
    return journal


def open_client(
    config: Object, diagnostics: Diagnostics, terraform: str = ""
) -> tuple[Client, SecretHasher] | None:
    """Return the client of the account's API, and the hasher of its secrets.

    :param config: ``api_key``, ``api_secret``, ``api_url`` and ``request_timeout``, as far as they
        are given; the environment of the process says the rest
    :param terraform: the version of Terraform; empty if none asks
    :returns: None if something is not known yet, or is missing or wrong, which is then an error
        among the diagnostics
    """
    from constructs_lib.backend.fivetran.api.client import Client
    from constructs_lib.backend.fivetran.api.exchange import PUBLIC_URL, is_sandbox
    from constructs_lib.backend.managed_object.secret_tracking import SecretHasher

    values = {name: _setting(config, name) for name in _ENVIRONMENT}
    if UNKNOWN in values.values():
        return None
    url = PUBLIC_URL if values["api_url"] is None else values["api_url"]
    _check_url(url, diagnostics)
    if is_sandbox(url):
        # The embedded sandbox has an account of its own; the user's key is none of its matter.
        values |= dict.fromkeys(("api_key", "api_secret"), _SANDBOX_CREDENTIAL)
    _check_credentials(values, diagnostics)
    if diagnostics.has_errors:
        return None
    timeout = config.get("request_timeout")
    seconds = _REQUEST_TIMEOUT if timeout is None or timeout is UNKNOWN else float(timeout)
    transport = _transport(url, diagnostics, terraform)
    if transport is None:
        return None
    client = Client(transport, values["api_key"], values["api_secret"], seconds)
    return client, SecretHasher(values["api_key"], values["api_secret"])


def _transport(url: str, diagnostics: Diagnostics, terraform: str) -> FivetranTransport | None:
    """Return the transport to the API; None, with an error, if the file of the sandbox or that of
    the authorities to trust cannot be used.
    """
    from constructs_lib.backend.fivetran.api.exchange import FivetranTransport, is_sandbox

    if not is_sandbox(url):
        from constructs_lib.backend.managed_object.provider_data import check_authorities

        return FivetranTransport(url, terraform) if check_authorities(diagnostics) else None
    from constructs_lib.sandbox import SandboxError

    try:
        return FivetranTransport(url)
    except SandboxError as error:
        detail = f"{error}. The file comes from api_url or FIVETRAN_API_URL: sandbox:FILE."
        diagnostics.error("The sandbox cannot be used", detail, ("api_url",))
        return None


def _setting(config: Object, name: str) -> Any:
    value = config.get(name)
    return value if value is not None else os.environ.get(_ENVIRONMENT[name]) or None


def _check_url(url: Any, diagnostics: Diagnostics) -> None:
    if not isinstance(url, str):
        return
    from constructs_lib.backend.fivetran.api.exchange import check_url
    from constructs_lib.schemas.redaction import may_hold_login

    problem = check_url(url)
    if problem:
        diagnostics.error(
            "The address of Fivetran's API cannot be used",
            f"{problem}. Allowed: https addresses; http for localhost and 127.0.0.0/8; sandbox and "
            "sandbox:FILE. It comes from api_url of the provider, or from FIVETRAN_API_URL.",
            () if may_hold_login(url) else ("api_url",),
        )


def _check_credentials(values: dict[str, Any], diagnostics: Diagnostics) -> None:
    missing = [name for name in ("api_key", "api_secret") if not values[name]]
    if missing:
        named = " and ".join(missing)
        variables = " and ".join(_ENVIRONMENT[name] for name in missing)
        diagnostics.error(
            "Credentials for Fivetran are missing",
            f"{named} of the provider fivetranops: set neither in its configuration nor in the "
            f"environment. Set {variables}, or give {named} with sensitive variables. A key is "
            "made in the Fivetran dashboard under Account Settings, API config.",
            (missing[0],) if len(missing) == 1 else (),
        )
