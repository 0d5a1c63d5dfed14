"""What becomes of an answer that breaks a rule: an error, and a state that is still right."""

from __future__ import annotations

import json
from typing import Any

import pytest
import tfplugin6_pb2 as pb
from plugin_samples import SCHEMA, TYPE, Sample, Scripted, call, errors, message, thing, values

from constructs_lib.backend.plugin.protocol import consistency_check, conversion, resource_calls
from constructs_lib.backend.plugin.protocol.dispatcher import dispatch
from constructs_lib.backend.plugin.protocol.session import Session
from constructs_lib.backend.plugin.values.encoding import encode
from constructs_lib.backend.plugin.values.types import NUMBER, map_of
from constructs_lib.backend.plugin.values.value import UNKNOWN, Dynamic

CONFIG = thing(name="one", config=Dynamic.of({"a": 1}))
PRIOR = {**CONFIG, "id": "x", "level": 3}
PLANNED = {**CONFIG, "id": UNKNOWN}
SECRET = Dynamic.of({"p": "s3cret"})


def rules(response: Any) -> list[str]:
    """The rules that the errors name; each must also ask for a report."""
    found = errors(response)
    assert all("please report" in text for text in found)
    return [text.split("(Rule ")[1].split(".")[0] for text in found]


def plan(resource: Any, prior: Any, config: Any = CONFIG) -> Any:
    return call(
        resource, "PlanResourceChange", prior_state=message(prior),
        proposed_new_state=message(config), config=message(config or CONFIG),
        prior_private=b'{"a": 1}',
    )  # fmt: skip


def apply(resource: Any, prior: Any, planned: Any) -> Any:
    return call(
        resource, "ApplyResourceChange", prior_state=message(prior),
        planned_state=message(planned), config=message(CONFIG), planned_private=b'{"a": 1}',
    )  # fmt: skip


def read(resource: Any, prior: Any = PRIOR) -> Any:
    private = b'{"a": 1}'
    return call(resource, "ReadResource", current_state=message(prior), private=private)


def test_a_plan_that_breaks_a_rule_falls_back_to_the_prior_state() -> None:
    def wrong(plan: Any, operation: Any) -> None:
        plan.planned["config"] = UNKNOWN
        operation.private["b"] = 2

    response = plan(Scripted(plan=wrong), PRIOR)
    assert rules(response) == ["known_is_not_planned_unknown"]
    assert response.diagnostics[0].attribute.steps[0].attribute_name == "config"
    assert values(response.planned_state) == PRIOR
    assert json.loads(response.planned_private) == {"a": 1}


def test_a_replacement_of_nothing_is_not_answered() -> None:
    response = plan(Scripted(plan=lambda plan, op: plan.replace.append(("labels", "a"))), None)
    assert rules(response) == ["replacement_needs_prior_and_plan"]
    assert list(response.requires_replace) == []


def test_a_missing_replacement_is_found() -> None:
    two = {**CONFIG, "name": "two"}
    response = plan(Scripted(plan=lambda plan, operation: plan.replace.clear()), PRIOR, two)
    assert rules(response) == ["marked_change_replaces"]


def test_a_resource_that_writes_into_the_configuration_is_found() -> None:
    def wrong(plan: Any, operation: Any) -> None:
        plan.config["color"] = plan.planned["color"] = "red"

    response = plan(Scripted(plan=wrong), PRIOR, {**CONFIG, "color": "green"})
    assert rules(response) == ["configured_is_planned"]


def test_a_destruction_that_is_not_planned_null_is_found(monkeypatch: Any) -> None:
    monkeypatch.setattr(resource_calls, "encode", lambda value, type_: encode(PRIOR, type_))
    assert rules(plan(Scripted(), PRIOR, None)) == ["destruction_is_planned_null"]


def test_a_plan_that_fails_is_not_checked() -> None:
    def refuse(plan: Any, operation: Any) -> None:
        plan.planned["color"] = UNKNOWN
        operation.diagnostics.error("Refused")

    assert errors(plan(Scripted(plan=refuse), PRIOR)) == ["Refused: "]


@pytest.mark.parametrize("where", ["window", "config"])
def test_an_apply_that_breaks_its_plan_keeps_what_is_real(where: str) -> None:
    planned = {**PLANNED, "window": {"from": "1h", "to": None}, "config": Dynamic.of({"to": None})}

    def wrong(planned: Any, config: Any, operation: Any) -> Any:
        part = planned[where]
        (part if where == "window" else part.value)["to"] = True if where == "config" else "2h"
        return {**planned, "id": "x"}

    response = apply(Scripted(create=wrong), None, planned)
    assert rules(response) == ["planned_is_applied"]
    assert values(response.new_state)["id"] == "x"


def test_a_state_with_unknown_and_write_only_values_is_mended(monkeypatch: Any) -> None:
    def wrong(attributes: Any, planned: Any, returned: Any) -> Any:
        return {**planned, "id": "x", "color": UNKNOWN, "secret_wo": SECRET}

    monkeypatch.setattr(resource_calls, "merge_state", wrong)
    planned = {**PLANNED, "color": UNKNOWN}
    response = apply(Scripted(create=lambda *arguments: {}), None, planned)
    assert rules(response) == ["planned_is_applied", "nothing_is_unknown", "write_only_is_null"]
    assert values(response.new_state) == {**CONFIG, "id": "x"}
    assert "s3cret" not in str(response)


@pytest.mark.parametrize("prior", [None, PRIOR])
def test_a_change_that_answers_null_keeps_what_exists(prior: Any, monkeypatch: Any) -> None:
    def save(*arguments: Any) -> Any:
        arguments[-1].save({"id": "x"})
        return {}

    monkeypatch.setattr(resource_calls, "merge_state", lambda *arguments: None)
    response = apply(Scripted(create=save, update=save), prior, PLANNED)
    assert rules(response) == ["change_is_applied_as_object"]
    assert values(response.new_state)["id"] == "x"


def test_a_failed_change_that_answers_null_keeps_what_exists(monkeypatch: Any) -> None:
    def fail(*arguments: Any) -> Any:
        raise RuntimeError

    monkeypatch.setattr(resource_calls, "merge_failed_change", lambda *arguments: None)
    for prior, planned in ((PRIOR, PLANNED), (PRIOR, None)):
        response = apply(Scripted(update=fail, delete=fail), prior, planned)
        assert "failure_keeps_what_exists" in errors(response)[1]
        assert values(response.new_state) == PRIOR


def test_a_deletion_that_answers_an_object_is_found(monkeypatch: Any) -> None:
    monkeypatch.setattr(conversion, "write_state", lambda *arguments: encode(PRIOR, TYPE))
    response = apply(Scripted(), PRIOR, None)
    assert rules(response) == ["deletion_is_applied_as_null"]


@pytest.mark.parametrize(
    ("answered", "rule"),
    [
        ({"color": UNKNOWN}, "nothing_is_unknown"),
        ({"color": "black"}, "color_is_not_black"),
        ("text", "require_object"),
    ],
)
def test_a_read_that_breaks_a_rule_keeps_state_and_private_state(answered: Any, rule: str) -> None:
    def wrong(state: Any, operation: Any) -> Any:
        operation.private["b"] = 2
        return answered

    prior = {**PRIOR, "token": "t-1"}
    response = read(Scripted(read=wrong), prior)
    assert rules(response) == [rule]
    assert values(response.new_state) == prior
    assert json.loads(response.private) == {"a": 1}


def test_a_read_that_changes_nothing_breaks_no_rule() -> None:
    prior = {**PRIOR, "color": "black"}

    response = read(Scripted(read=lambda state, operation: state), prior)

    assert not response.diagnostics
    assert values(response.new_state) == prior


def test_a_read_of_a_wrong_type_keeps_the_state() -> None:
    response = read(Scripted(read=lambda state, operation: {"level": "high", "color": "green"}))
    assert len(response.diagnostics) == 1
    assert values(response.new_state) == PRIOR


def test_a_read_that_returns_with_an_error_keeps_the_state() -> None:
    def half(state: Any, operation: Any) -> Any:
        operation.diagnostics.error("Half read")
        return {"color": "green"}

    response = read(Scripted(read=half))
    assert errors(response) == ["Half read: "]
    assert values(response.new_state) == PRIOR


def test_a_read_state_is_checked_however_it_was_made(monkeypatch: Any) -> None:
    map_ = Dynamic(map_of(NUMBER), {"a": 1})
    wrong = {**PRIOR, "config": map_, "secret_wo": SECRET}
    monkeypatch.setattr(resource_calls, "merge_read_state", lambda *arguments: wrong)
    response = read(Scripted(read=lambda *arguments: {}))
    assert rules(response) == ["write_only_is_null", "same_meaning_keeps_its_form"]
    assert values(response.new_state) == PRIOR


@pytest.mark.parametrize(
    ("stub", "rule"),
    [
        ({"id": None}, "import_has_an_id"),
        ({"id": "x", "color": UNKNOWN}, "nothing_is_unknown"),
        ({"id": "x", "secret_wo": SECRET}, "write_only_is_null"),
    ],
)
def test_an_import_that_breaks_a_rule_imports_nothing(stub: Any, rule: str) -> None:
    class Importing(Scripted):
        def import_state(self, identifier: str, operation: Any) -> Any:
            return stub

    response = call(Importing(), "ImportResourceState", id="x")
    assert rules(response) == [rule]
    assert list(response.imported_resources) == []


def test_an_upgrade_that_breaks_a_rule_is_an_error() -> None:
    class Newer(Scripted):
        version = 2

        def upgrade_state(self, version: int, state: dict[str, Any]) -> dict[str, Any]:
            return {"name": UNKNOWN}

    raw = pb.RawState(json=b"{}")
    response = call(Newer(), "UpgradeResourceState", version=1, raw_state=raw)
    assert rules(response) == ["nothing_is_unknown"]
    assert not response.upgraded_state.msgpack


def test_a_validation_that_changes_the_configuration_is_found() -> None:
    resource = Scripted(validate=lambda config, diagnostics: config.update(color="red"))
    response = call(resource, "ValidateResourceConfig", config=message(CONFIG))
    assert rules(response) == ["validation_changes_nothing"]


def test_a_reserved_name_is_found() -> None:
    count = SCHEMA.attributes["color"]._replace(name="count")
    resource = Scripted()
    resource.schema = SCHEMA._replace(attributes={**SCHEMA.attributes, "count": count})
    data = dispatch(Session(lambda: Sample(resource)), "GetProviderSchema", b"")
    response = pb.GetProviderSchema.Response.FromString(data)
    assert rules(response) == ["names_are_not_reserved"]
    assert "toy_thing" in errors(response)[0]


def test_a_failure_of_the_check_itself_costs_no_state(monkeypatch: Any) -> None:
    def fail(*arguments: Any) -> Any:
        raise RuntimeError("s3cret")

    monkeypatch.setattr(consistency_check, "check_response", fail)
    response = apply(Scripted(create=lambda *arguments: {"id": "x"}), None, PLANNED)
    assert "RuntimeError" in errors(response)[0]
    assert values(response.new_state) == {**CONFIG, "id": "x"}


@pytest.mark.parametrize("path", [(None,), (b"x",), (1.5,)])
def test_a_diagnostic_with_a_wrong_path_costs_no_state(path: Any) -> None:
    def create(planned: Any, config: Any, operation: Any) -> Any:
        operation.diagnostics.warning("Odd", "", path)
        return {"id": "x"}

    response = apply(Scripted(create=create), None, PLANNED)
    assert errors(response) == ["Odd: "]
    assert values(response.new_state) == {**CONFIG, "id": "x"}
