"""The rules for lists, actions and generated configurations: the test of a rule has its name."""

from __future__ import annotations

from typing import Any

import pytest
from identity_samples import PARTS, SCHEMA
from plugin_samples import thing

from constructs_lib.backend.plugin.consistency import rules, stream_rules
from constructs_lib.backend.plugin.consistency.stream_rules import (
    GeneratedAnswer,
    ListedAnswer,
    OfferAnswer,
)
from constructs_lib.backend.plugin.diagnostics import Path, ProviderError
from constructs_lib.backend.plugin.list_resource import Listed
from constructs_lib.backend.plugin.values.value import UNKNOWN, Dynamic
from constructs_lib.schemas.model import _attributes

ATTRIBUTES = SCHEMA.attributes
TABLES = (
    stream_rules.OFFER_RULES,
    stream_rules.LIST_RULES,
    stream_rules.PROGRESS_RULES,
    stream_rules.GENERATED_RULES,
)
IDENTITY = {"id": "x", "color": None}
SECRET = Dynamic.of({"p": "s"})


def by_list(
    identity: Any = IDENTITY, name: Any = "A", state: Any = None, includes: bool = True, **more: Any
) -> list[tuple[str, Path]]:
    answer = ListedAnswer(PARTS, ATTRIBUTES, Listed(identity, name, state), includes, **more)
    return found(stream_rules.LIST_RULES, answer)


def by_generation(config: Any, state: Any) -> list[tuple[str, Path]]:
    return found(stream_rules.GENERATED_RULES, GeneratedAnswer(ATTRIBUTES, state, config))


def found(table: Any, answer: Any) -> list[tuple[str, Path]]:
    return [(one.rule, one.path) for one in rules.violations(table, answer)]


def test_every_rule_of_streams_has_a_test_of_its_name() -> None:
    named = {f"test_{rule.__name__}" for table in TABLES for rule in table}

    assert named - globals().keys() == set()


def test_configuration_computes_nothing() -> None:
    rule = [("configuration_computes_nothing", ("id",))]
    assert found(stream_rules.OFFER_RULES, OfferAnswer(["id"])) == rule
    assert found(stream_rules.OFFER_RULES, OfferAnswer([])) == []


def test_list_yields_identities() -> None:
    assert found(stream_rules.OFFER_RULES, OfferAnswer([], {})) == [("list_yields_identities", ())]
    assert found(stream_rules.OFFER_RULES, OfferAnswer([], PARTS)) == []


def test_listed_identity_is_whole() -> None:
    rule = "listed_identity_is_whole"
    for wrong in ({"color": "red"}, {"id": None}, {"id": ""}, {"id": UNKNOWN}):
        assert by_list(wrong) == [(rule, ("id",))]
    assert by_list({"id": "x", "color": UNKNOWN}) == [(rule, ("color",))]
    assert by_list({"id": "x"}) == by_list({"id": "x", "color": "red"}) == []


@pytest.mark.parametrize("name", ["", "  ", None, 5])
def test_listed_name_is_given(name: Any) -> None:
    assert by_list(name=name) == [("listed_name_is_given", ())]


def test_listed_state_is_asked_for() -> None:
    assert by_list(state=thing(), includes=False) == [("listed_state_is_asked_for", ())]
    assert by_list(state=thing()) == by_list(includes=False) == []


def test_listed_state_is_known() -> None:
    state = thing(config=Dynamic.of({"a": UNKNOWN}))  # type: ignore[arg-type]
    assert by_list(state=state) == [("listed_state_is_known", ("config",))]


def test_listed_secrets_are_null() -> None:
    rule = "listed_secrets_are_null"
    assert by_list(state=thing(secret_wo=SECRET)) == [(rule, ("secret_wo",))]
    assert by_list(state=thing(token="t-1")) == [(rule, ("token",))]


def test_a_nested_secret_is_found() -> None:
    secret = {"type": "string", "format": "password"}
    inside = {"type": "object", "properties": {"key": secret, "name": {"type": "string"}}}
    document = {"properties": {"one": inside, "many": {"type": "array", "items": inside}}}
    values = {"one": {"key": "s", "name": "n"}, "many": [{"key": None}, {"key": "s"}]}

    assert list(stream_rules.set_sensitive(_attributes(document), values)) == [
        ("one", "key"),
        ("many", "key"),
    ]


def test_listed_once() -> None:
    assert by_list(is_repeated=True) == [("listed_once", ())]


@pytest.mark.parametrize("sentence", ["", " ", None, 5, b"a"])
def test_progress_is_a_sentence(sentence: Any) -> None:
    assert found(stream_rules.PROGRESS_RULES, sentence) == [("progress_is_a_sentence", ())]
    assert found(stream_rules.PROGRESS_RULES, "Waiting.") == []


def test_generated_is_configurable() -> None:
    rule = "generated_is_configurable"
    assert by_generation(thing(id="x"), thing()) == [(rule, ("id",))]
    assert by_generation(thing(secret_wo=SECRET), thing()) == [(rule, ("secret_wo",))]


def test_generated_keeps_what_is_required() -> None:
    rule = "generated_keeps_what_is_required"
    assert by_generation(thing(), thing(name="a")) == [(rule, ("name",))]
    assert by_generation(thing(name="b"), thing(name="a")) == by_generation(thing(), thing()) == []


def test_generated_is_known() -> None:
    assert by_generation(thing(color=UNKNOWN), thing()) == [("generated_is_known", ("color",))]


@pytest.mark.parametrize("returned", [None, ("id", "a"), {"id": "a"}])
def test_require_listed(returned: Any) -> None:
    with pytest.raises(ProviderError) as caught:
        stream_rules.require_listed(returned, "ListResource of toy_thing")

    assert caught.value.detail == (
        "ListResource of toy_thing: A list must yield Listed objects. (Rule require_listed.) This "
        "is a bug in the provider; please report it."
    )
