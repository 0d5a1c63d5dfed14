"""A failure that another operation has reported: what cannot go on truly says so in short."""

from __future__ import annotations

import json
from typing import Any, NoReturn

import tfplugin6_pb2 as pb
from plugin_samples import Scripted, call, errors, message, thing, values

from constructs_lib.backend.plugin.diagnostics import AlreadyReported
from constructs_lib.backend.plugin.resource import Operation, Plan
from constructs_lib.backend.plugin.values.value import UNKNOWN, Dynamic

CONFIG = thing(name="one", config=Dynamic.of({"a": 1}))
STATE = {**CONFIG, "id": "x", "level": 3, "color": "red"}
PRIVATE = json.dumps({"kept": 1}).encode()


def fails(*arguments: Any) -> NoReturn:
    for each in arguments:
        if isinstance(each, Operation):
            each.private["half"] = True
        if isinstance(each, Plan):
            each.planned["color"] = "green"
    raise AlreadyReported("Cannot read toy_thing one", "In full.", "Nothing answers.")


def plan(prior: Any, proposed: Any) -> Any:
    return call(
        Scripted(plan=fails, plan_destroy=fails), "PlanResourceChange", config=message(CONFIG),
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
    response = plan(None, CONFIG)

    assert errors(response) == []
    planned = values(response.planned_state)
    assert (planned["id"], planned["color"]) == (UNKNOWN, UNKNOWN)


def test_a_plan_to_destroy_destroys() -> None:
    response = plan(STATE, None)

    assert errors(response) == []
    assert values(response.planned_state) is None
    assert response.planned_private == PRIVATE


def test_an_apply_is_a_short_error_and_keeps_what_is_there() -> None:
    response = call(
        Scripted(update=fails), "ApplyResourceChange", prior_state=message(STATE),
        planned_state=message({**STATE, "color": "green"}), config=message(CONFIG),
        planned_private=PRIVATE,
    )  # fmt: skip

    assert response.diagnostics[0].severity == pb.Diagnostic.ERROR
    assert response.diagnostics[0].detail.startswith("Nothing answers.")
    assert values(response.new_state) == STATE
