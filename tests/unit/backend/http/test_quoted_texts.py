"""The texts of settings that an answer quotes are named in place of being shown."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from every_case import check_every

from constructs_lib.backend.http.redaction import (
    SettingText,
    allowed_by,
    redact,
    redact_json,
    redacted_text,
    texts_of,
    values_shown,
)
from constructs_lib.schemas import load
from constructs_lib.schemas.model import _attributes

HOST = SettingText("canary-host.example.com", "config.host")
DATABASE = SettingText("orders", "config.database")
SHORT = SettingText("ab", "config.role")


QUOTATIONS = (
    ("Invalid value 'orders'", "Invalid value '(value of config.database)'"),
    ("no database Orders.", "no database (value of config.database)."),
    ("no reorders, orders_old or ordersX", "no reorders, orders_old or ordersX"),
    ("role 'ab' or <ab>", "role '(value of config.role)' or <(value of config.role)>"),
    ("ab is about ab", "ab is about ab"),
    ("at Canary-Host.Example.COM:22", "at (value of config.host):22"),
    ("at xcanary-host.example.comx", "at x(value of config.host)x"),
    ("at canary-host.exam…", "at (value of config.host)…"),
)


def test_a_setting_is_named_where_it_stands_for_itself() -> None:
    def is_named(case: tuple[str, str]) -> None:
        text, shown = case
        hidden = [HOST, DATABASE, SHORT]

        assert redact(text, hidden) == shown
        assert redacted_text(text, hidden) == shown
        assert redact_json([text], hidden) == [shown]

    check_every(QUOTATIONS, is_named)


WRITERS: dict[str, Callable[[str], str]] = {
    "JSON": json.dumps,
    "JSON in JSON": lambda text: json.dumps(json.dumps(text)),
    "HTML": html.escape,
    "address": lambda text: quote(text, safe=""),
    "Base64": lambda text: base64.b64encode(f"x{text}y".encode()).decode(),
    "Python": repr,
}


def test_a_setting_is_named_in_each_form() -> None:
    text = "canary <\"host\"> ä/'1'"

    def is_named(writer: str) -> None:
        shown = redact(f"sent: {WRITERS[writer](text)}", [SettingText(text, "config.host")])

        assert "(value of config.host)" in shown
        assert "canary" not in shown.lower()
        assert "Y2FuYXJ5" not in shown

    check_every(WRITERS, is_named)


def test_a_secret_that_is_a_setting_too_stays_a_secret() -> None:
    same = SettingText("hunter2-long", "config.password")

    assert redact("not hunter2-long", [same, "hunter2-long"]) == "not (hidden)"


def test_what_names_a_setting_is_no_quotation_of_another() -> None:
    words = [SettingText(word, f"config.{word}x") for word in ("value", "config", "hidden")]
    text = "(value of config.host) and (hidden)"

    assert redact(text, words) == text
    assert redact(redact("bad 'value'", words), words) == "bad '(value of config.valuex)'"


def test_a_number_that_a_setting_holds_is_shown() -> None:
    assert redact_json({"port": 54321}, [SettingText("54321", "config.port")]) == {"port": 54321}


def test_the_places_of_texts_are_found_at_any_depth() -> None:
    sent = {"config": {"host": "a b", "tables": [{"name": "one"}, {"name": "two"}], "port": 1}}

    found = {text: text.place for text in texts_of(sent, lambda path, text: text == "two")}

    assert found == {"a b": "config.host", "one": "config.tables[0].name"}
    assert texts_of(None, lambda path, text: False) == []


def test_a_text_that_says_nothing_is_shown() -> None:
    def is_shown(text: str) -> None:
        assert texts_of({"config": {"key": text}}, lambda path, text: False) == []

    nothing = ("", "  ", "******", "2026-01-31", "2026-01-31T00:00:00Z", "04:00", "04:00:59")
    check_every((*nothing, "true", "Null", "Key"), is_shown)


def test_all_texts_are_shown_where_that_is_asked_for() -> None:
    with values_shown(True):
        assert texts_of({"state": {"cursor": "canary"}}, lambda path, text: False) == []


def test_the_words_of_a_schema_are_those_of_its_enumerations() -> None:
    rules: dict[str, Any] = {
        "size": {"type": "string", "enum": ["Small", "LARGE", None]},
        "modes": {"type": "array", "items": {"type": "string", "x-enum-ignoring-case": ["Fast"]}},
        "window": {
            "type": "object",
            "properties": {"day": {"type": "string", "enum": ["Monday"]}, "x": {"type": "string"}},
        },
    }

    words = allowed_by(_attributes({"properties": rules}))

    assert words == {"small", "large", "fast", "monday"}
    assert {"auto", "privatelink"} <= allowed_by(load("fivetranops_connection").attributes)
