"""The checks that all resources share: identifiers, and changes that send nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from constructs_lib.backend.managed_object.checks import (
    ObjectKind,
    unsent_changes,
    warn_about_unsent_changes,
)
from constructs_lib.backend.plugin.diagnostics import Diagnostics, ProviderError
from constructs_lib.backend.plugin.resource import Plan
from constructs_lib.backend.plugin.values.value import UNKNOWN, Object
from constructs_lib.schemas.model import described

KIND = ObjectKind("fivetranops_connection", "widget", "Look at the list.")
REFUSED = "A widget cannot have this identifier"
SCHEMA: dict[str, Any] = {
    "description": "A widget.",
    "properties": {
        "id": {"type": "string", "readOnly": True, "x-response": "id"},
        "color": {"type": "string"},
        "size": {"type": "integer"},
        "labels": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}
ATTRIBUTES = described("widget", SCHEMA).attributes
PRIOR: Object = {"id": "w_1", "color": "red", "size": 1, "labels": {"a": "x"}}


def refused(ask: Callable[[], object]) -> tuple[str, str, tuple[str | int, ...]]:
    with pytest.raises(ProviderError) as caught:
        ask()
    return caught.value.summary, caught.value.detail, caught.value.path


def test_an_identifier_that_names_an_object_is_returned() -> None:
    assert (KIND.require("w_1"), KIND.imported("w_1", "a widget")) == ("w_1", "w_1")
    KIND.check("w_1")


def test_an_identifier_that_leads_elsewhere_is_one_error() -> None:
    other = KIND._replace(attribute="widget_id")
    text, shown = "Found text. Look at the list.", "Found 'a/\\x1b'. Look at the list."

    assert refused(lambda: KIND.require("a/\x1b")) == (REFUSED, text, ("id",))
    assert refused(lambda: KIND.check("a/\x1b")) == (REFUSED, text, ("id",))
    assert refused(lambda: other.require("a/\x1b")) == (REFUSED, text, ("widget_id",))
    assert refused(lambda: other.require("a/\x1b", "name")) == (REFUSED, text, ("name",))
    assert refused(lambda: other.require("a/\x1b", "")) == (REFUSED, shown, ())
    assert refused(lambda: KIND.imported("a/\x1b", "the state of a widget")) == (
        "Cannot import the state of a widget by this identifier",
        shown,
        (),
    )


def test_an_identifier_that_is_not_known_yet_passes() -> None:
    KIND.check(UNKNOWN)


def test_changes_that_no_request_carries_are_named() -> None:
    def names(change: Object, sent: tuple[str, ...] = ()) -> tuple[str, ...]:
        return unsent_changes(Plan({}, PRIOR, PRIOR | change), ATTRIBUTES, sent)

    cases: list[tuple[Object, tuple[str, ...], tuple[str, ...]]] = [
        ({}, (), ()),
        ({"size": 2, "color": "blue"}, (), ("color", "size")),
        ({"size": 2, "color": "blue"}, ("color",), ("size",)),
        ({"id": UNKNOWN}, (), ()),
        ({"id": "w_2"}, (), ()),
        ({"size": UNKNOWN, "labels": {"a": UNKNOWN}, "color": None}, (), ("color",)),
    ]

    assert [names(change, sent) for change, sent, _ in cases] == [found for *_, found in cases]


def test_creation_and_replacement_send_all_that_changes() -> None:
    replaced = Plan({}, PRIOR, PRIOR | {"size": 2})
    replaced.replace.append(("color",))

    assert unsent_changes(replaced, ATTRIBUTES) == ()
    assert unsent_changes(Plan({}, None, PRIOR), ATTRIBUTES) == ()


def test_one_warning_names_all_changes_that_send_nothing() -> None:
    diagnostics = Diagnostics()

    warn_about_unsent_changes((), "widget w_1", diagnostics)
    warn_about_unsent_changes(("color", "size"), "widget w_1", diagnostics)

    (warning,) = diagnostics
    assert warning == (
        False,
        "A change that sends nothing",
        "color, size: no request is sent for this change of widget w_1. Terraform's state records "
        "it, and it applies from the next operation on.",
        (),
    )
