"""The construct ``Connection``: one Fivetran connection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from constructs_lib.constructs.base import attributes
from constructs_lib.constructs.base.arguments import validate_arguments
from constructs_lib.constructs.base.attributes import Instance
from constructs_lib.constructs.base.construct import StackConstruct
from constructs_lib.constructs.base.meta_arguments import Lifecycle
from constructs_lib.constructs.base.resource import ResourceConstruct
from constructs_lib.constructs.fivetran.provider import FivetranProvider
from constructs_lib.constructs.rules.accounts import AccountOwner, owner_by_identifier
from constructs_lib.constructs.rules.meta_argument_checks import (
    MetaArgumentContext,
    check_meta_arguments,
)
from constructs_lib.constructs.rules.stack import InstanceKey, UniqueKey
from constructs_lib.constructs.rules.values import empty_secrets, literal_secrets
from constructs_lib.schemas import destination_schema_name, is_identifier
from constructs_lib.schemas.redaction import display
from constructs_lib.toolkit import Construct, ITerraformIterator, TerraformCount, is_token
from constructs_lib.validation import ConstructPlace, Finding, check_connection


class ConnectionAttributes:
    """The attributes of a connection that other resources can use."""

    # Generated from fivetranops_connection.schema.json: attributes.
    id = attributes.string()
    group_id = attributes.string()
    service = attributes.string()
    config = attributes.object_value()
    auth = attributes.object_value()
    paused = attributes.boolean()
    pause_after_trial = attributes.boolean()
    sync_frequency = attributes.number()
    daily_sync_time = attributes.string()
    schedule_type = attributes.string()
    data_delay_sensitivity = attributes.string()
    data_delay_threshold = attributes.number()
    networking_method = attributes.string()
    private_link_id = attributes.string()
    proxy_agent_id = attributes.string()
    hybrid_deployment_agent_id = attributes.string()
    destination_configuration = attributes.object_value()
    destination_schema_names = attributes.string()
    connect_card_config = attributes.object_value()
    connect_card = attributes.object_value()
    external_secrets_manager_id = attributes.string()
    external_secrets_keys_config = attributes.string_map()
    schema_status = attributes.string()
    is_historical_sync = attributes.boolean()
    run_setup_tests = attributes.boolean()
    trust_certificates = attributes.boolean()
    trust_fingerprints = attributes.boolean()
    require_setup_tests = attributes.boolean()
    pause_to_update = attributes.boolean()
    unchecked = attributes.string_map()
    timeouts = attributes.object_value()
    schema = attributes.string()
    setup_state = attributes.string()
    sync_state = attributes.string()
    update_state = attributes.string()
    rescheduled_for = attributes.string()
    succeeded_at = attributes.string()
    failed_at = attributes.string()
    created_at = attributes.string()
    connected_by = attributes.string()
    service_version = attributes.number()
    secrets_applied = attributes.string_map()
    # End of the generated attributes.


class ConnectionInstance(Instance, ConnectionAttributes):
    """One instance of a ``Connection`` with ``count`` or ``for_each``."""

    def __init__(self, connection: Connection, key: str | int) -> None:
        super().__init__(connection, key)
        self.known_service = connection.known_service
        """The service that was given to the construct; None if it is a reference."""


class ConnectionReference(StackConstruct):
    """A connection that is managed elsewhere. It has no resource."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        connection_id: str,
        service: str | None,
        provider: FivetranProvider | None,
    ) -> None:
        super().__init__(scope, id_)
        self.report(_wrong_identifier(connection_id, self.place))
        about = MetaArgumentContext(
            self.place, self.synthesis, (), FivetranProvider, Connection.TYPE
        )
        found = check_meta_arguments({"provider": provider}, about)
        self.report(found)
        self.owner: AccountOwner | None = None
        """The account of the connection; None if nothing is said of it."""
        if provider is None and isinstance(connection_id, str):
            self.owner = owner_by_identifier(connection_id, self.synthesis)
        elif provider is not None and not found:
            kind = FivetranProvider.KIND
            self.owner = AccountOwner(self.place, kind, provider, self.synthesis)
        self.id = connection_id
        """Identifier of the connection."""
        self.known_service = service
        """The service, as it was given; None if it is not known."""


class Connection(ResourceConstruct, ConnectionAttributes):
    """A Fivetran connection: one source, synced on a schedule into one destination group.

    Attributes that are left out are not managed: Fivetran's value is read and kept. All findings
    about the parameters are reported at synth, together with those of the other constructs.

    With ``for_each`` or ``count`` one construct makes several connections: write ``"${each.key}"``,
    ``"${each.value}"`` or ``"${count.index}"`` where they differ, and ``.at(key)`` to read one.
    """

    TYPE = "fivetranops_connection"
    PROVIDER = FivetranProvider
    # What a state of the connection may be was checked by its service.
    CONSTRUCTOR_ONLY = (*ResourceConstruct.CONSTRUCTOR_ONLY, "service")

    @validate_arguments(TYPE)
    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        # Generated from fivetranops_connection.schema.json: parameters.
        group_id: str,
        service: str,
        config: Mapping[str, Any],
        secrets: Mapping[str, Any] | None = None,
        auth: Mapping[str, Any] | None = None,
        auth_secrets: Mapping[str, Any] | None = None,
        paused: bool | None = None,
        pause_after_trial: bool | None = None,
        sync_frequency: Literal[1, 5, 15, 30, 60, 120, 180, 360, 480, 720, 1440] | None = None,
        daily_sync_time: str | None = None,
        schedule_type: Literal["auto", "manual"] | None = None,
        data_delay_sensitivity: Literal["LOW", "NORMAL", "HIGH", "CUSTOM", "SYNC_FREQUENCY"]
        | None = None,
        data_delay_threshold: int | None = None,
        networking_method: Literal["Directly", "PrivateLink", "SshTunnel", "ProxyAgent"]
        | None = None,
        private_link_id: str | None = None,
        proxy_agent_id: str | None = None,
        hybrid_deployment_agent_id: str | None = None,
        destination_configuration: Mapping[str, Any] | None = None,
        destination_schema_names: Literal["FIVETRAN_NAMING", "SOURCE_NAMING"] | None = None,
        connect_card_config: Mapping[str, Any] | None = None,
        external_secrets_manager_id: str | None = None,
        external_secrets_keys_config: Mapping[str, str] | None = None,
        schema_status: str | None = None,
        is_historical_sync: bool | None = None,
        run_setup_tests: bool | None = None,
        trust_certificates: bool | None = None,
        trust_fingerprints: bool | None = None,
        require_setup_tests: bool | None = None,
        pause_to_update: bool | None = None,
        unchecked: Mapping[str, str] | None = None,
        timeouts: Mapping[str, str] | None = None,
        # End of the generated parameters.
        provider: FivetranProvider | None = None,
        depends_on: Sequence[Construct] = (),
        lifecycle: Lifecycle | Mapping[str, Any] | None = None,
        count: int | str | TerraformCount | None = None,
        for_each: ITerraformIterator | Mapping[str, Any] | Sequence[str] | None = None,
        import_id: str | None = None,
        import_identity: Mapping[str, str] | None = None,
        moved_from: str | None = None,
    ) -> None:
        """Describe a connection.

        :param scope: the stack, or a construct in it
        :param id_: name of the construct; in a stack it is the name of the resource, too
        :param group_id: identifier of the group (destination) that receives the data. A change
            replaces the connection and syncs its whole history again
        :param service: name of the connector type, such as postgres or ``connector_sdk``. A change
            replaces the connection and syncs its whole history again
        :param config: settings of the source, as the service defines them, with the name of the
            destination schema in the form of the service: schema; schema and table;
            ``schema_prefix``; or schema and ``table_group_name``. Only the keys that are given are
            managed and compared. A key set to None is cleared. Secrets belong in ``secrets``. A
            change of the destination schema replaces the connection. The order of the items means
            nothing in a list whose items are told apart by a key, such as ``secrets_list``, files
            and reports
        :param secrets: secret settings of the source, such as password. Merged over config when
            sent; never stored in state or plan. Give it sensitive, ephemeral variables, whose
            values are not in the plan file either. A changed value is found by a salted digest and
            sent; all are sent along with a change that may decide which of them count; in Terraform
            ``config_wo``
        :param auth: authorization settings that are not secret, such as
            ``client_access.user_agent``. Fivetran does not return them, so drift is not seen
        :param auth_secrets: secret authorization settings, such as ``refresh_token``. Merged over
            auth when sent; never stored in state or plan. Give it sensitive, ephemeral variables,
            too. A changed value is found by a salted digest and sent; all are sent along with a
            change that may decide which of them count; in Terraform ``auth_wo``
        :param paused: True stops the schedule: no new sync starts. A sync that runs already is not
            stopped
        :param pause_after_trial: True pauses the connection when its free trial ends
        :param sync_frequency: minutes from the start of one sync to the start of the next
        :param daily_sync_time: hour (UTC) at which the daily sync starts, as HH:00. Only with
            ``sync_frequency`` 1440. An empty text clears it
        :param schedule_type: ``auto`` syncs by schedule; ``manual`` syncs only when the API is told
            to
        :param data_delay_sensitivity: how soon Fivetran warns of delayed data. ``CUSTOM`` uses
            ``data_delay_threshold``
        :param data_delay_threshold: minutes of delay before Fivetran warns. Only with
            ``data_delay_sensitivity`` CUSTOM
        :param networking_method: how Fivetran reaches the source. A change away from
            ``PrivateLink`` clears ``private_link_id``, one away from ``ProxyAgent`` clears
            ``proxy_agent_id``
        :param private_link_id: identifier of the private link. Only with ``networking_method``
            PrivateLink. An empty text clears it
        :param proxy_agent_id: identifier of the proxy agent. Only with ``networking_method``
            ProxyAgent. An empty text clears it
        :param hybrid_deployment_agent_id: identifier of the hybrid deployment agent that runs the
            sync. Left out, the agent of the destination is used. An empty text clears it
        :param destination_configuration: settings of the destination for this connection alone.
            Keys: ``virtual_warehouse``
        :param destination_schema_names: how schemas, tables and columns are named in the
            destination: by Fivetran's rules or as in the source. The API takes it at creation only,
            so a change replaces the connection
        :param connect_card_config: connect card made together with the connection. The API takes it
            at creation only: a later change has no effect, and a warning says so. Keys:
            ``redirect_uri``, ``hide_setup_guide``, ``all_fields``
        :param external_secrets_manager_id: identifier of the manager outside Fivetran that holds
            the secrets of this connection. An empty text clears it
        :param external_secrets_keys_config: for each secret setting, its key in the external
            secrets manager. An empty mapping clears it
        :param schema_status: state of the schema for services with column masking before the first
            sync: ``ready`` releases the sync. Upper and lower case mean the same. Allowed:
            ``blocked_on_capture``, ``ready``
        :param is_historical_sync: a change to True syncs the whole history again, once. Fivetran
            resets its own flag when that sync ends; this attribute keeps what was configured, so
            nothing is repeated. Not sent at creation, whose first sync loads everything anyway, nor
            where it first comes to an imported connection: a warning says so
        :param run_setup_tests: False skips the setup tests at creation and after each change. The
            value is part of every request that creates or changes the connection, but not of those
            of a ``fivetranops_connection_state``
        :param trust_certificates: True trusts the certificate of the source during the setup tests
        :param trust_fingerprints: True trusts the SSH fingerprint of the source during the setup
            tests
        :param require_setup_tests: True makes a failed setup test an error instead of a warning.
            The connection stays in state, and each apply runs the tests again until they pass
        :param pause_to_update: True lets a change that Fivetran refuses because a sync is in
            progress pause the connection, wait within the time limit until the sync has ended,
            change the settings, and set the paused flag as it was, also after an error. Left out or
            False makes that refusal an error
        :param unchecked: settings that are sent although the catalogue of services finds fault with
            their name, type or value: for each, such as ``config.new_field`` or
            ``config.files[].mode``, the reason. An import fills it in
        :param timeouts: time limits of the operations, such as 30m. Keys: ``create``, ``update``,
            ``delete``
        :param provider: the provider to use if the stack has several
        :param depends_on: what must exist before
        :param lifecycle: how Terraform treats changes, see ``Lifecycle``
        :param count: number of connections to make
        :param for_each: one connection for each entry: a mapping, texts, or an iterator of the CDK
        :param import_id: identifier of an existing connection to import
        :param import_identity: likewise, by the identity: a mapping of ``id``; Terraform
            1.12 or later
        :param moved_from: the address that it had before, such as ``orders_old``, or that of a
            connection of Fivetran's own provider, such as ``fivetran_connection.orders``
        """
        # The parameters are the attributes, by name: spelling the table out would repeat them.
        arguments = dict(locals())
        self.known_service = service if isinstance(service, str) else None
        """The service, as it was given."""
        super().__init__(scope, id_, arguments)

    @staticmethod
    @validate_arguments(TYPE)
    def from_id(
        scope: Construct,
        id_: str,
        connection_id: str,
        *,
        service: str | None = None,
        provider: FivetranProvider | None = None,
    ) -> ConnectionReference:
        """Return a connection that is managed elsewhere, for example to set its state.

        :param scope: the stack, or a construct in it
        :param id_: name of the construct
        :param connection_id: identifier of the connection
        :param service: its service, if it is known: then more can be checked before deployment
        :param provider: the provider that reaches its account, for all constructs that are about it
        """
        return ConnectionReference(scope, id_, connection_id, service, provider)

    def at(self, key: str | int) -> ConnectionInstance:
        """Return one of several connections.

        :param key: the key in ``for_each``, or the index with ``count``
        """
        return ConnectionInstance(self, key)

    def check(self, values: Mapping[str, Any], place: ConstructPlace) -> list[Finding]:
        """Return all findings about the parameters."""
        found = check_connection(values, place=place, is_token=is_token)
        if any(finding.rule == "not-json" for finding in found):
            return found
        return found + empty_secrets(values, place)

    def literal_secrets(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        """Return JSON pointers to the secrets among the parameters that are no references."""
        return literal_secrets(values)

    def unique_keys(self, values: Mapping[str, Any], provider: object) -> tuple[UniqueKey, ...]:
        """Claim the destination schema, which only one connection of a group may have."""
        group, service, config = values["group_id"], values["service"], values["config"]
        if self.known_service is None or any(is_token(v) for v in (group, service, config)):
            return ()
        name = destination_schema_name(service, config)
        if name is None or is_token(name):
            return ()
        found = f"the destination schema {name!r} in the group {group!r}"
        allowed = "a different destination schema for each connection of a group"
        return (UniqueKey("schema-taken", (provider, group, name), "/config", found, allowed),)

    def instance_key(self, values: Mapping[str, Any]) -> InstanceKey | None:
        """Return the destination schema, which only one connection of a group may have."""
        service, config = values["service"], values["config"]
        if self.known_service is None or is_token(service) or is_token(config):
            return None
        name = destination_schema_name(service, config)
        if name is None:
            return None
        what = f"the destination schema {name!r}" if not is_token(name) else "one schema"
        allowed = "a different destination schema for each connection of a group"
        return InstanceKey("schema-taken", (values["group_id"], name), "/config", what, allowed)


def _wrong_identifier(value: Any, place: ConstructPlace) -> list[Finding]:
    if isinstance(value, str) and is_token(value):
        return []
    if is_identifier(value, Connection.TYPE):
        return []
    allowed = "the identifier of an existing connection, such as 'pale_hydrogen'"
    if isinstance(value, str) and value:
        return [Finding("pattern", "error", place, "/connection_id", display(value), allowed)]
    found = "nothing" if value in (None, "") else f"a value of type {type(value).__name__}"
    return [Finding("required", "error", place, "/connection_id", found, allowed)]
