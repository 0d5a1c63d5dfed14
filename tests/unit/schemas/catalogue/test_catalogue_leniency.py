"""What the API can read passes, even if the contract does not say so; the rest does not."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from constructs_lib.schemas import FieldKind
from constructs_lib.schemas.rules.fields import judge

STRING, INTEGER, NUMBER = FieldKind.STRING, FieldKind.INTEGER, FieldKind.NUMBER
BOOLEAN, LIST, OBJECT = FieldKind.BOOLEAN, FieldKind.LIST, FieldKind.OBJECT
ANY = FieldKind.ANY


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (STRING, "text"),
        (STRING, 5432),
        (STRING, 5.0),
        (INTEGER, 5432),
        (INTEGER, "5432"),
        (INTEGER, " -7 "),
        (INTEGER, 5.0),
        (INTEGER, Decimal("1e3")),
        (INTEGER, 9007199254740993),
        (NUMBER, 1),
        (NUMBER, "0.5"),
        (NUMBER, "2.5e-3"),
        (NUMBER, Decimal("0.5")),
        (BOOLEAN, False),
        (BOOLEAN, "True"),
        (LIST, ["a"]),
        (OBJECT, {"a": 1}),
        (ANY, "text"),
        (ANY, [{"a": True}]),
    ],
)
def test_what_the_api_can_read_fits(kind: FieldKind, value: Any) -> None:
    assert judge(value, kind) == "fits"


@pytest.mark.parametrize("kind", list(FieldKind))
@pytest.mark.parametrize("nothing", [None, "", [], {}])
def test_nothing_in_whatever_form_fits_everywhere(kind: FieldKind, nothing: Any) -> None:
    assert judge(nothing, kind) == "fits"


@pytest.mark.parametrize("value", [True, False, 3.1, Decimal("3.1")])
def test_what_may_lose_its_form_as_text_is_doubtful(value: Any) -> None:
    assert judge(value, STRING) == "doubtful"


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (STRING, ["text"]),
        (STRING, {"a": 1}),
        (INTEGER, "many"),
        (INTEGER, "5.5"),
        (INTEGER, 5.5),
        (INTEGER, float("inf")),
        (INTEGER, Decimal("1e400")),
        (INTEGER, Decimal("NaN")),
        (INTEGER, True),
        (INTEGER, [1]),
        (NUMBER, "many"),
        (NUMBER, "1.2.3"),
        (NUMBER, False),
        (BOOLEAN, "yes"),
        (BOOLEAN, 1),
        (LIST, "a"),
        (LIST, {"a": 1}),
        (OBJECT, "a"),
        (OBJECT, ["a"]),
    ],
)
def test_what_the_api_cannot_read_is_wrong(kind: FieldKind, value: Any) -> None:
    assert judge(value, kind) == "wrong"
