"""What a provider offers is made when it is asked for, and described without being made."""

from __future__ import annotations

import threading

import pytest

from constructs_lib.backend import elastic, fivetran
from constructs_lib.backend.plugin.provider import Provider, Registry


def test_each_is_made_once_and_only_when_it_is_asked_for() -> None:
    made: list[str] = []
    offers = Registry({name: lambda name=name: made.append(name) or object() for name in "ab"})

    assert list(offers) == ["a", "b"]
    assert len(offers) == 2
    assert "a" in offers
    assert made == []
    assert offers["b"] is offers["b"]
    assert made == ["b"]


def test_threads_that_ask_at_once_get_the_same() -> None:
    asked = threading.Barrier(8)
    offers = Registry({"a": object})
    found: list[object] = []

    def ask() -> None:
        asked.wait(30)
        found.append(offers["a"])

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert len(found) == 8
    assert len(set(map(id, found))) == 1


def test_what_is_not_offered_is_missing() -> None:
    offers = Registry({"a": object})

    assert offers.get("b") is None
    with pytest.raises(KeyError, match="b"):
        offers["b"]


@pytest.mark.parametrize("vendor", [fivetran, elastic], ids=["fivetranops", "elasticops"])
def test_what_describes_a_thing_is_what_it_says_itself(vendor: object) -> None:
    provider: Provider = vendor.load()  # type: ignore[attr-defined]
    offered = provider.resources, provider.data_sources, provider.ephemeral_resources

    for offers in offered:
        for name, thing in offers.items():
            assert isinstance(offers, Registry)
            assert offers.described(name) == (thing.schema, getattr(thing, "version", 0))
