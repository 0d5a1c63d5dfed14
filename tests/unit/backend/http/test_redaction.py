"""Secrets are taken out of texts."""

import base64
import html
import json
import sys
from collections.abc import Callable
from decimal import Decimal
from itertools import product
from typing import Any
from urllib.parse import quote, quote_plus, unquote_plus

from every_case import check_every

from constructs_lib.backend.http.redaction import (
    LONGEST_TEXT,
    display_state,
    display_text,
    display_value,
    redact,
    redact_json,
    redacted_text,
    shows_values,
    texts_in,
    truncated,
    values_shown,
)
from constructs_lib.schemas import redaction

QUOTES = 'it\'s=a (b)~c*d <&> "e" ž/x'
ODD = 'a "b"\nc\\d/ž <&> %'
KEY = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG\nw0BAQEFAASCBKcwggSj\n-----END KEY-----\n"
WRITERS: dict[str, Callable[[str], str]] = {
    "JSON": json.dumps,
    "JSON in letters": lambda text: json.dumps(text, ensure_ascii=False),
    "JSON in JSON": lambda text: json.dumps(json.dumps({"sent": text})),
    "JSON with a careful slash": lambda text: json.dumps(text).replace("/", "\\/"),
    "HTML": html.escape,
    "an address": quote,
    "a form": quote_plus,
    "Base64": lambda text: base64.b64encode(f"user:{text}".encode()).decode(),
    "Python": repr,
    "one line": lambda text: " ".join(text.split()),
}


def test_each_secret_is_hidden_and_the_longest_first() -> None:
    assert redact("password hunter22 and hunter2 refused", ["hunter2", "hunter22"]) == (
        "password (hidden) and (hidden) refused"
    )


def test_very_short_texts_are_left() -> None:
    assert redact("port 1 of 11", ["1"]) == "port 1 of 11"


def test_the_texts_of_a_value_are_found_at_any_depth() -> None:
    value = {"a": ["x", {"b": "y"}], "c": 5, "d": (1.5, True, None, Decimal("4E+10"))}

    assert list(texts_in(value)) == ["x", "y", "5", "1.5", "4E+10", "40000000000"]


def test_secrets_are_hidden_inside_a_structure() -> None:
    secrets = ["-----BEGIN\nKEY", "ä-secret", "123456", "True", "1.25", "1E+9"]
    details = {
        "pem": "-----BEGIN\nKEY",
        "user": "ä-secret",
        "is ä-secret": "n",
        "pin": 123456,
        "rates": [1.25, Decimal("1E+9"), Decimal("2.25"), 91234567],
        "n": [1, True, None],
    }

    assert redact_json(details, secrets) == {
        "pem": "(hidden)",
        "user": "(hidden)",
        "is (hidden)": "n",
        "pin": "(hidden)",
        "rates": ["(hidden)", "(hidden)", Decimal("2.25"), "(hidden)"],
        "n": [1, True, None],
    }


def test_value_nested_too_deeply_to_search_is_hidden_whole() -> None:
    deep: list[Any] = ["ä-secret"]
    for _ in range(sys.getrecursionlimit()):
        deep = [deep]

    assert redact_json(deep, ["ä-secret"]) == "(hidden)"


def test_state_is_shown_short_and_without_secret_names() -> None:
    state = {"cursor": "2024", "api_token": "t", "nested": {"password": "p", "page": 1}}

    with values_shown(True):
        assert display_state(state) == (
            '{"api_token": "(hidden)", "cursor": "2024", '
            '"nested": {"page": 1, "password": "(hidden)"}}'
        )
        longest = {"cursor": "x" * 286}
        assert display_state(longest) == json.dumps(longest)
        assert len(json.dumps(longest)) == 300
        assert display_state({"cursor": "x" * 287}) == f'{{"cursor": "{"x" * 287}"…'
    assert shows_values() is False


def test_name_of_a_secret_counts_at_any_depth() -> None:
    state = {"tables": [{"api_key": {"x": 1}, "mark": [7]}, "key"], "key": None}

    with values_shown(True):
        assert display_state(state) == (
            '{"key": "(hidden)", "tables": [{"api_key": "(hidden)", "mark": [7]}, "key"]}'
        )
        assert display_value("tables.token.mark", 7) == "(hidden)"


def test_a_name_of_a_secret_is_hidden_in_every_message() -> None:
    def is_hidden(name: str) -> None:
        with values_shown(True):
            assert display_state({name: 7}) == f'{{"{name}": "(hidden)"}}'
            assert display_value(f"nested.{name}", 7) == "(hidden)"
        assert redaction.display(7, ("config", name)) == "(hidden)"

    names = "passphrase passw passcode private api_key key client_secret auth_token"
    check_every(names.split(), is_hidden)


def test_another_name_is_hidden_in_no_message() -> None:
    with values_shown(True):
        assert display_value("nested.cursor", 7) == "7"
    assert redaction.display(7, ("config", "cursor")) == "7"


STATES: tuple[tuple[Any, str], ...] = (
    (
        {"a": "canary", "b": 1.5, "c": [None, -7]},
        '{"a": "(hidden)", "b": 1.5, "c": [null, -7]}',
    ),
    ({"at": "2026-01-31T00:00:00Z"}, '{"at": "2026-01-31T00:00:00Z"}'),
    ({"day": "2026-01-31", "n": "12345"}, '{"day": "2026-01-31", "n": "(hidden)"}'),
    ({"canary key": {"x": True}}, '{"canary key": {"x": "(hidden)"}}'),
    ('say "canary", then\\ : stop', '"(hidden)"'),
    ("", '"(hidden)"'),
    ("X2026-01-31X", '"(hidden)"'),
)


def test_a_state_shows_numbers_and_moments_alone() -> None:
    def is_shown_as(case: tuple[Any, str]) -> None:
        state, text = case
        assert display_state(state) == text
        assert display_text(text) == text

    check_every(STATES, is_shown_as)


def test_a_text_that_was_cut_shows_no_more_of_it() -> None:
    with values_shown(True):
        kept = display_state({"first": "canary-1", "second": 2, "third": "canary-2" * 100})

    assert display_text(kept) == '{"first": "(hidden)", "second": 2, "third": "(hidden)"'


def test_a_secret_is_hidden_as_any_format_writes_it() -> None:
    def is_hidden(case: tuple[str, str]) -> None:
        writer, secret = case
        hidden = redact(f"sent: {WRITERS[writer](secret)}", [secret])

        assert "(hidden)" in hidden
        assert not set(secret.splitlines()) & set(hidden.splitlines())
        assert all(part not in hidden for part in ("MIIE", "w0BAQ", "b\\", "%20", "\\u"))

    check_every(product(WRITERS, (ODD, KEY)), is_hidden)


def test_a_single_line_of_a_key_is_hidden() -> None:
    assert redact("bad line w0BAQEFAASCBKcwggSj in key", [KEY]) == "bad line (hidden) in key"


def test_cut_secret_is_hidden_from_six_characters_on() -> None:
    def is_hidden(case: tuple[int, str]) -> None:
        length, end = case
        shown = "hunte" if length == 5 else "(hidden)"
        text = "hunter2-long"[:length] + end
        assert redact(f"value '{text}", ["hunter2-long"]) == f"value '{shown}{end}"
        assert redact(text, ["hunter2-long"]) == f"{shown}{end}"

    ends = ("", "...", "…", "'", '..."}', "... is wrong")
    check_every(product((5, 6, 7, 10, 11), ends), is_hidden)


def test_secret_is_hidden_from_four_characters_on() -> None:
    assert redact("value abcd refused", ["abcd"]) == "value (hidden) refused"
    assert redact("value abc refused", ["abc"]) == "value abc refused"


def test_cut_secret_of_repeated_parts_is_hidden_whole() -> None:
    assert redact("value 'abcabcabcab...", ["abcabcabcabcX"]) == "value '(hidden)..."
    assert redact("value 'abcabcabc...", ["abcabcabcabcX"]) == "value '(hidden)..."
    assert redact("value 'xyabcabc...", ["abcabcabcabcX"]) == "value 'xy(hidden)..."
    assert redact("value 'aaaaaaa...", ["aaaaaaaaX"]) == "value '(hidden)..."


def test_the_beginning_of_a_secret_within_a_message_is_left() -> None:
    assert redact("the password of orders is wrong", ["password1"]) == (
        "the password of orders is wrong"
    )


def test_a_secret_like_the_word_that_hides_it_does_no_harm() -> None:
    for secret in ("(hidden)x", "hidden-one"):
        assert redact(f"value {secret}", [secret]) == "value (hidden)"
        assert redact("value (hidden)", [secret]) == "value (hidden)"


def test_text_for_a_message_is_bounded() -> None:
    found = redacted_text("x" * 10**6, ["canary-secret"])

    assert found == "x" * LONGEST_TEXT + f"… ({10**6 - LONGEST_TEXT} more characters)"
    assert truncated("x" * 10**6) == found
    assert redacted_text("x" * 10**6, []) == found
    assert redacted_text("short", ["canary-secret"]) == truncated("short") == "short"
    assert redacted_text("short", ["longer" * 100]) == "short"
    whole = "x" * LONGEST_TEXT
    assert redacted_text(whole, []) == truncated(whole) == whole
    assert (
        redacted_text(whole + "y", []) == truncated(whole + "y") == whole + "… (1 more characters)"
    )


def test_what_is_hidden_makes_room_for_more_of_a_text() -> None:
    text = "canary-secret " * 300 + "end"

    assert redacted_text(text, ["canary-secret"]) == truncated("(hidden) " * 300 + "end")
    assert redacted_text("canary-secret" * 200, ["canary-secret"]) == "(hidden)" * 200
    for more in map("x".__mul__, range(60)):
        kept = (f"(hidden){more}" * 2000)[:LONGEST_TEXT]
        found = redacted_text(f"canary-secret{more}" * 2000, ["canary-secret"])
        assert found.startswith(f"{kept}… ("), more


def test_text_that_is_cut_never_shows_half_a_secret() -> None:
    secret = "canary-s3cret/of-ninety-characters-" + "".join(map(str, range(30)))

    def shows_no_part(length: int) -> None:
        for place in range(LONGEST_TEXT - 2 * len(secret), LONGEST_TEXT + len(secret), 3):
            found = redacted_text(("x" * place + secret).ljust(length, "x"), [secret])
            assert "cana" not in found
            assert len(found) < LONGEST_TEXT + 100

    check_every((LONGEST_TEXT, LONGEST_TEXT + 1, 3000, 5000, 10**6), shows_no_part)


def test_text_that_is_nothing_but_a_secret_is_hidden_as_a_whole() -> None:
    assert "canary" not in redacted_text("canary-secret" * 10_000, ["canary-secret", "c" * 300])


def test_each_beginning_of_a_secret_that_was_cut_is_hidden() -> None:
    text = "one 'canary-s...', another 'canary-secr…', the last canary-"

    assert (
        redact(text, ["canary-secret"])
        == "one '(hidden)...', another '(hidden)…', the last (hidden)"
    )


def test_long_text_with_many_cuts_is_redacted_as_a_whole() -> None:
    secrets = [f"canary-{number:02d}-" + "s3cret" * 20 for number in range(10)]
    text = "".join(f"refused {secret[:40]}... and {secret} " for secret in secrets) * 100

    assert len(text) > 150_000
    assert "canary" not in redact(text, secrets)
    assert redact_json([text], secrets) == [redact(text, secrets)]


def _in_lines(text: str) -> str:
    return base64.encodebytes(f"{'x' * 50}{text}{'y' * 90}".encode()).decode()


ESCAPERS: dict[str, Callable[[str], str]] = {
    "JSON with = and ' as code points": lambda text: (
        json.dumps(text).replace("=", "\\u003d").replace("'", "\\u0027")
    ),
    "the same in JSON": lambda text: json.dumps(json.dumps(text).replace("=", "\\u003d")),
    "HTML with decimal entities": lambda text: (
        html.escape(text).replace("&#x27;", "&#39;").replace("&quot;", "&#34;")
    ),
    "HTML with hexadecimal entities": lambda text: "".join(f"&#x{ord(c):x};" for c in text),
    "JSON in HTML": lambda text: html.escape(json.dumps(text)).replace("&quot;", "&#34;"),
    "percent encoding that leaves '()*": lambda text: quote(text, safe="'()*!~"),
    "percent encoding of ~ that leaves *": lambda text: (
        quote(text, safe="*").replace("~", "%7E").replace("%20", "+")
    ),
    "percent encoding of JSON": lambda text: quote(json.dumps(text), safe="'()*"),
    "Base64 in lines": _in_lines,
    "Base64 in lines of two characters": lambda text: _in_lines(text).replace("\n", "\r\n"),
    "Base64 in lines, in JSON": lambda text: json.dumps(_in_lines(text)),
}
READERS: dict[str, Callable[[str], str]] = {
    "HTML": html.unescape,
    "percent": unquote_plus,
    "JSON": lambda text: text.encode("latin-1", "backslashreplace").decode("unicode_escape"),
}
"""What anybody would try on what is left."""


def test_a_secret_is_hidden_however_it_is_escaped() -> None:
    def is_hidden(case: tuple[str, str]) -> None:
        escaper, secret = case
        hidden = redact(f"sent <{ESCAPERS[escaper](secret)}> to it", [secret])

        assert hidden.startswith("sent <")
        assert hidden.endswith("> to it")
        assert hidden.count("(hidden)") == 1
        pieces = [ESCAPERS[escaper](secret), "it's", "pa'ss", "c*d", "~*(1)"]
        assert all(piece not in read(hidden) for read in READERS.values() for piece in pieces)

    check_every(product(ESCAPERS, (QUOTES, "pa'ss=word~*(1)")), is_hidden)


def test_a_cut_secret_is_hidden_however_it_is_escaped() -> None:
    text = json.dumps(QUOTES).replace("=", "\\u003d").replace("'", "\\u0027")

    assert redact(f"sent {text[:22]}...", [QUOTES]) == 'sent "(hidden)...'
    assert redact(f"sent {text[:5]}", [QUOTES]) == f"sent {text[:5]}"


def test_escapes_beside_a_secret_stay_as_they_are() -> None:
    text = "a&#39;b \\u003d hunter2%21 c&#x27;d"

    assert redact(text, ["hunter2!"]) == "a&#39;b \\u003d (hidden) c&#x27;d"
    assert redact(text, ["nothing of it"]) == text
