"""Where a text is found: its forms, the places that escapes lead back to, and where it was cut."""

from __future__ import annotations

import base64
import json
import sys
from itertools import accumulate, combinations

from every_case import check_every

from constructs_lib.backend.http import secret_matching
from constructs_lib.backend.http.redaction import SettingText, redact
from constructs_lib.backend.http.secret_matching import Needle, Reading

LINE_BREAK = "a%20%0Ab", "a%20%0ab", "a+%0Ab", "a+%0ab"
FORMS = {
    '"': {'"', '\\"', '\\\\\\"', "&quot;", "%22"},
    "'": {"'", "&#x27;", "%27"},
    "/": {"/", "\\/", "\\\\/", "%2F", "%2f"},
    "&": {"&", "\\u0026", "\\\\u0026", "&amp;", "%26"},
    "<": {"<", "\\u003c", "\\\\u003c", "&lt;", "%3C", "%3c"},
    "ž": {"ž", "\\u017e", "\\\\u017e", "%C5%BE", "%c5%be"},
    "\n": {"\n", "\\n", "\\\\n", "%0A", "%0a"},
    "\\": {"\\", "\\\\", "\\\\\\\\", "%5C", "%5c"},
    "+~": {"+~", "%2B~", "%2b~"},
    "\ud800": {"\ud800", "\\ud800", "\\\\ud800", "%ED%A0%80", "%ed%a0%80"},
    "a  b": {"a  b", "a b", "a%20%20b", "a++b"},
    " ab ": {" ab ", "ab", "%20ab%20", "+ab+"},
    " ": {" ", "%20", "+"},
    "X": {"X"},
    "'<": {"'<", "'\\u003c", "'\\\\u003c", "&#x27;&lt;", "'&lt;", "%27%3C", "%27%3c"},
    "\x07": {"\x07", "\\x07", "\\u0007", "\\\\u0007", "%07"},
    "a \nb": {"a \nb", "a  b", "a b", r"a \nb", r"a \\nb", *LINE_BREAK},
    "a/ b": {"a%2F%20b", "a%2F+b", "a%2f%20b", "a%2f+b", "a/ b", "a/%20b", "a\\/ b", "a\\\\/ b"},
    'ž"': {
        *('ž"', r"ž\"", r"\u017e\"", r"\u017e\\\"", r"\\u017e\\\""),
        *("ž&quot;", "%C5%BE%22", "%c5%be%22"),
    },
    '&"': {
        *('&"', r"&\"", r"\u0026\"", r"&\\\"", r"\\u0026\\\""),
        *('&amp;"', "&amp;&quot;", "%26%22"),
    },
    '/"': {
        *('/"', r"/\"", r"\/\"", r"/\\\"", r"\\/\\\""),
        *("/&quot;", "/%22", "%2F%22", "%2f%22"),
    },
}
IN_BASE64 = {
    "cana": set(),
    "canar": {"Y2FuYX", "jYW5hc", "NhbmFy"},
    "canary": {"Y2FuYXJ5", "jYW5hcn", "NhbmFye"},
    "canary-": {"Y2FuYXJ5L", "jYW5hcnkt", "NhbmFyeS"},
    "\ud800ab": {"7aCAYW", "2ggGFi", "toIBhY"},
    "o>?o?>": {"bz4/bz8+", "bz4_bz8-", "8+P28/P", "8-P28_P", "vPj9vPz"},
}
LINES = {
    "0123456789abcdef": set(),
    "one\n0123456789abcdef": {"0123456789abcdef"},
    "0123456789abcde\n0123456789abcdeX\n-----0123456789abc": {"0123456789abcdeX"},
}


def test_each_form_of_a_text_is_known() -> None:
    def has_its_forms(text: str) -> None:
        assert secret_matching.readable(text) == FORMS[text]

    check_every(FORMS, has_its_forms)


def test_base64_is_known_at_each_alignment() -> None:
    def has_its_forms(text: str) -> None:
        found = secret_matching.in_base64(text)
        assert {form for form in found if len(form) < 10} == IN_BASE64[text]

    check_every(IN_BASE64, has_its_forms)


def test_secret_in_json_in_base64_is_hidden_at_each_alignment() -> None:
    def is_hidden(place: int) -> None:
        sent = base64.b64encode(("x" * place + json.dumps('say "canary"')).encode()).decode()
        assert len(redact(sent, ['say "canary"'])) <= len("(hidden)") + 8

    check_every(range(3), is_hidden)


def test_long_lines_of_a_text_of_several_are_known_alone() -> None:
    def has_its_lines(text: str) -> None:
        found = secret_matching.readable(text)
        assert {form for form in found if form in text.split("\n")} - {text} == LINES[text]

    check_every(LINES, has_its_lines)


PIECES = {
    "_JSON": ("a", r"\u003d", "bc", r"\n", r"\ud83d\ude00", "d", r"\q", r"\U00000065", r"\x41"),
    "_HTML": ("&#39;", "a", "&amp;", "&#x27;", "bc", "&quot;"),
    "_URL": ("a", "%2F", "%c5%be", "+", "%e2%82%ac", "%F0%9F%98%80"),
    "_FORM": ("+", "a", "%2F", "+", "b"),
}
MEANINGS = {
    "_JSON": ("a", "=", "bc", "\n", "\U0001f600", "d", "q", "e", "A"),
    "_HTML": ("'", "a", "&", "'", "bc", '"'),
    "_URL": ("a", "/", "ž", "+", "€", "\U0001f600"),
    "_FORM": (" ", "a", "/", " ", "b"),
}


BETWEEN = {
    ("_LINES", "ab\r\n  cd", "abcd"): {(0, 2): (0, 2), (1, 3): (1, 7), (2, 4): (6, 8)},
    ("_HTML", "x&nvlt;y", "x<\u20d2y"): {(0, 2): (0, 7), (1, 2): (1, 7), (2, 4): (1, 8)},
    ("_JSON", r"a\ud8zz\udc00b", r"a\ud8zz\udc00b"): {(0, 1): (0, 1), (2, 4): (1, 13)},
    ("_JSON", "plain", "plain"): {(0, 5): (0, 5)},
}
"""Escapes that mean nothing, two characters, or themselves."""


def test_each_place_of_a_reading_leads_back_to_its_text() -> None:
    def leads_back(kind: str) -> None:
        pieces, meanings = PIECES[kind], MEANINGS[kind]
        reading = Reading("".join(pieces), getattr(secret_matching, kind))
        each = zip(pieces, meanings, strict=True)
        written = [one for piece, meant in each for one in (piece if piece == meant else [piece])]
        begun = list(accumulate(map(len, written), initial=0))

        assert (reading.text, reading.has_escapes) == ("".join(meanings), True)
        for start, end in combinations(range(len(begun)), 2):
            assert reading.origin((start, end)) == (begun[start], begun[end]), (start, end)

    check_every(PIECES, leads_back)


def test_a_part_of_an_escape_leads_back_to_the_whole() -> None:
    def leads_back(case: tuple[str, str, str]) -> None:
        kind, text, meaning = case
        reading = Reading(text, getattr(secret_matching, kind))

        assert reading.text == meaning
        assert {span: reading.origin(span) for span in BETWEEN[case]} == BETWEEN[case]

    check_every(BETWEEN, leads_back)


def without(text: str, *needles: tuple[str, str]) -> str:
    return secret_matching.without_escaped(text, [Needle(*needle) for needle in needles])


def test_of_texts_that_overlap_the_first_and_longest_is_replaced() -> None:
    one, two = ("abcdef", "<1>"), ("defghi", "<2>")

    assert without("xabcdefghix", one, two) == "x<1>x"
    assert without("xabcdefghix", two, one) == "x<1>x"
    assert without("xabcdefghix", ("abcd", "<3>"), one) == "x<1>ghix"
    assert without("xabcdefghix", ("bcd", "<3>"), one) == "x<1>ghix"
    assert without("xabcdefx", one, ("abcdef", "<0>")) == "x<0>x"
    assert without("abcdefdefghi", one, two) == "<1><2>"
    assert without("abcabcabc", ("abc", "<1>")) == "<1><1><1>"


WORDS = {
    "orders": "*",
    "orders are ORDERS": "* are *",
    "xorders, ordersx, orders_": "xorders, ordersx, orders_",
    "(hidden)orders(hidden)": "(hidden)*(hidden)",
    "İ of Orders": "İ of *",
    "Ünsere Orders, SOrders": "Ünsere *, SOrders",
    "(value of x.orders) orders": "(value of x.orders) *",
    "'orde": "'orde",
    "'orders-and-more": "'*-and-more",
}
QUOTED = {
    "'ab'": "'*'",
    "x'AB'x": "x'*'x",
    "[ab] {ab} <ab> (ab) =ab)": "[*] {*} <*> (*) =*)",
    "'ab x": "'ab x",
    "x ab'": "x ab'",
    "ab": "ab",
    "ab' x'": "ab' x'",
    "x 'ab": "x 'ab",
    "ab' and 'ab": "ab' and 'ab",
}
EDGES = {
    ("a  b", "is 'a b' or a b"): "is '*' or a b",
    ("İstanbul", "at İstanbul, iSTANBUL"): "at *, *",
    ("Οδος", "İ ΟΔΟΣ"): "İ *",
    ("ord!", "xord! ord!x"): "xord! *x",
    ("ord?!", "ord?!x"): "*x",
    ("!ord", "x!ord !ordx"): "x* !ordx",
    ("ordersab", "xordersab"): "xordersab",
    ("orders-a", "xorders-ax"): "x*x",
    ("order-a", "xorder-a order-ax order-a"): "xorder-a order-ax *",
    ("canary-host", "at xcanary-ho"): "at xcanary-ho",
    ("canary-host", "at canary-ho"): "at *",
    ("canary-host", "canary-ho"): "*",
}


def test_text_of_a_setting_is_hidden_where_it_is_a_word() -> None:
    def is_shown_as(case: tuple[str, str, str]) -> None:
        word, text, shown = case
        hidden = redact(text, [SettingText(word, "x")])
        assert hidden == shown.replace("*", "(value of x)")

    cases = [("orders", text, shown) for text, shown in WORDS.items()]
    cases += [("ab", text, shown) for text, shown in QUOTED.items()]
    cases += [(word, text, shown) for (word, text), shown in EDGES.items()]
    check_every(cases, is_shown_as)


def test_small_letters_keep_each_character_at_its_place() -> None:
    every = "".join(map(chr, range(sys.maxunicode + 1)))

    assert len(secret_matching.lowered(every)) == len(every)


def test_secret_keeps_its_capitals_beside_the_text_of_a_setting() -> None:
    secrets = ["Canary-S3cret", SettingText("Orders", "x")]

    assert redact("canary-s3cret of ORDERS is Canary-S3cret", secrets) == (
        "canary-s3cret of (value of x) is (hidden)"
    )


CUT = (
    "\\",
    "\\x3",
    "\\u003",
    "\\U0000003",
    "&",
    "&#3",
    "&#x3",
    "&equals",
    "%",
    "%3",
    "\\...",
    "%3…",
)


def test_beginning_is_hidden_before_an_escape_that_was_cut() -> None:
    def is_hidden(end: str) -> None:
        assert redact(f"is canary{end}", ["canarysecret"]) == f"is (hidden){end}"
        assert redact(f"canary{end}", ["canarysecret"]) == f"(hidden){end}"

    check_every(CUT, is_hidden)
