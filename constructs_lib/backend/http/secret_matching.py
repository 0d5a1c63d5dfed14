r"""Find secrets in a text, whatever form they are quoted in.

An API that quotes the request it refuses does so as JSON, a gateway as HTML or in an address, and
both may cut a long text. Nobody can list how programs escape a text: JSON writers turn ``=`` into
``\u003d``, HTML writers ``'`` into ``&#39;`` or ``&#x27;``, percent encoding leaves ``'()*~`` or
does not, and Base64 is broken into lines. So the text is decoded step by step, the secrets are
looked for in each result, and each place there leads back to the place in the text. The time grows
with the length of the text.

A secret is hidden wherever it is quoted. The text of a setting may be an everyday word, so it is
hidden only where it is a word of its own, and replaced by the name of the setting.
"""

from __future__ import annotations

import base64
import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import accumulate
from typing import Final
from urllib.parse import quote, quote_plus

from constructs_lib.records import NamedTuple

SHORTEST = 4
"""Characters from which on a text is hidden."""
_SHORTEST_LINE = 16
_SHORTEST_PART = 6
_CUT = re.compile(r"…|\.{3,}")
_PARTIAL = re.compile(r"(?:\\(?:[uU][0-9a-fA-F]{0,7}|x[0-9a-fA-F]?)?|&#?\w{0,7}|%[0-9a-fA-F]?)\Z")
"""An escape that was cut itself."""
_CLOSING: Final = "\"'`)]}>. \n\t"
_LONGEST_PARTIAL: Final = 12
_BACKSLASH = re.compile(
    r"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U00[0-9a-fA-F]{6}"
    r"|x[0-9a-fA-F]{2}|[^uUx])"
)
_CONTROLS: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,8});")
_MORE = "%[89abAB][0-9a-fA-F]"
_PERCENT = re.compile(
    f"%[0-7][0-9a-fA-F]|%[c-dC-D][0-9a-fA-F]{_MORE}|%[eE][0-9a-fA-F](?:{_MORE}){{2}}"
    f"|%[fF][0-7](?:{_MORE}){{3}}"
)
_PERCENT_OR_PLUS = re.compile(rf"\+|{_PERCENT.pattern}")
_BREAK = re.compile(r"[\r\n]+[ \t]*")
_ESCAPING = re.compile(r"[\\&%+\r\n]")
"""What each escape, of whichever kind, begins with."""
_WORD = re.compile(r"\w")
_MARKER = re.compile(r"\((?:hidden|value of [^()\n]*)\)")
"""What takes the place of a hidden text; no part of it is a quotation."""
_SHORTEST_WORD: Final = 4
"""Characters from which on a word is found without quotes around it."""
_SHORTEST_DISTINCT: Final = 8
_QUOTES: Final = "\"'`\u2018\u2019\u201c\u201d\u00ab\u00bb"
_OPENING: Final = _QUOTES + "[<({="
_CLOSING_WORD: Final = _QUOTES + "]>)}"
Span = tuple[int, int]
Found = tuple[int, int, str]
"""The place of a text to be hidden, and what replaces it."""


def forms(secret: str) -> set[str]:
    """Return all forms of a secret that are long enough to be hidden, its single lines included."""
    return {form for form in readable(secret) | in_base64(secret) if len(form) >= SHORTEST}


def readable(text: str) -> set[str]:
    """Return the readable forms of a text, including those of its single lines."""
    import html

    found: set[str] = set()
    for one in _parts(text):
        found |= {one, repr(one)[1:-1], " ".join(one.split()), " ".join(one.splitlines())}
        found |= {html.escape(one), html.escape(one, quote=False)}
        found |= {*_in_addresses(one), *_escaped_forms(one)}
    return found - {""}


def in_base64(text: str) -> set[str]:
    """Return the forms that a text has inside Base64."""
    escaped = {form for one in _parts(text) for form in (one, *_escaped_forms(one))}
    return {inner for one in escaped for inner in _in_base64(one)}


def _parts(text: str) -> tuple[str, ...]:
    return (text, text.strip(), *_lines(text))


def _lines(secret: str) -> list[str]:
    """Return the lines of a secret that has several, without those that only frame a key."""
    lines = secret.splitlines()
    if len(lines) < 2:
        return []
    return [line for line in lines if len(line) >= _SHORTEST_LINE and not line.startswith("-----")]


def _escaped_forms(text: str) -> set[str]:
    """Return a text as in a JSON document, as in one inside another, and as it may be escaped."""
    once = {json.dumps(text, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False)}
    once |= {_as_code_points(form) for form in once}
    once |= {form.replace("/", "\\/") for form in once}
    return once | {json.dumps(form)[1:-1] for form in once}


def _as_code_points(text: str) -> str:
    return "".join(f"\\u{ord(c):04x}" if c in "&<>" else c for c in text)


def _in_addresses(text: str) -> Iterator[str]:
    raw = text.encode("utf-8", "surrogatepass")
    for form in (quote(raw), quote(raw, safe=""), quote_plus(raw)):
        yield form
        yield re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), form)


def _in_base64(text: str) -> Iterator[str]:
    """Yield a text in Base64 at each of the three alignments, without the edges."""
    raw = text.encode("utf-8", "surrogatepass")
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + raw).decode()
        first, last = (0, 2, 3)[offset], (0, 3, 2)[(offset + len(raw)) % 3]
        inner = encoded[first : len(encoded) - last]
        if len(inner) >= _SHORTEST_PART:
            yield from (inner, inner.replace("+", "-").replace("/", "_"))


def lowered(text: str) -> str:
    """Return a text in small letters, with each character at its place."""
    # It alone becomes two characters.
    return text.replace("\u0130", "i").lower()


class Needle(NamedTuple):
    """A text to be hidden."""

    text: str
    """As :func:`lowered` makes it if it is a word."""
    marker: str
    """What takes its place."""
    is_word: bool = False
    """True for a text that may be an everyday word: it is found in capitals and small letters, but
    not inside another word; and between quotes alone if it is very short."""

    @property
    def is_distinct(self) -> bool:
        """True if it is no everyday word, so that it is found inside another one, too."""
        return len(self.text) >= _SHORTEST_DISTINCT and not self.text.isalpha()


class _Piece(NamedTuple):
    """One escape: its place in the text, and the place of its meaning in the reading."""

    start: int
    end: int
    read_start: int
    read_end: int


class _Codec(NamedTuple):
    """One way of escaping: what its escapes look like, and what they mean."""

    escape: re.Pattern[str]
    value: Callable[[str], str]


@lru_cache(maxsize=1024)
def _unescaped(text: str) -> str:
    if text[1] not in "uUx":
        return _CONTROLS.get(text[1], text[1])
    if len(text) == 12:  # Two halves of one character.
        try:
            halves = bytes.fromhex(text[2:6] + text[8:])
            return halves.decode("utf-16-be")
        except ValueError:
            return text
    number = int(text[2:], 16)
    return chr(number) if number <= 0x10FFFF else text


@lru_cache(maxsize=1024)
def _entity(text: str) -> str:
    import html  # It is needed for answers in HTML only, and slow to load.

    return html.unescape(text)


@lru_cache(maxsize=1024)
def _percent(text: str) -> str:
    if text == "+":
        return " "
    try:
        return bytes.fromhex(text.replace("%", "")).decode()
    except ValueError:
        return text


_JSON = _Codec(_BACKSLASH, _unescaped)
_HTML = _Codec(_ENTITY, _entity)
_URL = _Codec(_PERCENT, _percent)
_FORM = _Codec(_PERCENT_OR_PLUS, _percent)
_LINES = _Codec(_BREAK, lambda text: "")
_AFTER: Final[dict[_Codec, tuple[_Codec, ...]]] = {
    _JSON: (_JSON, _HTML, _URL, _FORM, _LINES),
    _HTML: (_JSON, _HTML, _URL, _FORM, _LINES),
    _URL: (_JSON, _URL, _LINES),
    _FORM: (_JSON, _LINES),
    _LINES: (),
}
"""For each way of escaping those in which its meaning may be escaped in turn."""


class Reading:
    """What a text reads as once its escapes are decoded.

    :param text: the text
    :param codec: how it is escaped
    """

    def __init__(self, text: str, codec: _Codec) -> None:
        spans = [found.span() for found in codec.escape.finditer(text)]
        values = [codec.value(text[start:end]) for start, end in spans]
        self._pieces = list(_pieces(spans, values))
        self._starts = [piece.read_start for piece in self._pieces]
        ends = [0, *(end for _, end in spans)]
        between = (
            text[end:start] + value
            for end, (start, _), value in zip(ends, spans, values, strict=False)
        )
        self.text = "".join(between) + text[ends[-1] :]

    @property
    def has_escapes(self) -> bool:
        """True if the text has escapes at all."""
        return bool(self._pieces)

    def origin(self, span: Span) -> Span:
        """Return the place in the text that a place in the reading comes from."""
        start, end = span
        first, last = self._piece(start), self._piece(end - 1)
        begin = start if first is None else first.end + start - first.read_end
        if first is not None and start < first.read_end:
            begin = first.start
        finish = end if last is None else last.end + max(0, end - last.read_end)
        return begin, finish

    def _piece(self, place: int) -> _Piece | None:
        """Return the last escape that begins at a place of the reading, or before it."""
        index = bisect_right(self._starts, place) - 1
        return self._pieces[index] if index >= 0 else None


def without_escaped(text: str, needles: Iterable[Needle]) -> str:
    """Return a text without some others, whether it holds them as they are or escaped.

    The beginning of one is hidden, too, where the text was cut: six characters or more.

    :param needles: the texts to hide, each with what takes its place
    """
    spans = set(_escaped(text, list(needles)))
    kept, end = [], 0
    for start, finish, marker in sorted(spans, key=lambda span: (span[0], -span[1], span[2])):
        if start >= end:
            kept += [text[end:start], marker]
        end = max(end, finish)
    return "".join([*kept, text[end:]])


def _escaped(text: str, needles: list[Needle]) -> Iterator[Found]:
    # Parts of a text that is found as it is may be found in some reading, too.
    yield from _found(text, needles)
    if _ESCAPING.search(text) is None:
        return
    for codec in _AFTER:
        first = Reading(text, codec)
        if first.has_escapes:
            yield from ((*first.origin((a, b)), m) for a, b, m in _found(first.text, needles))
            for inner in _AFTER[codec]:
                second = Reading(first.text, inner)
                if second.has_escapes:
                    found = _found(second.text, needles)
                    yield from ((*first.origin(second.origin((a, b))), m) for a, b, m in found)


def _found(text: str, needles: list[Needle]) -> Iterator[Found]:
    """Yield the places of texts to hide, and those of the beginnings of such that were cut."""
    ends = list(_ends(text))
    small = lowered(text) if any(needle.is_word for needle in needles) else text
    markers = [found.span() for found in _MARKER.finditer(text)]
    for needle in needles:
        read = small if needle.is_word else text
        for start, end in _spans(read, needle, ends):
            is_marker = any(start < after and before < end for before, after in markers)
            if not needle.is_word or not is_marker:
                yield start, end, needle.marker


def _spans(text: str, needle: Needle, ends: list[int]) -> Iterator[Span]:
    for span in _places(text, needle.text):
        if not needle.is_word or _stands_alone(text, span, needle):
            yield span
    for end in ends:
        length = _beginning(text, end, needle.text)
        if not length or text[end - length : end] in needle.marker:
            continue
        if not needle.is_word or _begins_word(text, end - length, needle.text):
            yield end - length, end


def _stands_alone(text: str, span: Span, needle: Needle) -> bool:
    """Return True if what was found is no part of a longer word."""
    start, end = span
    if len(needle.text) < _SHORTEST_WORD:
        is_inside = start > 0 and end < len(text)
        return is_inside and text[start - 1] in _OPENING and text[end] in _CLOSING_WORD
    if needle.is_distinct:
        return True
    ends_word = not (_WORD.match(text, end) and _WORD.match(needle.text[-1]))
    return ends_word and _begins_word(text, start, needle.text)


def _begins_word(text: str, start: int, word: str) -> bool:
    return start == 0 or not (_WORD.match(text[start - 1]) and _WORD.match(word))


def _places(text: str, secret: str) -> Iterator[Span]:
    start = text.find(secret)
    while start >= 0:
        yield start, start + len(secret)
        start = text.find(secret, start + len(secret))


def _ends(text: str) -> Iterator[int]:
    """Yield the places at which the text, or a part of it, was cut."""
    for end in (len(text.rstrip(_CLOSING)), *(found.start() for found in _CUT.finditer(text))):
        yield end
        partial = _PARTIAL.search(text[max(0, end - _LONGEST_PARTIAL) : end])
        if partial is not None:
            yield end - len(partial[0])


def _beginning(text: str, end: int, secret: str) -> int:
    """Return how long the beginning of a secret is that ends at a place; 0 if none does."""
    tail = text[max(0, end - _SHORTEST_PART) : end]
    if len(tail) < _SHORTEST_PART:
        return 0
    start = secret.rfind(tail, 0, -1)
    while start >= 0:
        length = start + _SHORTEST_PART
        if text.endswith(secret[:length], 0, end):
            return length
        start = secret.rfind(tail, 0, start + _SHORTEST_PART - 1)
    return 0


def _pieces(spans: list[Span], values: list[str]) -> Iterator[_Piece]:
    # How much shorter the reading is before each escape.
    lost = (end - start - len(value) for (start, end), value in zip(spans, values, strict=True))
    for (start, end), value, less in zip(spans, values, accumulate(lost, initial=0), strict=False):
        yield _Piece(start, end, start - less, start - less + len(value))
