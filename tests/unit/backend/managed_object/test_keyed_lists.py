"""Lists of config whose items are told apart by a key: their order says nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from connection_values import HASHER, answer, configured, existing, planned, recorded, state

from constructs_lib import schemas
from constructs_lib.backend.fivetran.connection.model import MODEL, echoes, refreshed_state
from constructs_lib.backend.fivetran.connection.request import update_body
from constructs_lib.backend.managed_object.equivalence import (
    by_key,
    comparable_parts,
    fingerprint,
    in_order,
    reconcile,
)
from constructs_lib.backend.managed_object.secret_tracking import SecretTracking
from constructs_lib.backend.plugin.values.value import UNKNOWN, Dynamic

SERVICES = json.loads((Path(schemas.__file__).parent / "catalogue" / "services.json").read_text())
KEYS = MODEL.item_keys
NO_KEYS = {"reports[].filters"}
"""Lists of objects of which nothing tells the items apart."""
MERE_ORDER = "Only the order of items changes"
A, B, C = ({"table": name, "type": "t", "days": 1} for name in "abc")


def lists_of_objects() -> dict[tuple[str, str], set[str]]:
    """The lists of objects of all services, with the fields of their items."""
    found: dict[tuple[str, str], set[str]] = {}
    for service, facts in SERVICES.items():
        for path in facts:
            setting, _, field = path.removeprefix("config.").rpartition("[].")
            if path.startswith("config.") and setting and not field.endswith("[]"):
                found.setdefault((service, setting), set()).add(field)
    return found


def test_every_list_of_objects_has_a_key_or_is_known_without() -> None:
    named = {setting for _, setting in lists_of_objects()}

    assert named == KEYS.keys() | NO_KEYS
    for (service, setting), fields in lists_of_objects().items():
        if setting not in NO_KEYS:
            assert fields & set(KEYS[setting]), f"{setting} of {service}"


def test_no_key_of_an_item_is_a_secret() -> None:
    for (service, setting), _ in lists_of_objects().items():
        for key in KEYS.get(setting, ()):
            assert "secret" not in SERVICES[service].get(f"config.{setting}[].{key}", "")


def test_the_order_depends_on_the_keys_alone() -> None:
    assert in_order(KEYS, "reports", [B, C, A]) == in_order(KEYS, "reports", [A, B, C]) == [A, B, C]


@pytest.mark.parametrize(
    ("setting", "items"),
    [
        ("reports", [B, {**B}]),
        ("reports", [B, {"type": "no table"}]),
        ("reports", [B, "text"]),
        ("accounts", [B, A]),
        ("tables", ["b", "a"]),
        ("reports", "text"),
        ("reports", [{"table": ""}, A]),
        ("reports", [{"table": UNKNOWN}, A]),
    ],
)
def test_the_order_is_kept_where_no_key_tells_the_items(setting: str, items: Any) -> None:
    assert in_order(KEYS, setting, items) == items


def test_the_first_key_that_all_items_have_counts() -> None:
    assert by_key(KEYS, "reports", [{"name": "One", "table": None}]) == [
        {"one": {"name": "One", "table": None}}
    ]


def test_drift_of_a_reordered_list_is_shown_at_its_item() -> None:
    known = {"reports": [A, B, C]}
    live = {"reports": [{**C, "days": None, "added": 1}, {**B, "type": "other"}, {**A}]}

    assert reconcile({"reports": [A, B]}, {"reports": [B, A]}, item_keys=KEYS) == {
        "reports": [A, B]
    }
    assert reconcile(known, live, item_keys=KEYS)["reports"][:2] == [A, {**B, "type": "other"}]


def test_an_item_that_is_gone_and_one_that_is_new_move_no_other() -> None:
    known, new = {"reports": [A, B, C]}, {"table": "d", "type": "t"}

    assert reconcile(known, {"reports": [new, C, A]}, item_keys=KEYS) == {"reports": [A, C, new]}


def test_drift_of_a_list_without_keys_takes_the_open_place() -> None:
    assert reconcile(["a", "b", "c"], ["c", "x", "a"], item_keys=KEYS) == ["a", "x", "c"]
    assert reconcile(["a", "b", "c"], ["c", "a"], item_keys=KEYS) == ["a", "c"]
    assert reconcile(["a", "b"], ["b", "x", "y", "a"], item_keys=KEYS) == ["a", "b", "x", "y"]


def test_drift_beside_a_masked_item_takes_no_mask_over() -> None:
    known = {"secrets_list": [{"key": "a", "value": "1"}]}
    live = {"secrets_list": [{"key": "b", "value": "********"}, {"key": "a", "value": "******"}]}

    assert reconcile(known, live, item_keys=KEYS) == {
        "secrets_list": [{"key": "a", "value": "1"}, {"key": "b"}]
    }


def test_another_order_of_secrets_is_no_change() -> None:
    one, two = {"key": "one", "value": "1"}, {"key": "two", "value": ""}
    private = recorded({"config.secrets_list": [one, two]})

    assert SecretTracking(private, HASHER, KEYS).changed({"config.secrets_list": [two, one]}) == []


def test_a_rotated_item_of_reordered_secrets_is_a_change() -> None:
    one, two = {"key": "one", "value": "1"}, {"key": "two", "value": "2"}
    private = recorded({"config.secrets_list": [one, two]})
    later = {"config.secrets_list": [{"key": "two", "value": ""}, one]}

    assert SecretTracking(private, HASHER, KEYS).changed(later) == ["config.secrets_list"]


def test_a_digest_of_an_earlier_version_is_still_recognised() -> None:
    written = [{"key": "two", "value": "2"}, {"key": "one", "value": "1"}]
    private = recorded({"config.secrets_list": written})
    salt = private["secrets"]["salt"]
    old = HASHER.digest(salt, "config.secrets_list", written)
    private["secrets"]["digests"]["config.secrets_list"] = old

    assert SecretTracking(private, HASHER, KEYS).changed({"config.secrets_list": written}) == []


def test_the_order_of_secrets_of_another_kind_counts() -> None:
    private = recorded({"config.pats": ["a", "b"], "auth.secrets_list": [{"key": "a"}]})

    assert SecretTracking(private, HASHER, KEYS).changed({"config.pats": ["b", "a"]}) == [
        "config.pats"
    ]


def test_another_order_alone_sends_nothing_and_the_plan_says_so() -> None:
    prior = existing(config=Dynamic.of({"reports": [A, B], "host": "h"}))
    config = configured(config=Dynamic.of({"reports": [B, A], "host": "h"}))

    plan, operation = planned(config, prior)

    (warning,) = [one for one in operation.diagnostics if one.summary == MERE_ORDER]
    assert "config.reports" in warning.detail
    assert update_body(prior, plan.planned, config, [], {}) == {}


def test_a_changed_item_in_another_order_is_sent_as_configured() -> None:
    prior = existing(config=Dynamic.of({"reports": [A, B]}))
    after = [{**B, "days": 2}, A]
    config = configured(config=Dynamic.of({"reports": after}))

    plan, operation = planned(config, prior)

    assert MERE_ORDER not in [one.summary for one in operation.diagnostics]
    body = update_body(prior, plan.planned, config, [], {})
    assert body["config"] == {"reports": after}


def test_what_the_api_normalised_is_recognised_in_any_order() -> None:
    sent = [{**A, "type": "T"}, {**B, "type": "T"}]
    known = state(config=Dynamic.of({"reports": sent}))

    echo = echoes({"config": {"reports": sent}}, answer(config={"reports": [A, B]}))

    assert (
        refreshed_state(known, answer(config={"reports": [B, A]}), echo)["config"]
        is known["config"]
    )


def test_an_echo_of_an_earlier_version_is_still_recognised() -> None:
    sent = [{**B, "type": "T"}, {**A, "type": "T"}]
    known, made = state(config=Dynamic.of({"reports": sent})), [B, A]
    old = {"config.reports": [fingerprint(part) for part in comparable_parts(sent, made)]}

    assert (
        refreshed_state(known, answer(config={"reports": made}), old)["config"] is known["config"]
    )
