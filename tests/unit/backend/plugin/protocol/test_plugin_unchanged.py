"""What does not change costs little: its bytes go back as they came, and it is checked once."""

from __future__ import annotations

import json
from typing import Any

import msgpack
import pytest
import tfplugin6_pb2 as pb
from plugin_samples import Sample, Scripted, errors, message, thing, values

from constructs_lib.backend.plugin.protocol.dispatcher import dispatch
from constructs_lib.backend.plugin.protocol.session import Session
from constructs_lib.backend.plugin.resource import Plan
from constructs_lib.backend.plugin.values import decoding
from constructs_lib.backend.plugin.values.value import Dynamic, Object

CONFIG = thing(name="one", config=Dynamic.of({"a": 1}))
STATE = {**CONFIG, "id": "x", "level": 3, "color": "red"}
OTHER_ORDER = pb.DynamicValue(msgpack=message(dict(reversed(STATE.items()))).msgpack)
"""The same state; a map has no order, and Terraform need not use ours."""
AS_JSON = pb.DynamicValue(
    json=json.dumps(
        {**STATE, "config": {"type": ["object", {"a": "number"}], "value": {"a": 1}}}
    ).encode()
)


class Asked:
    """A session whose resource notes which plans were validated before."""

    def __init__(self, **script: Any) -> None:
        self.validated: list[bool] = []
        resource = Scripted(plan=self._plan, validate=self._validate, **script)
        self._session = Session(lambda: Sample(resource))

    def _plan(self, plan: Plan, operation: Any) -> None:
        self.validated.append(plan.is_validated)

    def _validate(self, config: Object, diagnostics: Any) -> None:
        if config["color"] == "green":
            diagnostics.error("No", "It is not green.")

    def ask(self, name: str, **fields: Any) -> Any:
        kind = getattr(pb, name)
        request = kind.Request(type_name="toy_thing", **fields)
        return kind.Response.FromString(dispatch(self._session, name, request.SerializeToString()))

    def validate(self, config: Object) -> Any:
        return self.ask("ValidateResourceConfig", config=message(config))

    def plan(self, config: Object, prior: pb.DynamicValue | None = None) -> Any:
        before = message(STATE) if prior is None else prior
        proposed = message({**STATE, **config})
        return self.ask(
            "PlanResourceChange",
            config=message(config),
            prior_state=before,
            proposed_new_state=proposed,
        )


def test_a_read_that_finds_all_as_it_was_answers_the_same_bytes() -> None:
    asked = Asked(read=lambda state, operation: {**state, "level": 3.0, "config": {"a": 1}})

    response = asked.ask("ReadResource", current_state=OTHER_ORDER)

    assert response.new_state.msgpack == OTHER_ORDER.msgpack
    assert errors(response) == []


def test_a_read_that_finds_one_value_changed_answers_it() -> None:
    asked = Asked(read=lambda state, operation: {**state, "color": "green"})

    response = asked.ask("ReadResource", current_state=OTHER_ORDER)

    assert values(response.new_state) == {**STATE, "color": "green"}


def test_a_plan_without_a_change_answers_the_bytes_of_the_state() -> None:
    asked = Asked()

    response = asked.plan(CONFIG, OTHER_ORDER)

    assert response.planned_state.msgpack == OTHER_ORDER.msgpack
    assert errors(response) == []


@pytest.fixture
def unpacked(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """All bytes that were read as MessagePack, in their order."""
    found: list[bytes] = []
    unpack = decoding._unpack

    def noted(data: bytes) -> Any:
        found.append(data)
        return unpack(data)

    monkeypatch.setattr(decoding, "_unpack", noted)
    return found


def test_what_one_call_has_read_the_next_one_does_not_read_again(unpacked: list[bytes]) -> None:
    asked = Asked(read=lambda state, operation: state)
    raw = pb.RawState(json=AS_JSON.json)

    state = asked.ask("UpgradeResourceState", raw_state=raw).upgraded_state
    asked.ask("ReadResource", current_state=state)
    asked.validate(CONFIG)
    response = asked.ask(
        "PlanResourceChange",
        config=message(CONFIG),
        prior_state=state,
        proposed_new_state=state,
    )

    assert response.planned_state.msgpack == state.msgpack
    assert unpacked == [state.msgpack, message(CONFIG).msgpack]


def test_an_upgraded_state_has_the_order_of_terraform() -> None:
    raw = pb.RawState(json=AS_JSON.json)

    state = Asked().ask("UpgradeResourceState", raw_state=raw).upgraded_state

    names = list(msgpack.unpackb(state.msgpack))
    assert names == sorted(STATE)


def test_what_a_read_has_changed_is_read_from_its_own_bytes(unpacked: list[bytes]) -> None:
    asked = Asked(read=lambda state, operation: {**state, "color": "green"})

    state = asked.ask("ReadResource", current_state=message(STATE)).new_state
    response = asked.plan({**CONFIG, "color": "green"}, state)

    assert state.msgpack in unpacked
    assert response.planned_state.msgpack == state.msgpack


def test_of_many_objects_the_last_ones_are_kept(unpacked: list[bytes]) -> None:
    asked = Asked()
    configs = [{**CONFIG, "config": Dynamic.of({"a": number})} for number in range(2, 67)]
    for config in configs:
        assert errors(asked.validate(config)) == []
    unpacked.clear()

    for config in (configs[0], configs[1]):
        response = asked.plan(config)
        assert values(response.planned_state) == {**STATE, "config": config["config"]}

    first, second = (message(config).msgpack for config in configs[:2])
    # What is written, and the self-check, read both.
    assert (unpacked.count(first), unpacked.count(second)) == (3, 2)


def test_what_is_kept_is_of_one_type_and_of_one_configuration() -> None:
    session = Session(lambda: Sample(Scripted()))
    for _ in range(2):
        session.keep_object("toy_thing", b"bytes", STATE)

    assert session.pop_object("toy_other", b"bytes") is None
    assert session.pop_object("toy_thing", b"bytes") is STATE
    assert session.pop_object("toy_thing", b"bytes") is None
    session.keep_object("toy_thing", b"bytes", STATE)
    session.use("new provider data")
    assert session.pop_object("toy_thing", b"bytes") is None


@pytest.mark.parametrize("method", ["ReadResource", "PlanResourceChange"])
def test_a_great_whole_number_does_not_go_back_as_a_float(method: str) -> None:
    # Terraform would read that as 295147905179352830000.
    config = {**CONFIG, "config": Dynamic.of({"a": 2**68})}
    as_text = message({**STATE, **config}).msgpack
    as_float = as_text.replace(b"\xb5295147905179352825856", msgpack.packb(float(2**68)))
    asked = Asked(read=lambda state, operation: state)
    before = pb.DynamicValue(msgpack=as_float)

    if method == "ReadResource":
        state = asked.ask(method, current_state=before).new_state
    else:
        state = asked.plan(config, before).planned_state

    assert as_float != as_text
    assert b"\xb5295147905179352825856" in state.msgpack


def test_a_plan_with_a_change_answers_it() -> None:
    response = Asked().plan({**CONFIG, "color": "green"})

    assert values(response.planned_state) == {**STATE, "color": "green"}


@pytest.mark.parametrize("method", ["ReadResource", "PlanResourceChange"])
def test_a_state_in_json_is_no_empty_one(method: str) -> None:
    asked = Asked(read=lambda state, operation: state)

    if method == "ReadResource":
        state = asked.ask(method, current_state=AS_JSON).new_state
    else:
        state = asked.plan(CONFIG, AS_JSON).planned_state

    assert values(state) == STATE


def test_a_plan_knows_that_its_configuration_was_validated_once() -> None:
    asked = Asked()

    assert errors(asked.validate(CONFIG)) == []
    asked.plan(CONFIG)
    asked.plan(CONFIG)

    assert asked.validated == [True, False]


def test_a_plan_of_another_configuration_was_not_validated() -> None:
    asked = Asked()

    asked.validate({**CONFIG, "level": 4})
    asked.plan(CONFIG)

    assert asked.validated == [False]


def test_a_configuration_that_is_refused_counts_as_not_validated() -> None:
    asked = Asked()

    refused = asked.validate({**CONFIG, "color": "green"})
    asked.plan({**CONFIG, "color": "green"})

    assert errors(refused) == ["No: It is not green."]
    assert asked.validated == [False]
