"""A failure that another operation has reported: what cannot go on truly says so in short."""

from __future__ import annotations

import json
from typing import Any, NoReturn

import pytest
import tfplugin6_pb2 as pb
from plugin_samples import Scripted, call, errors, message, thing, values

from constructs_lib.backend.plugin.diagnostics import AlreadyReported, ProviderError
from constructs_lib.backend.plugin.resource import Operation, Plan
from constructs_lib.backend.plugin.values.value import UNKNOWN, Dynamic

CONFIG = thing(name="one", config=Dynamic.of({"a": 1}))
PRIOR = {**CONFIG, "id": "x", "level": 3}


def refuse(*arguments: Any) -> Any:
    raise ProviderError("Refused", "It said no.", ("color",))


def crash(*arguments: Any) -> Any:
    raise RuntimeError("s3cret")


def apply(resource: Any, prior: Any, planned: Any, **more: Any) -> Any:
    return call(
        resource, "ApplyResourceChange", prior_state=message(prior),
        planned_state=message(planned), config=message(CONFIG), **more,
    )  # fmt: skip


PLANNED = {**CONFIG, "id": UNKNOWN, "color": UNKNOWN}


def test_a_creation_answers_the_settled_state() -> None:
    resource = Scripted(create=lambda planned, config, op: {**planned, "name": "ONE", "id": "x"})
    response = apply(resource, None, PLANNED)
    assert errors(response) == []
    assert values(response.new_state) == {**CONFIG, "id": "x"}


@pytest.mark.parametrize("failure", [refuse, crash])
def test_a_creation_that_fails_keeps_what_was_saved(failure: Any) -> None:
    def create(planned: Any, config: Any, operation: Any) -> Any:
        operation.save({"id": "x"})
        operation.private["half"] = True
        failure()

    response = apply(Scripted(create=create), None, PLANNED)
    assert len(response.diagnostics) == 1
    assert values(response.new_state) == {**CONFIG, "id": "x"}
    assert json.loads(response.private) == {"half": True}


def test_a_creation_that_fails_early_keeps_nothing() -> None:
    response = apply(Scripted(create=refuse), None, PLANNED)
    assert errors(response) == ["Refused: It said no."]
    assert response.diagnostics[0].attribute.steps[0].attribute_name == "color"
    assert values(response.new_state) is None


def test_a_creation_that_returns_with_an_error_keeps_its_state() -> None:
    def create(planned: Any, config: Any, operation: Any) -> Any:
        operation.diagnostics.error("Tests failed")
        return {"id": "x"}

    response = apply(Scripted(create=create), None, PLANNED)
    assert len(response.diagnostics) == 1
    assert values(response.new_state) == {**CONFIG, "id": "x"}


@pytest.mark.parametrize("answered", [None, 5, {"id": 5}, {"id": "x", "color": b"bytes"}])
def test_a_wrong_result_of_a_creation_is_an_error_not_a_crash(answered: Any) -> None:
    def create(planned: Any, config: Any, operation: Any) -> Any:
        operation.save({"id": "saved"})
        return answered

    response = apply(Scripted(create=create), None, PLANNED)
    assert [d.severity for d in response.diagnostics] == [pb.Diagnostic.ERROR]
    assert values(response.new_state)["name"] == "one"


def test_an_update_that_fails_keeps_the_prior_state() -> None:
    response = apply(Scripted(update=refuse), PRIOR, {**PRIOR, "level": 5})
    assert values(response.new_state) == PRIOR


def test_an_update_that_fails_half_way_shows_what_was_reached() -> None:
    def update(prior: Any, planned: Any, config: Any, operation: Any) -> Any:
        operation.save({"level": 5})
        refuse()

    response = apply(Scripted(update=update), PRIOR, {**PRIOR, "level": 5, "color": "red"})
    assert values(response.new_state) == {**PRIOR, "level": 5}


def test_a_deletion_returns_null_or_on_failure_the_state() -> None:
    assert values(apply(Scripted(), PRIOR, None).new_state) is None
    assert values(apply(Scripted(delete=refuse), PRIOR, None).new_state) == PRIOR


def test_a_deletion_that_reports_an_error_keeps_the_state() -> None:
    resource = Scripted(delete=lambda prior, operation: operation.diagnostics.error("Still there"))
    response = apply(resource, PRIOR, None)
    assert errors(response) == ["Still there: "]
    assert values(response.new_state) == PRIOR


@pytest.mark.parametrize("prior", [None, PRIOR])
def test_a_change_that_returns_no_object_is_told_by_its_rule(prior: Any) -> None:
    response = apply(Scripted(), prior, PLANNED)
    [error] = errors(response)
    assert "(Rule require_object.)" in error
    assert values(response.new_state) == prior


def test_an_unexpected_exception_shows_its_class_and_place_only(
    capsys: pytest.CaptureFixture[str],
) -> None:
    response = apply(Scripted(create=crash), None, PLANNED)
    log = capsys.readouterr().err
    for text in (errors(response)[0], log):
        assert "RuntimeError" in text
        assert "in crash" in text
        assert "toy_thing" in text
        assert "s3cret" not in text
    assert "please report" in errors(response)[0]


def test_a_library_that_exits_does_not_end_the_process() -> None:
    def leave(*arguments: Any) -> Any:
        raise SystemExit(3)

    assert "SystemExit" in errors(apply(Scripted(create=leave), None, PLANNED))[0]


_REPORTED_CONFIG = thing(name="one", config=Dynamic.of({"a": 1}))
STATE = {**_REPORTED_CONFIG, "id": "x", "level": 3, "color": "red"}
PRIVATE = b'{"kept":1}'


def fails(*arguments: Any) -> NoReturn:
    for each in arguments:
        if isinstance(each, Operation):
            each.private["half"] = True
        if isinstance(each, Plan):
            each.planned["color"] = "green"
    raise AlreadyReported("Cannot read toy_thing one", "In full.", "Nothing answers.")


def plan(prior: Any, proposed: Any, *, refreshed: bool = True) -> Any:
    return call(
        Scripted(plan=fails, plan_destroy=fails), "PlanResourceChange", refreshed=refreshed,
        config=message(_REPORTED_CONFIG),
        prior_state=message(prior), proposed_new_state=message(proposed), prior_private=PRIVATE,
    )  # fmt: skip


def test_a_read_keeps_the_state_in_silence() -> None:
    response = call(
        Scripted(read=fails), "ReadResource", current_state=message(STATE), private=PRIVATE
    )

    assert errors(response) == []
    assert values(response.new_state) == STATE
    assert response.private == PRIVATE


def test_the_read_of_an_import_is_a_short_error() -> None:
    response = call(Scripted(read=fails), "ReadResource", current_state=message(thing(id="x")))

    assert len(errors(response)) == 1
    assert response.diagnostics[0].summary == "Cannot read toy_thing one"
    assert response.diagnostics[0].detail == (
        "Nothing answers.\n\nAnother error of this run says what to do about it."
    )


def test_a_plan_is_what_the_schema_says() -> None:
    response = plan(STATE, {**STATE})

    assert errors(response) == []
    assert values(response.planned_state) == STATE
    assert response.planned_private == PRIVATE


def test_a_plan_of_a_creation_is_what_the_schema_says() -> None:
    response = plan(None, _REPORTED_CONFIG)

    assert errors(response) == []
    planned = values(response.planned_state)
    assert (planned["id"], planned["color"]) == (UNKNOWN, UNKNOWN)


@pytest.mark.parametrize("prior", [None, STATE])
def test_a_plan_that_an_apply_repeats_is_a_short_error(prior: Any) -> None:
    # The first plan may have known more than the schema says, and Terraform compares the two.
    response = plan(prior, _REPORTED_CONFIG, refreshed=False)

    assert len(errors(response)) == 1
    assert response.diagnostics[0].detail.startswith("Nothing answers.")


def test_a_plan_to_destroy_destroys() -> None:
    response = plan(STATE, None)

    assert errors(response) == []
    assert values(response.planned_state) is None
    assert response.planned_private == PRIVATE


def test_an_apply_is_a_short_error_and_keeps_what_is_there() -> None:
    response = call(
        Scripted(update=fails), "ApplyResourceChange", prior_state=message(STATE),
        planned_state=message({**STATE, "color": "green"}), config=message(_REPORTED_CONFIG),
        planned_private=PRIVATE,
    )  # fmt: skip

    assert response.diagnostics[0].severity == pb.Diagnostic.ERROR
    assert response.diagnostics[0].detail.startswith("Nothing answers.")
    assert values(response.new_state) == STATE
