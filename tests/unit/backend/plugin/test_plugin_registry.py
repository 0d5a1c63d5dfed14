"""A registry makes a resource when it is asked for, and describes it without making it."""

from __future__ import annotations

import sys
import threading
from types import ModuleType

import pytest
import tfplugin6_pb2 as pb
from plugin_samples import Sample, Scripted, errors

from constructs_lib.backend import elastic, fivetran
from constructs_lib.backend.plugin.diagnostics import Diagnostics
from constructs_lib.backend.plugin.protocol.conversion import object_type
from constructs_lib.backend.plugin.protocol.dispatcher import dispatch
from constructs_lib.backend.plugin.protocol.session import Session
from constructs_lib.backend.plugin.provider import Provider, Registry
from constructs_lib.backend.plugin.values.encoding import encode
from constructs_lib.backend.plugin.values.value import Object

NAME = "fivetranops_connection"


class Made:
    """What a registry makes here; each one is counted."""

    count = 0

    def __init__(self) -> None:
        type(self).count += 1


@pytest.fixture(autouse=True)
def _things(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("registered.things")
    monkeypatch.setattr(module, "Made", Made, raising=False)
    monkeypatch.setitem(sys.modules, "registered.things", module)
    monkeypatch.setattr(Made, "count", 0)


def test_each_is_made_once_and_only_when_it_is_asked_for() -> None:
    registry: Registry[Made] = Registry(dict.fromkeys("ab", "registered.things:Made"))

    assert list(registry) == ["a", "b"]
    assert len(registry) == 2
    assert "a" in registry
    assert Made.count == 0
    assert registry["b"] is registry["b"]
    assert isinstance(registry["b"], Made)
    assert Made.count == 1


def test_a_module_is_imported_when_its_class_is_asked_for() -> None:
    registry: Registry[Made] = Registry({"a": "registered.things:Made", "b": "no_such_module:Made"})

    assert isinstance(registry["a"], Made)
    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        registry["b"]


def test_a_check_is_found_without_making_what_it_is_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["registered.things"], "check", print, raising=False)
    classes = dict.fromkeys("ab", ".things:Made")
    registry: Registry[Made] = Registry(classes, "registered", checks={"a": ".things:check"})

    assert registry.check("a") is print
    assert registry.check("b") is None
    assert Made.count == 0


def test_a_module_with_a_dot_is_relative_to_the_package() -> None:
    registry: Registry[Made] = Registry({"a": ".things:Made"}, "registered")

    assert isinstance(registry["a"], Made)


def test_threads_that_ask_at_once_get_the_same() -> None:
    asked = threading.Barrier(8)
    registry: Registry[Made] = Registry({"a": "registered.things:Made"})
    found: list[object] = []

    def ask() -> None:
        asked.wait(30)
        found.append(registry["a"])

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert len(found) == 8
    assert len(set(map(id, found))) == 1
    assert Made.count == 1


def test_a_name_that_is_not_registered_is_missing() -> None:
    registry: Registry[Made] = Registry({"a": "registered.things:Made"})

    assert registry.get("b") is None
    with pytest.raises(KeyError, match="b"):
        registry["b"]


@pytest.mark.parametrize(
    ("offer", "method"),
    [("list_resources", "ValidateListResourceConfig"), ("actions", "ValidateActionConfig")],
)
def test_a_check_of_a_configuration_makes_nothing(
    offer: str, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(config: Object, diagnostics: Diagnostics) -> None:
        diagnostics.error("Refused", "It said no.")

    monkeypatch.setattr(sys.modules["registered.things"], "check", refuse, raising=False)
    registry: Registry[Made] = Registry(
        {NAME: "registered.things:Made"},
        prefix="data.",
        checks={NAME: "registered.things:check"},
    )
    provider = Sample(Scripted())
    setattr(provider, offer, registry)
    kind = getattr(pb, method)
    config = encode({"id": "pale_hydrogen"}, object_type(registry.described(NAME)[0].attributes))
    request = kind.Request(type_name=NAME, config=pb.DynamicValue(msgpack=config))

    data = dispatch(Session(lambda: provider), method, request.SerializeToString())

    assert errors(kind.Response.FromString(data)) == ["Refused: It said no."]
    assert Made.count == 0


@pytest.mark.parametrize("vendor", [fivetran, elastic], ids=["fivetranops", "elasticops"])
def test_what_describes_a_thing_is_what_it_says_itself(vendor: object) -> None:
    provider: Provider = vendor.load()  # type: ignore[attr-defined]
    registries = (
        provider.resources,
        provider.data_sources,
        provider.ephemeral_resources,
        provider.list_resources,
        provider.actions,
    )

    for registry in filter(None, registries):
        for name, thing in registry.items():
            assert isinstance(registry, Registry)
            assert registry.described(name) == (thing.schema, getattr(thing, "version", 0))
