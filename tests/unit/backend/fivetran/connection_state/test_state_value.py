"""Which states Terraform carries as objects, and which as JSON text."""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from typing import Any

from every_case import check_every
from hypothesis import given
from hypothesis import strategies as st

from constructs_lib.backend.fivetran.connection_state.state_value import (
    from_terraform,
    is_same_state,
    to_terraform,
)
from constructs_lib.backend.plugin.values.value import UNKNOWN, Dynamic

COMPOSED, DECOMPOSED = "caf\u00e9", "cafe\u0301"
MARK = "\u0323"
_DEEPEST: dict[str, Any] = {}
for _ in range(99):
    _DEEPEST = {"in": _DEEPEST}
AS_TEXT: dict[str, dict[str, Any]] = {
    "decomposed key": {DECOMPOSED: 1},
    "decomposed text": {"file": DECOMPOSED},
    "decomposed key inside": {"files": [{"of": {DECOMPOSED: 1}}]},
    "keys that are equal once composed": {COMPOSED: 1, DECOMPOSED: 2},
    "sign that is another one": {"unit": "\u212b"},
    "half of a surrogate pair": {"\ud800": "\udfff"},
    "NUL in a text": {"key": "a\0b"},
    "NUL in a key": {"a\0b": 1},
    "NUL beside other characters": {"key": f"{COMPOSED}\0"},
    "unassigned character": {"key": "\U000e0fff"},
    "too many marks in a row": {"key": f"x{MARK * 30}x"},
    "too many marks at the begin": {"key": MARK * 30},
    "number of many digits": {"n": Decimal("0." + "123456789" * 20)},
    "whole number of many digits": {"n": int("123456789" * 20)},
    "number of many places": {"n": 10**1500},
    "nested too deeply": {"in": _DEEPEST},
}
AS_OBJECT: dict[str, dict[str, Any]] = {
    "nothing": {},
    "plain": {"cursor": "2026-01-01", "n": 1, "f": Decimal("1.10"), "t": True, "z": None},
    "composed": {COMPOSED: COMPOSED, "files": ["\u4e2d\u6587", "\U0001f600"]},
    "some marks": {"key": "\u0e01\u0e38\u0e49"},
    "most marks in a row": {"key": f"x{MARK * 29}x{MARK * 29}"},
    "most marks at the begin": {"key": MARK * 29},
    "nested as deeply as can be": _DEEPEST,
}


def test_state_that_would_change_is_text() -> None:
    def check(name: str) -> None:
        found = to_terraform(AS_TEXT[name])
        assert found is not None
        assert isinstance(found.value, str)
        assert found.value.isascii()
        assert "\0" not in found.value
        assert from_terraform(found) == AS_TEXT[name]

    check_every(AS_TEXT, check)


def test_state_that_stays_is_an_object() -> None:
    def check(name: str) -> None:
        assert to_terraform(AS_OBJECT[name]) == Dynamic.of(AS_OBJECT[name])
        assert from_terraform(to_terraform(AS_OBJECT[name])) == AS_OBJECT[name]

    check_every(AS_OBJECT, check)


def test_state_that_is_not_there() -> None:
    assert to_terraform(None) is None
    assert from_terraform(None) is None


def test_text_that_is_no_object() -> None:
    def check(text: str) -> None:
        assert from_terraform(Dynamic.of(text)) is None

    check_every(["", "{", "3", '"x"', "[]", "null", "[" * 10**5], check)


def test_text_and_object_mean_the_same() -> None:
    assert is_same_state(Dynamic.of('{"a": 1.0}'), Dynamic.of({"a": 1}))
    assert not is_same_state(Dynamic.of('{"a": 2}'), Dynamic.of({"a": 1}))
    assert not is_same_state(to_terraform({DECOMPOSED: 1}), to_terraform({COMPOSED: 1}))
    assert not is_same_state(None, Dynamic.of({}))
    assert is_same_state(None, None)


def test_what_is_no_state_is_compared_as_it_is() -> None:
    assert is_same_state(Dynamic.of("one"), Dynamic.of("one"))
    assert not is_same_state(Dynamic.of("one"), Dynamic.of("other"))
    assert not is_same_state(None, UNKNOWN)
    assert is_same_state(UNKNOWN, UNKNOWN)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), _JSON, max_size=4))
def test_every_state_comes_back_as_it_was(state: dict[str, Any]) -> None:
    found = to_terraform(state)

    assert from_terraform(found) == state
    assert found is not None
    if isinstance(found.value, dict):
        text = repr(found.value)
        assert unicodedata.normalize("NFC", text) == text
