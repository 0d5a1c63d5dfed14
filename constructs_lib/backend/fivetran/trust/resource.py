"""The resources ``fivetranops_connection_certificates`` and ``…_fingerprints``.

Each is the set of what is approved for one connection, by hash. What is named is approved, and what
is not named any more is revoked. Unless the resource is exclusive, it knows only of what it names.

Source: https://fivetran.com/docs/rest-api/certificates
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from constructs_lib import schemas
from constructs_lib.backend.fivetran.api.client import Client
from constructs_lib.backend.fivetran.api.errors import NotFound
from constructs_lib.backend.fivetran.connection.model import check_identifier, import_identifier
from constructs_lib.backend.fivetran.lists import BelongingList
from constructs_lib.backend.fivetran.private_state import ImportPrivateState
from constructs_lib.backend.fivetran.provider_data import Account, locked_for_write
from constructs_lib.backend.fivetran.trust.client import Approved, Changes, TrustClient, lacks_value
from constructs_lib.backend.fivetran.trust.waiting import CERTIFICATE, FINGERPRINT, Kind, shown_by
from constructs_lib.backend.http.deadline import READ_LIMIT, Deadline
from constructs_lib.backend.http.errors import explain_errors
from constructs_lib.backend.managed_object.checks import (
    is_imported,
    unsent_changes,
    warn_about_unsent_changes,
)
from constructs_lib.backend.plugin.diagnostics import Diagnostics
from constructs_lib.backend.plugin.resource import Operation, Plan, Resource
from constructs_lib.backend.plugin.values.value import UNKNOWN, Object

_READ_AFTER_WRITES = ("approved", "waiting")


class TrustResource(Resource):
    """The resource with what a connection trusts, of one kind."""

    kind: ClassVar[Kind]

    def validate(self, config: Object, diagnostics: Diagnostics) -> None:
        """Check that each value is what its name and its hash say."""
        super().validate(config, diagnostics)
        values = config.get(self.kind.plural)
        for name in _names_of(values, None):
            diagnostics.error(
                f"A {self.kind.noun} is null",
                f"The value of {name} is null. Give its {self.kind.value}, or empty text if it is "
                "already approved; or leave out its hash.",
                (self.kind.plural, name),
            )

    def plan(self, plan: Plan, operation: Operation) -> None:
        """Plan what is read after the writes, and explain what is revoked and what is not."""
        if not plan.is_validated:
            self.validate(plan.config, operation.diagnostics)
        check_identifier(plan.planned["connection_id"])
        plan.planned["id"] = plan.planned["connection_id"]
        if plan.config.get("timeouts") is None:
            plan.planned["timeouts"] = None
        self._warn_of_doubts(plan, operation.diagnostics)
        self._compare_with_approved(plan, operation)
        if plan.prior is None:
            return
        if _writes(self.kind, plan.prior, plan.planned):
            plan.planned |= dict.fromkeys(_READ_AFTER_WRITES, UNKNOWN)
            self._explain_removed(plan, operation)
        else:
            names = unsent_changes(plan, self.schema.attributes)
            subject = f"the {self.kind.plural} of connection {plan.planned['connection_id']}"
            warn_about_unsent_changes(names, subject, operation.diagnostics)

    def create(self, planned: Object, config: Object, operation: Operation) -> Object:
        """Approve what is named."""
        return self._apply("create", planned, None, operation)

    def read(self, state: Object, operation: Operation) -> Object | None:
        """Return what is approved and named; everything that is approved if this is exclusive, or
        after an import. Return None if the connection is gone.
        """
        account: Account = operation.provider_data
        if not account.is_known and state.get(self.kind.plural) is not None:
            return state
        identifier = state["connection_id"]
        deadline = Deadline(READ_LIMIT, operation.stopping)
        imported = is_imported(state)
        with explain_errors("read", self.subject(identifier)):
            try:
                live = TrustClient(account.client, self.kind, identifier).approved(deadline)
                known = state.get(self.kind.plural) or {}
                names = live if imported or state.get("exclusive") is True else known
                values = {name: known.get(name) for name in names if name in live}
                result = self.attributes(live, values, _connection(account, identifier, deadline))
            except NotFound as error:
                if not imported:
                    account.presence.confirm_gone(identifier, error, deadline, operation)
                return None
        account.presence.exists(identifier)
        return {**state, **result, "exclusive": state.get("exclusive") is True}

    def update(
        self, prior: Object, planned: Object, config: Object, operation: Operation
    ) -> Object:
        """Approve what is new, and revoke what is not named any more."""
        if not _writes(self.kind, prior, planned):
            return {}
        return self._apply("update", planned, prior, operation)

    def delete(self, prior: Object, operation: Operation) -> None:
        """Revoke what the state has, also what was approved elsewhere if this is exclusive."""
        account: Account = operation.provider_data
        identifier, deadline = prior["connection_id"], self._deadline(prior, "delete", operation)
        client = TrustClient(account.client, self.kind, identifier)
        names = prior.get(self.kind.plural) or {}
        with explain_errors("delete", self.subject(identifier)):
            try:
                with locked_for_write(account, identifier, deadline):
                    live = client.approved(deadline) if names else {}
                    for name in sorted(names.keys() & live.keys()):
                        client.revoke(live[name], deadline)
            except NotFound as error:
                # It may wait for others, and must not hold the locks of the connection meanwhile.
                account.presence.confirm_deleted(identifier, error, deadline, operation)

    def import_state(self, identifier: str, operation: Operation) -> Object:
        """Import by the identifier of the connection: everything that is approved."""
        known = import_identifier(identifier, f"the {self.kind.plural} of a connection")
        ImportPrivateState(operation.private).is_imported = True
        return {"id": known, "connection_id": known}

    def subject(self, identifier: str) -> str:
        """Return the name of the resource for messages."""
        return f"{self.schema.name} {identifier}"

    def _apply(
        self, action: str, planned: Object, prior: Object | None, operation: Operation
    ) -> Object:
        account: Account = operation.provider_data
        identifier, wanted = planned["connection_id"], planned[self.kind.plural]
        deadline = self._deadline(planned, action, operation)
        client = TrustClient(account.client, self.kind, identifier)
        locks = locked_for_write(account, identifier, deadline)
        with explain_errors(action, self.subject(identifier)), locks:
            live = Changes(client, self.kind, planned, prior, operation).run(deadline)
            result = self.attributes(live, wanted, _connection(account, identifier, deadline))
        account.presence.exists(identifier)
        return result

    def attributes(self, live: Approved, values: dict[str, Any], connection: Object) -> Object:
        """Return the attributes that the API tells.

        :param live: everything that is approved
        :param values: the hashes that the state has, with what was configured for each; None to
            take the value from the API
        :param connection: the connection, with the results of its last setup tests
        """
        told = {name: item.get(self.kind.value) or "" for name, item in live.items()}
        return {
            "id": connection["id"],
            self.kind.plural: {n: told[n] if v is None else v for n, v in values.items()},
            "approved": self._items("approved", (live[name] for name in sorted(values))),
            "waiting": self._items(
                "waiting",
                (
                    {"hash": each.hash, "name": each.name, self.kind.value: each.value}
                    for each in shown_by(connection.get("setup_tests"))
                    if each.kind == self.kind and each.hash not in live
                ),
            ),
        }

    def _items(self, attribute: str, items: Iterable[Object]) -> list[Object]:
        names = self.schema.attributes[attribute].attributes
        return [{name: _text(item.get(name)) for name in names} for item in items]

    def _deadline(self, values: Object, action: str, operation: Operation) -> Deadline:
        limit = self.schema.time_limit(action)
        return Deadline.of(values.get("timeouts"), action, limit, operation.stopping)

    def _warn_of_doubts(self, plan: Plan, diagnostics: Diagnostics) -> None:
        """Warn of a hash to approve that is not that of its value, as far as one can tell."""
        from constructs_lib.schemas.rules.trust import doubtful_hashes

        values, before = plan.planned.get(self.kind.plural), plan.prior or {}
        if not isinstance(values, dict):
            return
        known = before.get(self.kind.plural) or {}
        new = {name: value for name, value in values.items() if name not in known}
        if found := doubtful_hashes(self.kind.plural, new):
            diagnostics.warning(
                f"The hash of a {self.kind.noun} may belong to another one",
                f"{', '.join(found)}: neither the SHA-256 nor the SHA-1 digest of its value. "
                "Fivetran does not document how it computes its hashes, so this may be right: "
                "compare both with the details of the setup test.",
                (self.kind.plural,),
            )

    def _compare_with_approved(self, plan: Plan, operation: Operation) -> None:
        """Refuse a hash without a value that is not approved, and warn of what an exclusive
        resource revokes at its creation. The list is read only where one of them is possible.
        """
        account: Account = operation.provider_data
        identifier, wanted = plan.planned["connection_id"], plan.planned.get(self.kind.plural)
        if not (account.is_known and isinstance(identifier, str) and isinstance(wanted, dict)):
            return
        known = (plan.prior or {}).get(self.kind.plural) or {}
        bare = [name for name in _names_of(wanted, "") if name not in known]
        takes_over = plan.prior is None and plan.planned.get("exclusive") is True
        if not (bare or takes_over):
            return
        deadline = Deadline(READ_LIMIT, operation.stopping)
        with explain_errors("plan", self.subject(identifier)):
            live = TrustClient(account.client, self.kind, identifier).approved(deadline)
        for name in bare:
            if name not in live:
                error = lacks_value(self.kind, name, "")
                operation.diagnostics.error(error.summary, error.detail, error.path)
        others = sorted(live.keys() - wanted.keys())
        if takes_over and others:
            operation.diagnostics.warning(
                f"Other {self.kind.plural} of connection {identifier} will be revoked",
                f"exclusive is true, and these are approved and not named: {', '.join(others)}.",
                ("exclusive",),
            )

    def _explain_removed(self, plan: Plan, operation: Operation) -> None:
        """Warn of what stays approved although it is not named any more; and after an import, of
        what is revoked because it never was.
        """
        prior, after = plan.prior or {}, plan.planned[self.kind.plural]
        exclusive = plan.planned.get("exclusive")
        if not isinstance(after, dict) or exclusive is UNKNOWN:
            return
        gone = ", ".join(sorted((prior.get(self.kind.plural) or {}).keys() - after.keys()))
        if gone and exclusive is False and prior.get("exclusive") is True:
            operation.diagnostics.warning(
                f"Some {self.kind.plural} stay approved",
                f"{gone}: exclusive is no longer true, so what is not named is not revoked.",
                (self.kind.plural,),
            )
        elif gone and ImportPrivateState(operation.private).is_imported:
            operation.diagnostics.warning(
                f"Some {self.kind.plural} will be revoked",
                f"{gone}: the import found them approved, and the configuration does not name "
                f"them. To keep one, name it in {self.kind.plural}; empty text is enough.",
                (self.kind.plural,),
            )


def _connection(account: Account, identifier: str, deadline: Deadline) -> Object:
    """Return a connection with the results of its last setup tests, from a page if one has them."""

    def shows_tests(item: Object) -> bool:
        return isinstance(item.get("setup_tests"), list)

    return account.client.batched_reader.connection(identifier, deadline, shows_tests)


def _writes(kind: Kind, prior: Object, planned: Object) -> bool:
    """Return True if an update may approve or revoke something."""
    before, after = prior.get(kind.plural) or {}, planned.get(kind.plural)
    if not isinstance(after, dict) or before.keys() != after.keys():
        return True
    begins = planned.get("exclusive") is not False and prior.get("exclusive") is not True
    return begins or planned.get("approved") is UNKNOWN


def _names_of(values: Any, value: str | None) -> list[str]:
    """Return the hashes that have this very value, sorted; none if the values are not known."""
    return sorted(n for n, v in values.items() if v == value) if isinstance(values, dict) else []


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


class ConnectionCertificatesResource(TrustResource):
    """The resource with the TLS certificates that a connection trusts."""

    schema = schemas.load("fivetranops_connection_certificates")
    kind = CERTIFICATE


class ConnectionFingerprintsResource(TrustResource):
    """The resource with the fingerprints of SSH servers that a connection trusts."""

    schema = schemas.load("fivetranops_connection_fingerprints")
    kind = FINGERPRINT


class TrustList(BelongingList):
    """The list of the connections for which something of one kind is approved."""

    resource: ClassVar[type[TrustResource]]

    def read(self, client: Client, identifier: str, deadline: Deadline) -> Approved:
        """Return what is approved for a connection."""
        return TrustClient(client, self.resource.kind, identifier).approved(deadline)

    def imported(self, live: Approved, item: Object) -> Object:
        """Return the state that an import reads: everything that is approved."""
        found = self.resource().attributes(live, dict.fromkeys(live), item)
        return {**found, "connection_id": item["id"], "exclusive": False}

    def written(self, live: Approved) -> Object:
        """Return the hashes of all that is approved, sorted, each with what approves it: an empty
        text where the API does not tell that, as of certificates.
        """
        kind = self.resource.kind
        values = {name: _text(live[name].get(kind.value)) or "" for name in sorted(live)}
        return {kind.plural: values}


class ConnectionCertificatesList(TrustList):
    """The list of the connections with approved certificates."""

    schema = schemas.load("list.fivetranops_connection_certificates")
    resource = ConnectionCertificatesResource


class ConnectionFingerprintsList(TrustList):
    """The list of the connections with approved fingerprints."""

    schema = schemas.load("list.fivetranops_connection_fingerprints")
    resource = ConnectionFingerprintsResource
