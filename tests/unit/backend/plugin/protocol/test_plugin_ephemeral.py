"""Ephemeral resources: what Terraform gets when they are validated, opened, renewed and closed."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest
import tfplugin6_pb2 as pb
from ephemeral_samples import (
    CONFIG,
    LATER,
    Key,
    ask,
    holds_nothing,
    opened,
    opening,
    renewed,
    validate,
)
from plugin_samples import Sample, Scripted, errors, message, values

from constructs_lib.backend.plugin.diagnostics import ProviderError
from constructs_lib.backend.plugin.protocol.dispatcher import dispatch
from constructs_lib.backend.plugin.protocol.session import Session
from constructs_lib.backend.plugin.resource import Opened, Operation
from constructs_lib.backend.plugin.values.value import Object

CALLS = [
    "ValidateEphemeralResourceConfig",
    "OpenEphemeralResource",
    "RenewEphemeralResource",
    "CloseEphemeralResource",
]


def test_an_ephemeral_resource_is_announced_with_its_schema() -> None:
    metadata = ask(Key(), "GetMetadata")
    described = ask(Key(), "GetProviderSchema").ephemeral_resource_schemas["toy_thing"]

    assert [one.type_name for one in metadata.ephemeral_resources] == ["toy_thing"]
    found = {one.name: one for one in described.block.attributes}
    assert found["name"].required
    assert (found["id"].computed, found["token"].sensitive) == (True, True)


def test_what_is_opened_completes_what_is_configured() -> None:
    response = opened(opening({"id": "x", "name": "ONE", "color": "red"}))

    assert errors(response) == []
    assert values(response.result) == {**CONFIG, "id": "x", "color": "red"}
    assert not response.HasField("renew_at")
    assert not response.HasField("deferred")


def test_the_time_of_a_renewal_is_told() -> None:
    response = opened(opening({}, LATER))

    assert response.renew_at.ToDatetime(tzinfo=timezone.utc) == LATER


def test_what_opening_notes_is_found_by_renewing_and_closing() -> None:
    seen: list[Any] = []

    def open_(config: Object, operation: Operation) -> Opened:
        operation.private["handle"] = 1
        return Opened({})

    def renew(operation: Operation) -> datetime:
        seen.append(dict(operation.private))
        operation.private["handle"] += 1
        return LATER

    key = Key(open=open_, renew=renew, close=lambda operation: seen.append(operation.private))
    renewal = renewed(key, opened(key).private)
    ask(key, "CloseEphemeralResource", type_name="toy_thing", private=renewal.private)

    assert renewal.renew_at.ToDatetime(tzinfo=timezone.utc) == LATER
    assert seen == [{"handle": 1}, {"handle": 2}]


def test_what_lasts_need_neither_be_renewed_nor_closed() -> None:
    renewal = renewed(Key())
    closing = ask(Key(), "CloseEphemeralResource", type_name="toy_thing")

    assert (errors(renewal), errors(closing)) == ([], [])
    assert not renewal.HasField("renew_at")


def test_a_failed_opening_answers_nothing() -> None:
    def fail(config: Object, operation: Operation) -> Opened:
        operation.private["handle"] = 1
        raise ProviderError("Not there", "There is no thing.")

    response = opened(Key(open=fail))

    assert errors(response) == ["Not there: There is no thing."]
    assert holds_nothing(response)


def test_an_opening_that_reports_an_error_answers_nothing() -> None:
    def report(config: Object, operation: Operation) -> Opened:
        operation.private["handle"] = 1
        operation.diagnostics.error("Half opened")
        return Opened({"id": "x"}, LATER)

    response = opened(Key(open=report))

    assert len(errors(response)) == 1
    assert holds_nothing(response)
    assert not response.HasField("renew_at")


@pytest.mark.parametrize("by_exception", [True, False])
def test_a_failed_renewal_keeps_the_private_state(by_exception: bool) -> None:
    def fail(operation: Operation) -> datetime:
        operation.private["handle"] = 2
        if by_exception:
            raise ProviderError("Not renewed", "It is gone.")
        operation.diagnostics.error("Not renewed")
        return LATER

    response = renewed(Key(renew=fail), b'{"handle": 1}')

    assert len(errors(response)) == 1
    assert response.private == b'{"handle": 1}'
    assert not response.HasField("renew_at")


def test_a_failed_closing_is_told() -> None:
    def fail(operation: Operation) -> None:
        raise ProviderError("Not closed", "It is still open.")

    closing = ask(Key(close=fail), "CloseEphemeralResource", type_name="toy_thing")

    assert errors(closing) == ["Not closed: It is still open."]


def test_an_unexpected_exception_tells_no_value() -> None:
    def fail(config: Object, operation: Operation) -> Opened:
        raise RuntimeError("the-hidden-value")

    response = opened(Key(open=fail))

    assert "RuntimeError" in errors(response)[0]
    assert b"the-hidden-value" not in response.SerializeToString()


def test_what_was_opened_does_not_show_its_values() -> None:
    assert "the-hidden-value" not in repr(Opened({"token": "the-hidden-value"}, LATER))


def test_the_client_is_handed_over() -> None:
    seen: list[Any] = []

    def look(config: Object, operation: Operation) -> Opened:
        seen.append((config, operation.provider_data))
        return Opened({})

    provider = Sample(Scripted())
    provider.ephemeral_resources = {"toy_thing": Key(open=look)}
    session = Session(lambda: provider)
    session.use("the provider data")
    request = pb.OpenEphemeralResource.Request(type_name="toy_thing", config=message(CONFIG))
    dispatch(session, "OpenEphemeralResource", request.SerializeToString())

    assert seen == [(CONFIG, "the provider data")]


def test_an_opening_that_changes_its_copy_changes_nothing() -> None:
    def change(config: Object, operation: Operation) -> Opened:
        config["name"] = "two"
        return Opened(config)

    assert values(opened(Key(open=change)).result)["name"] == "one"


def test_a_value_of_another_type_is_an_error_without_a_result() -> None:
    response = opened(opening({"level": "high"}))

    assert "expected" in errors(response)[0]
    assert holds_nothing(response)


def test_validation_asks_only_about_what_keeps_the_schema() -> None:
    asked: list[Any] = []
    key = Key(validate=lambda config, diagnostics: asked.append(config))

    good, bad = validate(key, CONFIG), validate(key, {**CONFIG, "color": "x"})

    assert (len(errors(good)), len(errors(bad)), len(asked)) == (0, 1, 1)


@pytest.mark.parametrize("name", CALLS)
def test_an_unknown_ephemeral_resource_is_a_clear_error(name: str) -> None:
    response = ask(Key(), name, type_name="toy_other")

    assert "no ephemeral resource toy_other" in errors(response)[0]
