"""The checks without the library ``jsonschema`` find what they find with it, in the same words."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from constructs_lib.validation import ConstructPlace, check_connection

PLACE = ConstructPlace("orders")
RIGHT = {"group_id": "g", "service": "postgres", "config": {"schema_prefix": "orders"}}


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"group_id": ""},
        {"group_id": None},
        {"service": "Postgres"},
        {"config": 5},
        {"sync_frequency": 7},
        {"sync_frequency": "60"},
        {"sync_frequncy": 60},
        {"schema_status": "READY"},
        {"schema_status": "soon"},
        {"daily_sync_time": "14:30", "sync_frequency": 1440},
        {"timeouts": {"create": "soon", "read": "1m"}},
        {"unchecked": {"config.mode": 5}},
        {"config": {"schema_prefix": "orders", "port": "many"}},
        {"destination_configuration": []},
    ],
    ids=str,
)
def test_both_interpreters_find_the_same(
    wrong: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    values = {**RIGHT, **wrong}
    expected = check_connection(values, place=PLACE)

    monkeypatch.setitem(sys.modules, "jsonschema", None)

    found = check_connection(values, place=PLACE, with_library=False)
    assert sorted(found) == sorted(expected)
