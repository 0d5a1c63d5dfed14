"""Identities of resources: what Terraform gets with each state, and how it imports by one."""

from __future__ import annotations

import json
from typing import Any

import pytest
import tfplugin6_pb2 as pb
from identity_samples import (
    CONFIG,
    IDENTITY,
    PARTS,
    PLANNED,
    STATE,
    Identified,
    apply,
    ask,
    identity_of,
    import_,
    plan,
    read,
)
from plugin_samples import Sample, Scripted, errors, message, values

from constructs_lib.backend.plugin.diagnostics import AlreadyReported, ProviderError
from constructs_lib.backend.plugin.protocol.dispatcher import dispatch
from constructs_lib.backend.plugin.protocol.session import Session
from constructs_lib.backend.plugin.values.value import UNKNOWN

KEPT = Identified(read=lambda state, operation: state)
MADE = {"create": lambda *_: {"id": "x"}, "update": lambda prior, *_: prior}


def refuse(*arguments: Any) -> Any:
    raise ProviderError("Refused", "It said no.")


def test_the_schema_of_an_identity_is_its_marked_attributes() -> None:
    response = ask(Identified(), "GetResourceIdentitySchemas")

    assert not response.diagnostics
    schema = response.identity_schemas["toy_thing"]
    assert schema.version == 0
    found = [
        (one.name, one.type, one.required_for_import, one.optional_for_import)
        for one in schema.identity_attributes
    ]
    assert found == [("color", b'"string"', False, True), ("id", b'"string"', True, False)]


def test_the_version_and_descriptions_of_an_identity_are_told() -> None:
    resource = Identified()
    resource.identity_version = 2  # type: ignore[misc]

    schema = ask(resource, "GetResourceIdentitySchemas").identity_schemas["toy_thing"]

    assert schema.version == 2
    assert [one.description for one in schema.identity_attributes] == [
        inner.description for inner in PARTS.values()
    ]


def test_a_resource_without_a_mark_has_no_identity() -> None:
    assert ask(Scripted(), "GetResourceIdentitySchemas") == (
        pb.GetResourceIdentitySchemas.Response()
    )
    plain = Scripted(read=lambda state, operation: state, **MADE)
    assert not read(plain).HasField("new_identity")
    assert not plan(plain).HasField("planned_identity")
    assert not apply(plain).HasField("new_identity")


def test_prepared_identities_are_answered_without_the_provider() -> None:
    session = Session(lambda: Sample(Identified()), prepared_identities=b"")

    assert dispatch(session, "GetResourceIdentitySchemas", b"") == b""
    assert not session.is_loaded


@pytest.mark.parametrize("identity", [IDENTITY, None])
def test_a_read_answers_the_identity(identity: Any) -> None:
    response = read(KEPT, identity=identity)

    assert errors(response) == []
    assert identity_of(response.new_identity) == IDENTITY
    assert response.new_state == message(STATE)


def test_what_is_gone_has_no_identity() -> None:
    response = read(Identified())

    assert values(response.new_state) is None
    assert not response.HasField("new_identity")


def test_a_read_of_an_identity_without_a_state_answers_nothing() -> None:
    response = read(Identified(read=refuse), state=None)

    assert errors(response) == []
    assert not response.HasField("new_identity")


def failing(*arguments: Any) -> Any:
    raise AlreadyReported("Not read", "Another error says why.")


@pytest.mark.parametrize("fail", [refuse, failing])
def test_a_failed_read_keeps_the_identity(fail: Any) -> None:
    assert identity_of(read(Identified(read=fail)).new_identity) == IDENTITY


def test_an_older_terraform_gets_no_identity() -> None:
    older = {"identity": None, "knows_identity": False}
    resource = Identified(read=lambda state, operation: state, **MADE)

    for response in (read(resource, **older), apply(resource, **older)):
        assert errors(response) == []
        assert not response.HasField("new_identity")
    assert not plan(resource, **older).HasField("planned_identity")


@pytest.mark.parametrize(
    ("version", "knows"),
    [("1.11.4", False), ("1.12.0", True), ("1.15.5", True), ("", True), ("2.0.0-beta1", True)],
)
def test_the_version_tells_whether_identities_are_known(version: str, knows: bool) -> None:
    session = Session(lambda: Sample(Identified()))
    request = pb.ConfigureProvider.Request(terraform_version=version)

    dispatch(session, "ConfigureProvider", request.SerializeToString())

    assert session.knows_identity is knows


@pytest.mark.parametrize("method", ["GetResourceIdentitySchemas", "UpgradeResourceIdentity"])
def test_a_newer_terraform_after_an_older_one_has_identities(method: str) -> None:
    """In debug mode one process serves both."""
    session = Session(lambda: Sample(Identified()))
    session.knows_identity = False

    dispatch(session, method, b"\x0a\x09toy_thing" if method.startswith("Upgrade") else b"")

    assert session.knows_identity


def test_a_creation_plans_no_identity_with_unknown_parts() -> None:
    """Terraform 1.15 would show no plan: "value is not known"."""
    response = plan(Identified(), prior=None, identity=None)

    assert errors(response) == []
    assert not response.HasField("planned_identity")


def test_a_creation_plans_an_identity_that_is_known() -> None:
    response = plan(Identified(plan=set_id), prior=None, identity=None)

    assert errors(response) == []
    assert identity_of(response.planned_identity) == IDENTITY


@pytest.mark.parametrize("identity", [IDENTITY, None])
def test_an_update_plans_the_identity_that_there_is(identity: Any) -> None:
    response = plan(Identified(), config={**CONFIG, "level": 5}, identity=identity)

    assert errors(response) == []
    assert identity_of(response.planned_identity) == IDENTITY


def set_id(plan: Any, operation: Any) -> None:
    plan.planned["id"] = "x"


def set_unknown(plan: Any, operation: Any) -> None:
    plan.planned["id"] = UNKNOWN


def test_what_an_update_leaves_unknown_is_as_before() -> None:
    response = plan(Identified(plan=set_unknown), config={**CONFIG, "level": 5})

    assert identity_of(response.planned_identity) == IDENTITY
    response = plan(Identified(plan=set_unknown), {**CONFIG, "level": 5}, identity=None)
    assert errors(response) == []
    assert not response.HasField("planned_identity")


def test_a_replacement_plans_another_identity() -> None:
    two = {**CONFIG, "name": "two", "color": "green"}

    first = plan(Identified(), config=two)
    second = plan(Identified(plan=set_id), config=two, prior=None)

    for response in (first, second):
        assert errors(response) == []
        assert identity_of(response.planned_identity) == {"id": "x", "color": "green"}
    unknown = plan(Identified(plan=set_unknown), config=two)
    assert errors(unknown) == []
    assert not unknown.HasField("planned_identity")


def test_a_destruction_plans_no_identity() -> None:
    response = plan(Identified(), config=None)

    assert errors(response) == []
    assert not response.HasField("planned_identity")


def test_a_creation_answers_the_identity() -> None:
    response = apply(Identified(**MADE), identity={"id": UNKNOWN, "color": "red"})

    assert errors(response) == []
    assert identity_of(response.new_identity) == IDENTITY


def test_an_update_answers_the_identity() -> None:
    response = apply(Identified(**MADE), STATE, {**STATE, "level": 4}, IDENTITY)

    assert errors(response) == []
    assert identity_of(response.new_identity) == IDENTITY


def test_a_deletion_answers_no_identity() -> None:
    assert not apply(Identified(), STATE, None, IDENTITY).HasField("new_identity")


def test_a_failed_deletion_keeps_the_identity() -> None:
    response = apply(Identified(delete=refuse), STATE, None, IDENTITY)

    assert errors(response) == ["Refused: It said no."]
    assert identity_of(response.new_identity) == IDENTITY


def test_what_a_failed_creation_saved_has_its_identity() -> None:
    def half(planned: Any, config: Any, operation: Any) -> Any:
        operation.save({"id": "x"})
        raise ProviderError("Half made", "It broke off.")

    response = apply(Identified(create=half), identity={"id": UNKNOWN, "color": "red"})

    assert errors(response) == ["Half made: It broke off."]
    assert identity_of(response.new_identity) == IDENTITY


@pytest.mark.parametrize("saved", [None, {"color": "red"}])
def test_a_failed_creation_without_an_id_has_no_identity(saved: Any) -> None:
    def half(planned: Any, config: Any, operation: Any) -> Any:
        if saved:
            operation.save(saved)
        raise ProviderError("Half made", "It broke off.")

    response = apply(Identified(create=half), identity={"id": UNKNOWN, "color": "red"})

    assert errors(response) == ["Half made: It broke off."]
    assert not response.HasField("new_identity")


def test_a_failing_identity_costs_no_state() -> None:
    response = apply(Identified(identity=lambda state: 1 / 0, **MADE))

    assert "ZeroDivisionError" in errors(response)[0]
    assert values(response.new_state) == {**PLANNED, "id": "x"}


def test_an_import_by_id_answers_the_identity() -> None:
    (imported,) = import_(Identified(), id="x").imported_resources

    assert identity_of(imported.identity) == {"id": "x", "color": None}


def test_an_import_by_id_may_leave_the_identity_to_the_read() -> None:
    resource = Identified(
        import_state=lambda identifier, operation: {"id": "x"},
        identity=lambda state: {"id": state["name"], "color": state["color"]},
    )

    response = import_(resource, id="x")

    assert errors(response) == []
    assert not response.imported_resources[0].HasField("identity")


@pytest.mark.parametrize("color", ["red", None])
def test_an_import_by_identity_uses_its_parts(color: Any) -> None:
    asked: list[str] = []

    def stub(identifier: str, operation: Any) -> Any:
        asked.append(identifier)
        return {"id": identifier}

    (imported,) = import_(
        Identified(import_state=stub), {"id": "x", "color": color}
    ).imported_resources

    assert asked == ["x"]
    assert identity_of(imported.identity) == {"id": "x", "color": color}
    assert (values(imported.state)["id"], values(imported.state)["color"]) == ("x", color)


@pytest.mark.parametrize("missing", [None, ""])
def test_an_import_without_a_required_part_is_refused(missing: Any) -> None:
    response = import_(Identified(), {"id": missing, "color": "red"})

    (error,) = errors(response)
    assert error == (
        "Identity is incomplete: id has no value. An import of toy_thing by its identity needs id. "
        "Nothing was imported."
    )
    assert not response.imported_resources


def test_an_import_by_identity_of_a_type_without_one_is_refused() -> None:
    (error,) = errors(import_(Scripted(), IDENTITY))

    assert error.startswith("Resource has no identity: A toy_thing is imported by its id")


def test_the_read_after_an_import_may_complete_the_identity() -> None:
    stub = {**dict.fromkeys(STATE), "id": "x"}
    resource = Identified(read=lambda state, operation: {**STATE, "color": "green"})

    response = read(resource, state=stub, identity={"id": "x", "color": None})

    assert errors(response) == []
    assert identity_of(response.new_identity) == {"id": "x", "color": "green"}


def upgraded(resource: Identified, version: int, stored: Any) -> Any:
    raw = pb.RawState(json=json.dumps(stored).encode() if stored is not None else b"")
    return ask(resource, "UpgradeResourceIdentity", version=version, raw_identity=raw)


def test_an_identity_of_this_version_is_read() -> None:
    response = upgraded(Identified(), 0, {**IDENTITY, "dropped": 1})

    assert identity_of(response.upgraded_identity) == IDENTITY


def test_an_older_identity_is_converted_by_the_resource() -> None:
    resource = Identified(upgrade_identity=lambda version, old: {"id": f"{old['key']}{version}"})
    resource.identity_version = 3  # type: ignore[misc]

    response = upgraded(resource, 2, {"key": "x"})

    assert errors(response) == []
    assert identity_of(response.upgraded_identity) == {"id": "x2", "color": None}


def test_a_newer_identity_is_a_clear_error() -> None:
    (error,) = errors(upgraded(Identified(), 1, IDENTITY))

    assert error.startswith("Identity of a newer provider: The identity of toy_thing")


@pytest.mark.parametrize("stored", [None, {}])
def test_a_state_without_an_identity_has_none_to_convert(stored: Any) -> None:
    resource = Identified(upgrade_identity=refuse)
    resource.identity_version = 1  # type: ignore[misc]

    assert upgraded(resource, 0, stored) == pb.UpgradeResourceIdentity.Response()


def test_several_required_parts_are_the_stub_of_an_import() -> None:
    class Pair(Identified):
        schema = Identified.schema

    resource = Pair()
    attributes = dict(resource.schema.attributes)
    attributes["color"] = attributes["color"]._replace(identity="required")
    resource.schema = resource.schema._replace(attributes=attributes)

    stub = resource.import_by_identity({"id": "x", "color": "red"}, None)

    assert stub == {"id": "x", "color": "red"}
