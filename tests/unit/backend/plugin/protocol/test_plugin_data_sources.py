"""Data sources: what Terraform gets, and what becomes of an answer that breaks a rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import tfplugin6_pb2 as pb
from plugin_samples import ATTRIBUTES, SCHEMA, Sample, Scripted, errors, message, thing, values

from constructs_lib.backend.plugin.consistency import rules, state_rules
from constructs_lib.backend.plugin.consistency.state_rules import DataAnswer
from constructs_lib.backend.plugin.diagnostics import Diagnostics, Path, ProviderError
from constructs_lib.backend.plugin.protocol import provider_calls
from constructs_lib.backend.plugin.protocol.dispatcher import dispatch
from constructs_lib.backend.plugin.protocol.session import Session
from constructs_lib.backend.plugin.resource import DataSource, Operation
from constructs_lib.backend.plugin.values.value import UNKNOWN, Dynamic, Object

CONFIG = thing(name="one", config=Dynamic.of({"a": 1}))


class Source(DataSource):
    """A data source that does what a test says."""

    schema = SCHEMA

    def __init__(
        self,
        read: Callable[[Object, Operation], Any] = lambda config, operation: {},
        validate: Callable[[Object, Diagnostics], None] = lambda config, diagnostics: None,
    ) -> None:
        self._read = read
        self._validate = validate

    def validate(self, config: Object, diagnostics: Diagnostics) -> None:
        self._validate(config, diagnostics)

    def read(self, config: Object, operation: Operation) -> Object:
        return self._read(config, operation)


def ask(source: DataSource, name: str, **fields: Any) -> Any:
    provider = Sample(Scripted())
    provider.data_sources = {"toy_thing": source}
    kind = getattr(pb, name)
    data = dispatch(Session(lambda: provider), name, kind.Request(**fields).SerializeToString())
    return kind.Response.FromString(data)


def read(source: DataSource, config: Object = CONFIG) -> Any:
    return ask(source, "ReadDataSource", type_name="toy_thing", config=message(config))


def validate(source: DataSource, config: Object) -> Any:
    given = message(config)
    return ask(source, "ValidateDataResourceConfig", type_name="toy_thing", config=given)


def broken(config: Any, state: Any, **more: Any) -> list[tuple[str, Path]]:
    given = DataAnswer(ATTRIBUTES, config, state, **more)
    return [(one.rule, one.path) for one in rules.violations(state_rules.DATA_RULES, given)]


def test_a_data_source_is_announced_with_its_schema() -> None:
    metadata = ask(Source(), "GetMetadata")
    described = ask(Source(), "GetProviderSchema").data_source_schemas["toy_thing"]

    assert [one.type_name for one in metadata.data_sources] == ["toy_thing"]
    found = {one.name: one for one in described.block.attributes}
    assert found["name"].required
    assert found["id"].computed


def test_what_is_read_completes_what_is_configured() -> None:
    response = read(Source(lambda config, operation: {"id": "x", "name": "ONE", "color": "red"}))

    assert errors(response) == []
    assert values(response.state) == {**CONFIG, "id": "x", "color": "red"}


def test_a_failed_read_answers_no_state() -> None:
    def fail(config: Object, operation: Operation) -> Object:
        raise ProviderError("Not there", "There is no thing.")

    response = read(Source(fail))

    assert errors(response) == ["Not there: There is no thing."]
    assert response.state.msgpack == b""


def test_a_read_that_reports_an_error_answers_no_state() -> None:
    def report(config: Object, operation: Operation) -> Object:
        operation.diagnostics.error("Half read")
        return {"id": "x"}

    response = read(Source(report))

    assert len(errors(response)) == 1
    assert response.state.msgpack == b""


def test_the_client_is_handed_over() -> None:
    seen: list[Any] = []

    def look(config: Object, operation: Operation) -> Object:
        seen.append((config, operation.provider_data))
        return {}

    provider = Sample(Scripted())
    provider.data_sources = {"toy_thing": Source(look)}
    session = Session(lambda: provider)
    session.use("the provider data")
    request = pb.ReadDataSource.Request(type_name="toy_thing", config=message(CONFIG))
    dispatch(session, "ReadDataSource", request.SerializeToString())

    assert seen == [(CONFIG, "the provider data")]


def test_a_read_that_changes_its_configuration_changes_nothing() -> None:
    def change(config: Object, operation: Operation) -> Object:
        config["name"] = "two"
        return config

    assert values(read(Source(change)).state)["name"] == "one"


def test_a_read_that_returns_no_object_is_told_by_its_rule() -> None:
    response = read(Source(lambda config, operation: None))

    assert "require_object" in errors(response)[0]
    assert response.state.msgpack == b""


def test_a_read_with_an_unknown_value_is_reported_by_its_rule() -> None:
    response = read(Source(lambda config, operation: {"id": UNKNOWN}))

    assert "nothing_is_unknown" in errors(response)[0]
    assert response.state.msgpack == b""


def test_a_changed_configuration_never_reaches_terraform(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wrong = lambda attributes, config, returned: {**config, "name": "two"}  # noqa: E731
    monkeypatch.setattr(provider_calls, "merge_data", wrong)

    response = read(Source())

    assert "configured_data_is_kept" in errors(response)[0]
    assert response.state.msgpack == b""


def test_validation_asks_the_source_only_what_keeps_the_schema() -> None:
    asked: list[Any] = []
    source = Source(validate=lambda config, diagnostics: asked.append(config))

    good, bad = validate(source, CONFIG), validate(source, {**CONFIG, "color": "x"})

    assert (len(errors(good)), len(errors(bad)), len(asked)) == (0, 1, 1)


def test_a_validation_that_changes_anything_is_reported() -> None:
    def change(config: Object, diagnostics: Diagnostics) -> None:
        config["name"] = "two"

    assert "validation_changes_nothing" in errors(validate(Source(validate=change), CONFIG))[0]


@pytest.mark.parametrize("name", ["ReadDataSource", "ValidateDataResourceConfig"])
def test_an_unknown_data_source_is_a_clear_error(name: str) -> None:
    response = ask(Source(), name, type_name="toy_other")

    assert "no data source toy_other" in errors(response)[0]


def test_a_reserved_name_in_a_data_source_is_told_by_its_rule() -> None:
    class Reserved(Source):
        schema = SCHEMA._replace(attributes={"count": ATTRIBUTES["name"]._replace(name="count")})

    assert "names_are_not_reserved" in errors(ask(Reserved(), "GetProviderSchema"))[0]


def test_every_rule_for_data_has_a_test() -> None:
    own = {rule.__name__ for rule in state_rules.DATA_RULES if "data" in rule.__name__}
    assert {f"test_{rule}" for rule in own} - globals().keys() == set()


def test_data_is_answered_as_object() -> None:
    assert broken(thing(), None) == [("data_is_answered_as_object", ())]
    assert broken(thing(), None, failed=True) == []
    assert broken(thing(), thing()) == []


def test_error_answers_no_data() -> None:
    assert broken(thing(), thing(), failed=True) == [("error_answers_no_data", ())]


def test_configured_data_is_kept() -> None:
    rule = ("configured_data_is_kept", ("name",))
    assert broken(thing(name="one"), thing(name="two")) == [rule]
    assert broken(thing(name="one"), thing(name="one", id="x")) == []
