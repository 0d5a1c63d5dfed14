"""How a value is shown in a message: short, on one line, and never a secret."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from every_case import check_every

from constructs_lib.schemas import MASK
from constructs_lib.schemas.redaction import (
    HIDDEN,
    SECRET_PARAMETERS,
    Path,
    display,
    hide_texts,
    is_secret_name,
    is_secret_path,
    is_secret_setting,
)

URL = "https://user:word@host/"
DISPLAYED: tuple[tuple[Any, Path, str], ...] = (
    ("a", ("group_id",), "'a'"),
    ("a", ("secrets", "host"), HIDDEN),
    (5, ("config", "api_key"), HIDDEN),
    (Decimal("1.5"), ("config", "port"), "Decimal('1.5')"),
    (MASK, ("secrets", "password"), "'******'"),
    (None, ("secrets", "a"), "null"),
    (True, ("secrets", "a"), "true"),
    (False, (), "false"),
    (0, (), "0"),
    ("two\nlines", (), r"'two\nlines'"),
    (URL, ("config", "url"), "'https://(hidden)@host/'"),
    (f"{URL} {URL}", (), "'https://(hidden)@host/ https://(hidden)@host/'"),
    ("user:word@host", (), "'user:word@host'"),
    ("a" * 58, (), f"'{'a' * 58}'"),
    ("a" * 59, (), f"'{'a' * 55}...'"),
)
SHORTENED = {"a": 1}, [1, 2], (1,), {}, [], {"a": 1, "b": "c"}
SIZES = (
    "a mapping with 1 key",
    "a list of 2 items",
    "a list of 1 item",
    "a mapping with 0 keys",
    "a list of 0 items",
    "a mapping with 2 keys",
)
SECRET_PLACES: tuple[Path, ...] = (
    ("secrets", "host"),
    ("auth_secrets", 0),
    ("config", "client_secret"),
    ("config", "api_key", 0, "x"),
    ("connections", "orders", "config", "password"),
    ("connector_statuses", "a", "secrets"),
    ("connect_cards", "a", "key"),
    ("passwords", "orders"),
)
OPEN_PLACES: tuple[Path, ...] = (
    (),
    (0,),
    ("group_id",),
    ("secret_id",),
    ("external_secrets_manager",),
    ("connections", "secrets", "paused"),
    ("connector_statuses", "password"),
    ("config", "ssh_key_id"),
    ("connect_cards", "token", "redirect_uri"),
)


def test_value_is_short_and_a_secret_is_hidden() -> None:
    def is_shown_as(case: tuple[Any, Path, str]) -> None:
        value, path, text = case
        assert display(value, path) == text

    check_every(DISPLAYED, is_shown_as)


def test_only_the_size_of_what_holds_others_is_shown() -> None:
    assert tuple(map(display, SHORTENED)) == SIZES
    assert display(SHORTENED[0], ("secrets",)) == SIZES[0]


def test_texts_and_booleans_are_hidden_inside_the_block_alone() -> None:
    values = "a", URL, True, False, MASK, None, 5, [1, 2]
    shown = "'a'", "'https://(hidden)@host/'", "true", "false", "'******'", "null", "5", SIZES[1]

    with hide_texts():
        assert tuple(map(display, values)) == (HIDDEN,) * 4 + shown[4:]

    assert tuple(map(display, values)) == shown


def test_secret_is_known_by_the_names_on_its_path() -> None:
    def is_secret(path: Path) -> None:
        assert is_secret_path(path) is (path in SECRET_PLACES)

    check_every((*SECRET_PLACES, *OPEN_PLACES), is_secret)


def test_message_hides_more_names_than_a_data_source() -> None:
    both = "passw", "Passphrase", "passcode", "API_KEY", "accesskey", "my_token", "credentials"
    message_only = "private", "key", "my_public_key", "private_ip", "token_id", "external_secrets_x"
    neither = "host", "keys", "monkey", "keyspace", "compass", "public_key", "public_keys"

    for name in (*both, *message_only, *neither):
        assert is_secret_name(name) is (name not in neither), name
        assert is_secret_setting(name) is (name in both), name
    assert all(map(is_secret_setting, SECRET_PARAMETERS))
