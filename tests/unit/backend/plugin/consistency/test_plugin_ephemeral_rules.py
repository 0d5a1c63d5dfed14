"""Ephemeral resources: what becomes of an answer that breaks a rule."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from ephemeral_samples import (
    CONFIG,
    LATER,
    Key,
    ask,
    holds_nothing,
    opened,
    opening,
    renewed,
    validate,
)
from plugin_samples import ATTRIBUTES, SCHEMA, errors, thing

from constructs_lib.backend.plugin.consistency import rules, state_rules
from constructs_lib.backend.plugin.consistency.state_rules import OpenAnswer, RenewalAnswer
from constructs_lib.backend.plugin.diagnostics import Diagnostics, Path
from constructs_lib.backend.plugin.protocol import provider_calls
from constructs_lib.backend.plugin.values.value import UNKNOWN, Dynamic, Object

MOMENT = "A renewal must be due at a time with a time zone, or never. (Rule require_moment.)"


def reported(method: str, text: str) -> list[str]:
    return [
        f"Provider broke a rule of Terraform: {method} of toy_thing: {text} "
        "This is a bug in the provider; please report it."
    ]


def broken(config: Any, state: Any, **more: Any) -> list[tuple[str, Path]]:
    given = OpenAnswer(ATTRIBUTES, config, state, **more)
    return [(one.rule, one.path) for one in rules.violations(state_rules.OPEN_RULES, given)]


@pytest.mark.parametrize("returned", [None, {"id": "x"}])
def test_an_opening_of_another_type_is_reported_by_its_rule(returned: Any) -> None:
    response = opened(Key(open=lambda config, operation: returned))

    text = "Opening must return an Opened. (Rule require_opened.)"
    assert errors(response) == reported("OpenEphemeralResource", text)
    assert holds_nothing(response)


def test_an_opening_without_an_object_is_told_by_its_rule() -> None:
    text = "An operation must return an object. (Rule require_object.)"
    assert errors(opened(opening(None))) == reported("OpenEphemeralResource", text)


@pytest.mark.parametrize("moment", [LATER.replace(tzinfo=None), "2030-01-01T00:00:00Z"])
def test_a_renewal_without_a_time_zone_is_told_by_its_rule(moment: Any) -> None:
    assert errors(opened(opening({}, moment))) == reported("OpenEphemeralResource", MOMENT)
    renewal = renewed(Key(renew=lambda operation: moment))
    assert errors(renewal) == reported("RenewEphemeralResource", MOMENT)


def test_an_opening_with_an_unknown_value_is_reported() -> None:
    response = opened(opening({"id": UNKNOWN}))

    assert "nothing_is_unknown" in errors(response)[0]
    assert holds_nothing(response)


def test_a_write_only_value_that_is_opened_is_told_by_its_rule() -> None:
    response = opened(opening({"secret_wo": Dynamic.of({"a": 1})}))

    assert "write_only_is_null" in errors(response)[0]
    assert holds_nothing(response)


def test_a_changed_configuration_never_reaches_terraform(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wrong = lambda attributes, config, returned: {**config, "name": "two"}  # noqa: E731
    monkeypatch.setattr(provider_calls, "merge_data", wrong)

    response = opened(Key())

    assert "configured_ephemeral_is_kept" in errors(response)[0]
    assert holds_nothing(response)


def test_a_renewal_that_is_due_already_is_told_and_dropped() -> None:
    past = datetime(2020, 1, 1, tzinfo=timezone.utc)

    for response in (opened(opening({}, past)), renewed(Key(renew=lambda operation: past))):
        assert "renewal_lies_ahead" in errors(response)[0]
        assert not response.HasField("renew_at")


def test_a_validation_that_changes_anything_is_reported() -> None:
    def change(config: Object, diagnostics: Diagnostics) -> None:
        config["name"] = "two"

    assert "validation_changes_nothing" in errors(validate(Key(validate=change), CONFIG))[0]


def test_a_reserved_ephemeral_name_is_reported_by_its_rule() -> None:
    class Reserved(Key):
        schema = SCHEMA._replace(attributes={"count": ATTRIBUTES["name"]._replace(name="count")})

    assert "names_are_not_reserved" in errors(ask(Reserved(), "GetProviderSchema"))[0]


def test_every_rule_for_ephemeral_resources_has_a_test() -> None:
    shared = {"nothing_is_unknown", "write_only_is_null"}
    tables = (*state_rules.OPEN_RULES, *state_rules.RENEWAL_RULES)
    own = {rule.__name__ for rule in tables} - shared
    assert {f"test_{rule}" for rule in own} - globals().keys() == set()


def test_ephemeral_is_opened_as_object() -> None:
    assert broken(thing(), None) == [("ephemeral_is_opened_as_object", ())]
    assert broken(thing(), None, failed=True) == []
    assert broken(thing(), thing()) == []


def test_error_opens_nothing() -> None:
    assert broken(thing(), thing(), failed=True) == [("error_opens_nothing", ())]


def test_configured_ephemeral_is_kept() -> None:
    rule = ("configured_ephemeral_is_kept", ("name",))
    assert broken(thing(name="one"), thing(name="two")) == [rule]
    assert broken(thing(name="one"), thing(name="one", id="x")) == []


def test_renewal_lies_ahead() -> None:
    def broken(due: datetime | None) -> list[str]:
        given = RenewalAnswer(due, LATER)
        return [one.rule for one in rules.violations(state_rules.RENEWAL_RULES, given)]

    assert broken(LATER) == ["renewal_lies_ahead"]
    assert broken(LATER - timedelta(1)) == ["renewal_lies_ahead"]
    assert broken(LATER + timedelta(1)) == broken(None) == []
