"""A state of another type that becomes one of this provider by a ``moved`` block."""

from __future__ import annotations

import json
from typing import Any

import pytest
import tfplugin6_pb2 as pb
from plugin_samples import Sample, Scripted, errors, thing, values

from constructs_lib.backend.plugin.diagnostics import ProviderError
from constructs_lib.backend.plugin.protocol.dispatcher import dispatch
from constructs_lib.backend.plugin.protocol.session import Session
from constructs_lib.backend.plugin.resource import MovedState, Operation
from constructs_lib.backend.plugin.values.value import UNKNOWN, Dynamic, Object

SECRET = "canary-of-a-move"
SOURCE = {"identifier": "x", "titles": ["one"], "password": SECRET}


class Moving(Scripted):
    """Takes a state over as a test says, and keeps what it was given."""

    def __init__(self, returns: Any = None) -> None:
        super().__init__()
        self.returns = thing(id="x", name="one") if returns is None else returns
        self.seen: list[MovedState] = []

    def move_state(self, source: MovedState, operation: Operation) -> Object:
        self.seen.append(source)
        assert operation.provider_data is None, "the provider is not configured"
        operation.private["moved"] = True
        if isinstance(self.returns, Exception):
            raise self.returns
        moved: Object = self.returns
        return moved


def move(resource: Scripted, **more: Any) -> Any:
    fields: dict[str, Any] = {
        "source_provider_address": "registry.terraform.io/acme/widgets",
        "source_type_name": "acme_widget",
        "source_schema_version": 3,
        "source_state": pb.RawState(json=json.dumps(SOURCE).encode()),
        "source_private": b"of another provider",
        "target_type_name": "toy_thing",
        **more,
    }
    request = pb.MoveResourceState.Request(**fields)
    session = Session(lambda: Sample(resource))
    data = dispatch(session, "MoveResourceState", request.SerializeToString())
    return pb.MoveResourceState.Response.FromString(data)


def test_the_resource_gets_the_state_as_it_was_stored() -> None:
    resource = Moving()

    response = move(resource)

    assert errors(response) == []
    assert resource.seen == [
        MovedState("registry.terraform.io/acme/widgets", "acme_widget", 3, SOURCE)
    ]
    assert SECRET not in repr(resource.seen)
    assert values(response.target_state) == thing(id="x", name="one")


def test_private_state_begins_anew() -> None:
    assert json.loads(move(Moving()).target_private) == {"moved": True}


def test_what_is_left_out_is_null() -> None:
    response = move(Moving({"id": "x", "config": Dynamic.of({"a": 1})}))

    assert values(response.target_state) == thing(id="x", config=Dynamic.of({"a": 1}))


@pytest.mark.parametrize(
    ("returned", "words"),
    [
        (ProviderError("Not this one", "It is blue."), "Not this one"),
        (RuntimeError(SECRET), "RuntimeError"),
        (thing(id="x", color=UNKNOWN), "Keep unknown values out"),
        (thing(id="x", secret_wo=Dynamic.of({"a": 1})), "write-only"),
        (thing(name="one"), "Give each imported object an id"),
        ("no object", "object"),
    ],
)
def test_a_move_that_fails_moves_nothing(returned: Any, words: str) -> None:
    response = move(Moving(returned))

    assert any(words in error for error in errors(response)), errors(response)
    assert SECRET not in str(errors(response))
    assert not response.target_state.msgpack


@pytest.mark.parametrize("state", [b"", b"[]", b"{", b"null"])
def test_a_state_that_is_no_object_is_an_error(state: bytes) -> None:
    resource = Moving()

    response = move(resource, source_state=pb.RawState(json=state))

    assert len(errors(response)) == 1
    assert resource.seen == []


def test_a_type_that_takes_nothing_over_says_what_to_do() -> None:
    (error,) = errors(move(Scripted()))

    assert "cannot become one of the type toy_thing." in error
    assert "removed block" in error
    assert "import block" in error


def test_a_type_that_is_not_there_is_an_error() -> None:
    (error,) = errors(move(Moving(), target_type_name="toy_other"))

    assert "Unknown resource type" in error


def test_moves_are_announced() -> None:
    session = Session(lambda: Sample(Scripted()))
    response = pb.GetProviderSchema.Response.FromString(dispatch(session, "GetProviderSchema", b""))

    assert response.server_capabilities.move_resource_state
