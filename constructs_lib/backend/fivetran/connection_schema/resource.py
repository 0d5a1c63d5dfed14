"""The resource ``fivetranops_connection_schema``: which schemas, tables and columns of the source
of one connection are synced, and how.

Only what is named is managed. The state has what is named, with the values that the API has; so a
change by somebody else shows, and whatever the source adds by itself does not. A plan compares what
is named with what the API has: it finds unknown names and settings that cannot be changed.

Source: https://fivetran.com/docs/rest-api/api-reference/connection-schema
"""

from __future__ import annotations

import time
from typing import Any

from constructs_lib import schemas
from constructs_lib.backend.fivetran.api.client import Client
from constructs_lib.backend.fivetran.api.errors import NotFound
from constructs_lib.backend.fivetran.connection.model import (
    check_identifier,
    import_identifier,
    require_identifier,
)
from constructs_lib.backend.fivetran.connection_schema import checks
from constructs_lib.backend.fivetran.connection_schema.client import (
    SchemaClient,
    SchemaSetter,
    Wanted,
    add_columns_if_possible,
)
from constructs_lib.backend.fivetran.connection_schema.schema_config import (
    SchemaConfig,
    deviations,
    imported_values,
    named_values,
)
from constructs_lib.backend.fivetran.lists import BelongingList
from constructs_lib.backend.fivetran.provider_data import Account, locked_for_write
from constructs_lib.backend.http.deadline import READ_LIMIT, Deadline
from constructs_lib.backend.http.errors import explain_errors
from constructs_lib.backend.managed_object.checks import (
    is_imported,
    unsent_changes,
    warn_about_unsent_changes,
)
from constructs_lib.backend.plugin import log
from constructs_lib.backend.plugin.diagnostics import Diagnostics
from constructs_lib.backend.plugin.resource import Operation, Plan, Resource
from constructs_lib.backend.plugin.values.value import (
    UNKNOWN,
    Dynamic,
    Object,
    contains_unknown,
    same,
    unwrap,
)

_SENT = ("schema_change_handling", "schemas", "is_type_locked")
_LEFT_OUT = ("schemas", "is_type_locked", "timeouts")
"""The attributes that nobody but the configuration knows: what is taken out of it, is gone."""
_KEPT = 10
"""How many configurations of connections are kept between two steps of a run, as Terraform works
on ten resources at once."""
_FRESH_TO_LOOK_AT, _FRESH_TO_CHANGE = 60.0, 5.0
"""For how many seconds one counts as just read: what is sent repeats parts of it, so that somebody
else's change must not be older than a request or two."""
_MOST_NAMED = 10


class ConnectionSchemaResource(Resource):
    """The resource that manages the schema configuration of a connection."""

    schema = schemas.load("fivetranops_connection_schema")

    def plan(self, plan: Plan, operation: Operation) -> None:
        """Compare what is named with what the API has, and say what will be sent."""
        for name in _LEFT_OUT:
            if plan.config.get(name) is None:
                plan.planned[name] = None
        identifier = plan.planned["connection_id"]
        check_identifier(identifier)
        plan.planned["id"] = identifier
        sent = [name for name in _SENT if plan.is_create or plan.replace or plan.changed(name)]
        account: Account = operation.provider_data
        if sent and isinstance(identifier, str) and account.is_known:
            sent = _look(plan, sent, operation)
        if plan.planned.get("is_type_locked") is None and "is_type_locked" in sent:
            sent.remove("is_type_locked")
        names = unsent_changes(plan, self.schema.attributes, sent)
        subject = f"the schema configuration of connection {identifier}"
        warn_about_unsent_changes(names, subject, operation.diagnostics)

    def create(self, planned: Object, config: Object, operation: Operation) -> Object:
        """Set it for the first time."""
        return self._set(planned, None, config, operation)

    def read(self, state: Object, operation: Operation) -> Object | None:
        """Read what is named, by one request; None if the API says that the connection is gone."""
        account: Account = operation.provider_data
        if not account.is_known:
            return state
        identifier = require_identifier(state["connection_id"])
        deadline = Deadline(READ_LIMIT, operation.stopping)
        with explain_errors("read", _subject(identifier)):
            try:
                config = SchemaClient(account.client, identifier, deadline).read()
                account.presence.exists(identifier)
                return {**_defaults(state), **_read(account, state, config, deadline)}
            except NotFound as error:
                if not is_imported(state):
                    account.presence.confirm_gone(identifier, error, deadline, operation)
                return None

    def update(
        self, prior: Object, planned: Object, config: Object, operation: Operation
    ) -> Object:
        """Send what changed, and nothing else."""
        if all(same(prior[name], planned[name]) for name in _SENT):
            return {}
        return self._set(planned, prior, config, operation)

    def plan_destroy(self, prior: Object, operation: Operation) -> None:
        """Say that nothing is sent, unless the connection goes as well."""
        identifier = prior["connection_id"]
        account: Account = operation.provider_data
        if not account.planned_effects.is_destroyed(identifier):
            operation.diagnostics.warning(
                "The schema configuration stays as it is",
                f"Fivetran has no request that deletes the schema configuration of connection "
                f"{identifier}. It stays as it is, and is not managed any more.",
            )

    def delete(self, prior: Object, operation: Operation) -> None:
        """Forget it: nothing can be deleted."""

    def import_state(self, identifier: str, operation: Operation) -> Object:
        """Import by the identifier of the connection."""
        known = import_identifier(identifier, "the schema configuration of a connection")
        return {"id": known, "connection_id": known}

    def _set(
        self, planned: Object, prior: Object | None, config: Object, operation: Operation
    ) -> Object:
        account: Account = operation.provider_data
        identifier = require_identifier(planned["connection_id"])
        action = "create" if prior is None else "update"
        deadline = Deadline.of(
            planned.get("timeouts"), action, self.schema.time_limit(action), operation.stopping
        )
        deadline.on_wait = lambda reason: log.info(f"waiting for {reason}")
        wanted = _wanted(config, prior)
        api = SchemaClient(account.client, identifier, deadline)

        def save(answer: SchemaConfig) -> None:
            """Save what an update has sent, so that the next plan shows what is left to do."""
            if prior is not None and wanted.named is not None:
                operation.save({"schemas": Dynamic.of(named_values(wanted.named, answer))})

        def first() -> SchemaConfig | None:
            return _recent(account, identifier, api, _FRESH_TO_CHANGE)

        setter = SchemaSetter(account.client, identifier, deadline, operation.diagnostics)
        explaining = explain_errors(action, _subject(identifier))
        with explaining, locked_for_write(account, identifier, deadline):
            answer = setter.run(wanted, first, save)
        account.presence.exists(identifier)
        policy = wanted.policy or answer.policy
        return {
            "id": identifier,
            "schema_change_handling": policy,
            "schemas": config.get("schemas"),
        }


class ConnectionSchemaList(BelongingList):
    """The list of the connections that have a schema configuration."""

    schema = schemas.load("list.fivetranops_connection_schema")

    def read(self, client: Client, identifier: str, deadline: Deadline) -> SchemaConfig | None:
        """Return the configuration; None if Fivetran has not read the source yet."""
        return SchemaClient(client, identifier, deadline).read()

    def imported(self, live: SchemaConfig, item: Object) -> Object:
        """Return the state that an import reads: the policy, and what differs from it."""
        identifier = item["id"]
        known = {"id": identifier, "connection_id": identifier, "reload": "if_missing"}
        return {**known, **imported_values(live)}

    def written(self, live: SchemaConfig) -> Object:
        """Return the policy, and what differs from it."""
        differing = deviations(live)
        named = {"schemas": differing} if differing else {}
        return {"schema_change_handling": live.policy, **named}


def _wanted(config: Object, prior: Object | None) -> Wanted:
    """Return what a configuration demands; the lock of types only where it changes."""
    policy, locked = config.get("schema_change_handling"), config.get("is_type_locked")
    if prior is not None and same(prior.get("is_type_locked"), locked):
        locked = None
    return Wanted(
        None if policy is UNKNOWN else policy,
        unwrap(config.get("schemas")),
        None if locked is UNKNOWN else locked,
        config.get("reload") or "if_missing",
    )


def _look(plan: Plan, sent: list[str], operation: Operation) -> list[str]:
    """Compare a plan with what the API has; return the attributes of which something is sent."""
    account: Account = operation.provider_data
    identifier = plan.planned["connection_id"]
    deadline = Deadline(READ_LIMIT, operation.stopping)
    with explain_errors("plan", _subject(identifier)):
        if account.presence.is_refused(identifier, deadline, operation):
            return sent
        api = SchemaClient(account.client, identifier, deadline)
        config = _recent(account, identifier, api, _FRESH_TO_LOOK_AT)
        wanted = _wanted(plan.config, None if plan.replace else plan.prior)
        has_columns = config is None or add_columns_if_possible(
            api, wanted.named, config, wanted.reload
        )
    _remember(account, identifier, config)
    if config is None:
        return sent
    found = list(checks.find_problems(wanted.named, config))
    if wanted.reload != "if_missing":
        # What the source has by now, nobody knows before it is read, again or for the first time.
        found = [problem for problem in found if not problem.is_missing]
    for error in checks.as_errors(found, f"connection {identifier}"):
        operation.diagnostics.error(error.summary, error.detail, error.path)
    if not found:
        _warn_of_resync(identifier, checks.switched_on(wanted.named, config), operation.diagnostics)
    if not has_columns or any(contains_unknown(plan.config.get(name)) for name in _SENT):
        return sent
    differing = wanted.attributes_to_send(config)
    return [name for name in sent if name in differing]


def _warn_of_resync(identifier: str, places: list[str], diagnostics: Diagnostics) -> None:
    """Warn that what is switched on is loaded again."""
    if not places:
        return
    more = len(places) - _MOST_NAMED
    listing = "\n".join([*places[:_MOST_NAMED], *([f"and {more} more"] if more > 0 else [])])
    diagnostics.warning(
        "Tables are enabled, and load their history again",
        f"Connection {identifier}: the next sync loads the whole history of what is newly "
        f"enabled, which may take time and cost rows.\n\n{listing}",
        ("schemas",),
    )


def _read(
    account: Account, state: Object, config: SchemaConfig | None, deadline: Deadline
) -> Object:
    """Return the attributes that the API tells."""
    identifier = state["connection_id"]
    if config is None:
        # By reload = "never" it was sent ahead: it holds once Fivetran has read the source.
        is_ahead = state.get("reload") == "never"
        return {} if is_ahead else {"schema_change_handling": None, "schemas": None}
    if is_imported(state):
        return imported_values(config)
    known = state.get("schemas")
    named = None if known is None else known.value
    api = SchemaClient(account.client, identifier, deadline)
    if add_columns_if_possible(api, named, config, str(state.get("reload"))):
        _remember(account, identifier, config)
    else:
        _assume_columns(named, config)
    now = named_values(named, config)
    # To make another value of thousands of columns takes longer than all the rest.
    found = known if now == named else Dynamic.of(now)
    return {"schema_change_handling": config.policy, "schemas": found}


def _assume_columns(named: Any, config: SchemaConfig) -> None:
    """Take the columns that cannot be read for what they were: nobody has set them since."""
    for schema, table in checks.tables_to_read(named, config):
        columns = named[schema]["tables"][table]["columns"]
        config.add_columns(schema, table, columns)


def _defaults(state: Object) -> Object:
    """Return a state with the defaults that an import lacks."""
    result = {**state, "id": state["connection_id"]}
    if result.get("reload") is None:
        result["reload"] = "if_missing"
    return result


def _remember(account: Account, identifier: str, config: SchemaConfig | None) -> None:
    """Keep what was just read for the next step of this run."""
    kept = account.read_before
    kept.pop(identifier, None)
    kept[identifier] = (time.monotonic(), config)
    for oldest in list(kept)[:-_KEPT]:
        kept.pop(oldest, None)


def _recent(
    account: Account, identifier: str, api: SchemaClient, seconds: float
) -> SchemaConfig | None:
    """Return what a step of this run has read in the last seconds, or else read it."""
    known = account.read_before.pop(identifier, None)
    if known is not None and time.monotonic() - known[0] < seconds:
        found: SchemaConfig | None = known[1]
        return found
    return api.read()


def _subject(identifier: str) -> str:
    return f"fivetranops_connection_schema {identifier}"
