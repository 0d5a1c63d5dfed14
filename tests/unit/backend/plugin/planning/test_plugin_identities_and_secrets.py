"""What is left of a state that is shown to others, and the identity of what a failure leaves."""

from __future__ import annotations

from typing import Any

import pytest

from constructs_lib.backend.plugin.planning.planner import failed_identity, without_sensitive
from constructs_lib.backend.plugin.values.value import UNKNOWN
from constructs_lib.schemas.model import _attributes

_INSIDE = {
    "shown": {"type": "string"},
    "hidden": {"type": "string", "format": "password"},
}
STATE = _attributes(
    {
        "properties": {
            "id": {"type": "string", "readOnly": True},
            "card": {"type": "object", "properties": _INSIDE},
            "cards": {"type": "array", "items": {"type": "object", "properties": _INSIDE}},
            "key": {"type": "string", "format": "password"},
            "free": {"type": "object"},
        }
    }
)
IDENTITY = _attributes(
    {
        "properties": {
            "id": {"type": "string", "x-identity": "required", "readOnly": True},
            "group": {"type": "string", "x-identity": "optional", "readOnly": True},
        }
    }
)


@pytest.mark.parametrize(
    ("state", "left"),
    [
        ({"id": "a", "key": "canary"}, {"id": "a", "key": None}),
        (
            {"card": {"shown": "a", "hidden": "canary"}},
            {"card": {"shown": "a", "hidden": None}},
        ),
        (
            {"cards": [{"shown": "a", "hidden": "canary"}, {"shown": "b", "hidden": None}]},
            {"cards": [{"shown": "a", "hidden": None}, {"shown": "b", "hidden": None}]},
        ),
        # Of an attribute without attributes inside, the keys mean nothing.
        ({"free": {"hidden": "a"}, "card": None}, {"free": {"hidden": "a"}, "card": None}),
        ({"other": {"hidden": "a"}}, {"other": {"hidden": "a"}}),
    ],
)
def test_what_is_sensitive_becomes_null_at_any_depth(
    state: dict[str, Any], left: dict[str, Any]
) -> None:
    assert STATE["key"].sensitive
    assert without_sensitive(STATE, state) == left


@pytest.mark.parametrize(
    ("derived", "planned", "found"),
    [
        ({"id": "a", "group": "b"}, {"id": "x", "group": "y"}, {"id": "a", "group": "b"}),
        ({"id": "a", "group": None}, {"id": "x", "group": "y"}, {"id": "a", "group": "y"}),
        ({"id": "a", "group": None}, None, {"id": "a", "group": None}),
        ({"id": None, "group": "b"}, None, None),
        ({"id": None, "group": "b"}, {"id": UNKNOWN}, None),
        ({"id": "a", "group": None}, {"group": UNKNOWN}, None),
    ],
)
def test_an_identity_after_a_failure_is_whole_or_none(
    derived: dict[str, Any], planned: dict[str, Any] | None, found: dict[str, Any] | None
) -> None:
    assert failed_identity(IDENTITY, derived, planned) == found
