"""Each attribute of each resource alone: created, changed by one request, and taken back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from attribute_cases import CASES, CONNECTION, SCHEMA, STATE, TEST, TRUST, Case, Effect
from attribute_walk import PHASES, Key, Walk, address_of
from every_case import check_every
from expected_requests import (
    careful_state,
    change,
    creation,
    deletion,
    resync,
    schema,
    schema_read,
    setup_tests,
    sync,
)
from provider_process import ProviderProcess
from sandbox_server import serving
from scenario import Scenario, Write

from constructs_lib import schemas
from constructs_lib.backend.managed_object.checks import SUMMARY
from constructs_lib.sandbox.fivetran.trust.endpoints import encoded
from constructs_lib.sandbox.fivetran.trust.source import Kind as TrustKind
from constructs_lib.schemas import Attribute, Kind

KEYS = [(kind, place) for kind in CASES for place in CASES[kind]]
SECRET = {"config_wo": "config", "auth_wo": "auth"}
"""The field of a request that carries a write-only attribute."""


def places(attributes: dict[str, Attribute]) -> Iterator[str]:
    """Each attribute that can be configured; of those with attributes inside, these."""
    for name, attribute in attributes.items():
        if attribute.kind is Kind.NESTED:
            yield from (f"{name}.{inner}" for inner in places(attribute.attributes))
        elif not attribute.read_only:
            yield name


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("walk")
    (folder / "work").mkdir()
    provider = ProviderProcess(folder / "work", folder / "provider.log")
    try:
        with serving(folder / "sandbox.sqlite3") as sandbox:
            terraform = Scenario(folder / "work", sandbox, provider)
            try:
                yield Walk(terraform)
            finally:
                terraform.finish(destroys=True)
    finally:
        provider.end()


def case_of(key: Key) -> Case:
    return CASES[key[0]][key[1]]


def attribute_of(key: Key) -> Attribute:
    return schemas.load(key[0]).attributes[key[1].partition(".")[0]]


def sent(key: Key, which: int) -> dict[str, Any]:
    """The attribute as a request carries it."""
    case, name = case_of(key), attribute_of(key).name
    value = case.shown[which] if case.shown else (case.first, case.second)[which]
    return {SECRET.get(name, name): value}


def done_to_another(
    kind: str, configured: dict[str, Any], before: dict[str, Any] | None = None
) -> list[Write]:
    """The requests of a resource that belongs to a connection, when it does what it is for.

    :param before: what was configured before; None at creation
    """
    identifier = configured["connection_id"]
    if kind in TRUST:
        return trusting(TRUST[kind], configured, before or {})
    if kind == STATE:
        return careful_state(identifier, configured["state"])
    if kind == TEST:
        trusts = {n: True for n in configured if n.startswith("trust_") and configured[n]}
        return [setup_tests(identifier, **trusts)]
    if kind == SCHEMA:
        body = {n: configured[n] for n in schemas.load(SCHEMA).sent("update") if n in configured}
        return [schema(identifier, **body)] if body else []
    if configured.get("mode") == "resync":
        return [resync(identifier, configured.get("scope"))]
    return [sync(identifier, force=configured.get("force", False))]


def trusting(kind: TrustKind, configured: dict[str, Any], before: dict[str, Any]) -> list[Write]:
    """The approvals and revocations of a set."""
    path = f"/v1/connections/{configured['connection_id']}/{kind.segment}"
    now, then = configured[kind.segment], before.get(kind.segment, {})
    approved = [("POST", path, {"hash": h, kind.value: now[h]}) for h in now if h not in then]
    return [*approved, *(("DELETE", f"{path}/{encoded(h)}", None) for h in then if h not in now)]


def created(walk: Walk, key: Key, phase: str) -> list[Write]:
    """The requests that create the resource of an attribute."""
    configured = walk.configured(key, phase)
    if key[0] != CONNECTION:
        # Of a connection that is new, Fivetran has not read the source yet.
        first = [schema_read(configured["connection_id"])] if key[0] == SCHEMA else []
        return [*first, *done_to_another(key[0], configured)]
    case, which = case_of(key), PHASES.index(phase)
    name = attribute_of(key).name
    body = {n: value for n, value in configured.items() if n != name}
    if name in ("group_id", "service", "config"):
        body[name] = configured[name]
    elif case.effect in (Effect.SENT, Effect.CREATED, Effect.REPLACES):
        own = sent(key, which)
        body |= {n: {**body.get(n, {}), **v} if n == "config" else v for n, v in own.items()}
    after = case.effect is Effect.SET_AFTER
    more = [change(walk.identifiers[key], **sent(key, which))] if after else []
    return [creation(**body, **case.controls), *more]


@pytest.mark.parametrize("resource", CASES)
def test_every_attribute_has_a_case(resource: str) -> None:
    assert set(CASES[resource]) == set(places(schemas.load(resource).attributes))


def test_an_attribute_is_created_alone(walk: Walk) -> None:
    phase = walk.phases["first"]

    def check(key: Key) -> None:
        assert phase.plan.actions()[address_of(key)] == ["create"]
        assert phase.writes.get(key, []) == created(walk, key, "first")

    check_every(KEYS, check)


def test_an_attribute_is_changed_alone(walk: Walk) -> None:
    phase = walk.phases["second"]

    def check(key: Key) -> None:
        case, address, name = case_of(key), address_of(key), attribute_of(key).name
        replaced = case.effect is Effect.REPLACES
        differences = phase.plan.differences(address)
        assert phase.plan.actions()[address] == (["delete", "create"] if replaced else ["update"])
        assert ("secrets_applied" if name in SECRET else name) in differences
        configured = walk.configured(key, "second").keys() - {name}
        assert not differences & configured

    check_every(KEYS, check)


def test_a_change_of_an_attribute_sends_exactly_what_it_must(walk: Walk) -> None:
    def check(key: Key) -> None:
        case, writes = case_of(key), walk.phases["second"].writes.get(key, [])
        if case.effect in (Effect.STEERS, Effect.CREATED):
            assert writes == []
        elif case.effect is Effect.REPLACES:
            removed = [write for write in writes if write[0] == "DELETE"]
            made = [write for write in writes if write[0] != "DELETE"]
            assert made == created(walk, key, "second")
            assert len(removed) == (key[0] == CONNECTION)
            assert writes[: len(removed)] == removed
            assert all(write == deletion(write[1].rpartition("/")[2]) for write in removed)
        elif key[0] != CONNECTION:
            first, second = (walk.configured(key, phase) for phase in PHASES[:2])
            assert writes == done_to_another(key[0], second, first)
        else:
            assert writes == [change(walk.identifiers[key], **sent(key, 1), **case.sent_along)]

    check_every(KEYS, check)


def test_an_attribute_that_is_taken_back_sends_nothing(walk: Walk) -> None:
    phase = walk.phases["removed"]

    def check(key: Key) -> None:
        assert phase.writes.get(key, []) == []
        # Fivetran does not answer what is unchecked: an import fills it in.
        if attribute_of(key).follows_api and key != (CONNECTION, "unchecked"):
            assert address_of(key) not in phase.plan.actions()

    check_every([key for key in KEYS if attribute_of(key).optional], check)


@pytest.mark.parametrize("phase", PHASES)
def test_an_attribute_settles(walk: Walk, phase: str) -> None:
    def check(key: Key) -> None:
        assert address_of(key) not in walk.phases[phase].unsettled

    check_every(KEYS, check)


def test_change_with_an_unexpected_effect_warns(walk: Walk) -> None:
    def check(key: Key) -> None:
        found = walk.warnings(key, "second")
        if case_of(key).effect is Effect.STEERS:
            # Terraform shows one of several warnings alike; the unit tests look at each.
            found = [text for text in found if SUMMARY not in text]
        assert len(found) <= bool(case_of(key).warns)
        assert all(case_of(key).warns in text for text in found)

    check_every(KEYS, check)
