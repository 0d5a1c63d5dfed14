"""The configuration that Terraform writes for what is imported."""

from __future__ import annotations

from typing import Any

import pytest
import tfplugin6_pb2 as pb
from plugin_samples import EMPTY, Sample, Scripted, call, errors, message, thing, values

from constructs_lib.backend.plugin.planning.planner import generated_config
from constructs_lib.backend.plugin.protocol.dispatcher import dispatch
from constructs_lib.backend.plugin.protocol.session import Session
from constructs_lib.backend.plugin.values.value import UNKNOWN, Dynamic
from constructs_lib.schemas.model import _attributes

STATE = thing(
    name="one",
    config=Dynamic.of({"a": 1}),
    color="red",
    level=5,
    ratio=0.5,
    flag=True,
    labels={"a": "b"},
    window={"from": "1h", "to": None},
    token="t-1",
    id="x",
)


class Generating(Scripted):
    def generate_config(self, config: Any, state: Any) -> Any:
        return self.script.get("generate_config", super().generate_config)(config, state)


def generated(state: Any = STATE, **script: Any) -> Any:
    return call(Generating(**script), "GenerateResourceConfig", state=message(state))


def settings(config: Any) -> dict[str, Any]:
    return {name: value for name, value in config.items() if value is not None}


def test_the_capability_is_announced() -> None:
    data = dispatch(Session(lambda: Sample(Scripted())), "GetProviderSchema", b"")

    capabilities = pb.GetProviderSchema.Response.FromString(data).server_capabilities
    assert capabilities.generate_resource_config


def test_settings_are_kept_and_what_cannot_be_set_is_null() -> None:
    response = generated()

    assert errors(response) == []
    config = values(response.config)
    assert settings(config) == {
        name: value for name, value in settings(STATE).items() if name not in ("id", "token")
    }
    assert b"t-1" not in response.SerializeToString()


@pytest.mark.parametrize(
    "quiet", [{"level": 3}, {"color": ""}, {"labels": {}}, {"flag": None}, {"window": None}]
)
def test_what_says_nothing_is_null(quiet: Any) -> None:
    ((name, _),) = quiet.items()

    config = values(generated({**STATE, **quiet}).config)

    assert config[name] is None
    assert settings(config).keys() == settings(STATE).keys() - {"id", "token", name}


@pytest.mark.parametrize("config", [Dynamic.of({}), Dynamic.of({"a": ""})])
def test_what_is_required_stays_though_it_is_empty(config: Any) -> None:
    made = values(generated({**STATE, "name": "", "config": config}).config)

    assert (made["name"], made["config"]) == ("", config)


def test_without_a_state_everything_is_null() -> None:
    response = generated(None, generate_config=lambda config, state: 1 / 0)

    assert errors(response) == []
    assert values(response.config) == EMPTY


def test_the_resource_may_refine_the_configuration() -> None:
    def refine(config: Any, state: Any) -> Any:
        assert state["id"] == "x"
        config["color"] = None
        return config

    assert values(generated(generate_config=refine).config)["color"] is None


@pytest.mark.parametrize(
    ("made", "rule"),
    [
        ({"id": "x", "name": "one", "config": Dynamic.of({})}, "generated_is_configurable"),
        ({"name": "one"}, "generated_keeps_what_is_required"),
        ({"name": "one", "config": UNKNOWN}, "generated_is_known"),
        (None, "require_object"),
    ],
)
def test_a_wrong_configuration_is_not_answered(made: Any, rule: str) -> None:
    response = generated(generate_config=lambda config, state: made)

    (error,) = errors(response)
    assert f"(Rule {rule}.)" in error
    assert not response.HasField("config")


def by_schema(properties: dict[str, Any], state: dict[str, Any]) -> dict[str, Any]:
    return generated_config(_attributes({"properties": properties}), state)


TEXT = {"type": "string"}


def test_what_does_not_count_is_null() -> None:
    properties = {"kind": TEXT, "day": {**TEXT, "x-only-with": {"kind": "daily"}}}

    for kind, day in (("daily", "14:00"), ("hourly", None)):
        state = {"kind": kind, "day": "14:00"}
        assert by_schema(properties, state) == {"kind": kind, "day": day}


def test_what_is_deprecated_is_null() -> None:
    assert by_schema({"old": {**TEXT, "deprecated": True}}, {"old": "a"}) == {"old": None}


def test_objects_inside_are_generated_alike() -> None:
    inside = {
        "type": "object",
        "required": ["name"],
        "properties": {"name": TEXT, "size": {"type": "integer", "default": 1}, "note": TEXT},
    }
    properties = {"one": inside, "many": {"type": "array", "items": inside}}
    full = {"name": "", "size": 1, "note": ""}
    made = {"name": "", "size": None, "note": None}

    assert by_schema(properties, {"one": full, "many": [full]}) == {"one": made, "many": [made]}
    assert by_schema(properties, {"one": None, "many": []}) == {"one": None, "many": None}


def test_an_object_inside_that_says_nothing_is_null() -> None:
    size = {"type": "integer", "default": 1}
    properties = {"one": {"type": "object", "properties": {"size": size}}}

    assert by_schema(properties, {"one": {"size": 1}}) == {"one": None}
