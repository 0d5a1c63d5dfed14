"""Certificates and fingerprints: approved, revoked, followed, taken over; one case for both."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import pytest
from bodies import GATE, ORDERS, gate, orders
from expected_requests import deletion, schema, schema_read, setup_tests
from sandbox_server import Sandbox
from scenario import Scenario, Write

from constructs_lib.sandbox.fivetran.trust.endpoints import encoded
from constructs_lib.sandbox.fivetran.trust.source import CERTIFICATE, FINGERPRINT, Kind


class Case(NamedTuple):
    """One kind, with the host that shows one of it."""

    kind: Kind
    host: str

    @property
    def resource(self) -> str:
        return f"fivetranops_connection_{self.kind.segment}"

    @property
    def address(self) -> str:
        return f"{self.resource}.source"

    def shown(self, host: str = "") -> dict[str, str]:
        """What a host shows; the host of the connection if it is left out."""
        return self.kind.shown(host or self.host)

    def value(self, host: str = "") -> dict[str, str]:
        """A hash with what approves it, as the configuration has it."""
        shown = self.shown(host)
        return {shown["hash"]: shown[self.kind.value]}

    def body(self, values: dict[str, str], more: str = "", *, of: str = "") -> str:
        identifier = f'"{of}"' if of else "fivetranops_connection.orders.id"
        return f"""
resource "{self.resource}" "source" {{
  connection_id = {identifier}
  {self.kind.segment} = {json.dumps(values)}
  {more}
}}
"""

    def path(self, identifier: str) -> str:
        return f"/v1/connections/{identifier}/{self.kind.segment}"

    def approval(self, identifier: str, host: str = "") -> Write:
        shown = self.shown(host)
        body = {name: shown[name] for name in ("hash", self.kind.value)}
        return ("POST", self.path(identifier), body)

    def revocation(self, identifier: str, host: str = "") -> Write:
        return ("DELETE", f"{self.path(identifier)}/{encoded(self.shown(host)['hash'])}", None)

    def approve(self, sandbox: Sandbox, identifier: str, host: str) -> str:
        """Approves what a host shows, as a person would; returns its hash."""
        _, path, body = self.approval(identifier, host)
        sandbox.ask("POST", path, body)
        return self.shown(host)["hash"]

    def approved(self, sandbox: Sandbox, identifier: str) -> set[str]:
        return {item["hash"] for item in sandbox.ask("GET", self.path(identifier))["items"]}


CASES = [
    pytest.param(Case(CERTIFICATE, "db.unsigned.test"), id="certificates"),
    pytest.param(Case(FINGERPRINT, "db.unknown.test"), id="fingerprints"),
]


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.param
    return found


@pytest.fixture
def source(sandbox: Sandbox, case: Case) -> str:
    """A connection that a person made, whose source shows what nobody has approved."""
    return sandbox.add("postgres", schema_prefix="shop", host=case.host)


@pytest.mark.both_terraforms
@pytest.mark.parametrize("case", CASES[:1], indirect=True)
def test_one_apply_pins_tests_chooses_and_syncs(
    terraform: Scenario, sandbox: Sandbox, case: Case
) -> None:
    tested = gate(f"depends_on = [{case.address}]")
    chosen_and_synced = f"""
resource "fivetranops_connection_schema" "chosen" {{
  connection_id          = {ORDERS}.id
  schema_change_handling = "ALLOW_COLUMNS"
  schemas                = {{ public = {{ tables = {{ orders = {{ enabled = false }} }} }} }}
  depends_on             = [{GATE}]
}}

resource "fivetranops_connection_sync" "now" {{
  connection_id = {ORDERS}.id
  depends_on    = [fivetranops_connection_schema.chosen]
}}
"""
    options = "run_setup_tests = false\n  trust_certificates = false"
    body = orders(options, host=case.host) + case.body(case.value())
    terraform.write(body + tested + chosen_and_synced)

    terraform.apply()

    identifier = terraform.resource(ORDERS)["id"]
    creation, *rest = sandbox.writes()
    assert creation[:2] == ("POST", "/v1/connections")
    sync = ("POST", f"/v1/connections/{identifier}/sync", {"force": False})
    off = {"public": {"enabled": True, "tables": {"orders": {"enabled": False}}}}
    chosen = schema(identifier, schema_change_handling="ALLOW_COLUMNS", schemas=off)
    first = [case.approval(identifier), setup_tests(identifier)]
    assert rest == [*first, schema_read(identifier), chosen, sync]
    assert terraform.resource(GATE)["status"] == "PASSED"
    found = terraform.resource(case.address)
    assert found["approved"][0]["sha256"] == case.shown()["sha256"]
    assert found["waiting"] == []
    sandbox.store.advance(1e6)
    terraform.check_settled()
    terraform.destroy([case.revocation(identifier), deletion(identifier)])


def test_what_waits_is_told_and_approved(terraform: Scenario, sandbox: Sandbox, case: Case) -> None:
    # Given a new connection and a resource that names nothing, as the guide has them
    body = orders("run_setup_tests = false", host=case.host)
    tested = gate(f"depends_on = [{case.address}]")
    # When the setup tests fail, their error names the hash, the value and the resource
    terraform.write(body + case.body({}) + tested)
    error = "".join(terraform.run("apply", "-auto-approve", "-input=false", ok=False).split())
    error = error.replace("│", "")
    ((name, value),) = case.value().items()
    assert name in error
    assert case.resource in error
    assert value.replace(" ", "") in error
    # And a refresh, as it says, brings what waits into the state
    assert terraform.resource(case.address)["waiting"] == []
    terraform.run("apply", "-refresh-only", "-auto-approve", "-input=false")
    (waiting,) = terraform.resource(case.address)["waiting"]
    assert {waiting["hash"]: waiting[case.kind.value]} == case.value()
    # Then it is approved, and the tests pass
    identifier = terraform.resource(ORDERS)["id"]
    assert sandbox.writes()[1:] == [setup_tests(identifier)]
    writes = [case.approval(identifier), setup_tests(identifier)]
    terraform.step(body + case.body(case.value()) + tested, writes)
    assert terraform.resource(case.address)["waiting"] == []


@pytest.mark.parametrize("case", CASES[:1], indirect=True)
def test_a_rotation_approves_before_it_revokes(
    terraform: Scenario, sandbox: Sandbox, case: Case, source: str
) -> None:
    foreign = case.approve(sandbox, source, "of-a-person.test")
    terraform.step(case.body(case.value(), of=source), [case.approval(source)])

    rotated = case.value("next.test")
    terraform.step(
        case.body(rotated, of=source),
        [case.approval(source, "next.test"), case.revocation(source)],
        actions={case.address: ["update"]},
        differences={case.kind.segment, "approved", "waiting"},
    )

    # What nobody named here stays as it is, also when everything named is taken back.
    assert case.approved(sandbox, source) == {*rotated, foreign}
    terraform.destroy([case.revocation(source, "next.test")])
    assert case.approved(sandbox, source) == {foreign}


@pytest.mark.parametrize("case", CASES[1:], indirect=True)
def test_an_exclusive_set_revokes_what_others_approve(
    terraform: Scenario, sandbox: Sandbox, case: Case, source: str
) -> None:
    case.approve(sandbox, source, "before.test")
    body = case.body(case.value(), "exclusive = true", of=source)
    # At creation the plan says what will be revoked
    terraform.step(
        body,
        [case.approval(source), case.revocation(source, "before.test")],
        warns=("will be revoked", "of others were revoked"),
    )
    # And later it shows it as a difference
    foreign = case.approve(sandbox, source, "later.test")
    plan = terraform.plan()
    assert foreign in plan.change(case.address)["before"][case.kind.segment]
    terraform.step(body, [case.revocation(source, "later.test")])
    # When it is exclusive no more, what others approve is none of its business
    case.approve(sandbox, source, "free.test")
    terraform.step(case.body(case.value(), of=source), [], warns=("Some .* stay approved",))
    assert len(case.approved(sandbox, source)) == 2


def test_what_exists_is_taken_over(
    terraform: Scenario, sandbox: Sandbox, case: Case, source: str
) -> None:
    terraform.step(case.body(case.value(), of=source), [case.approval(source)])
    told = case.value() if case.kind is FINGERPRINT else dict.fromkeys(case.value(), "")
    differs: dict[str, Any] = {} if told == case.value() else {case.kind.segment: told}

    terraform.import_(case.address, source, except_=differs, plans=frozenset(differs))


@pytest.mark.parametrize("case", CASES[:1], indirect=True)
def test_another_form_is_found_by_validate(terraform: Scenario, case: Case) -> None:
    pem = "-----BEGIN X-----\\nMIID\\n-----END X-----"

    terraform.refused(
        case.body({"abc": pem}, of="pale_hydrogen"), "found a .* in PEM form", during="validate"
    )
