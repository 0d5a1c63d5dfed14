"""The forms in which an answer may quote a secret: as it is, or as some format writes it.

An API that quotes the request that it refuses does so as JSON, a gateway as HTML or in an address,
and both may cut a long text.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

SHORTEST = 4
"""Characters from which on a text is hidden."""
_SHORTEST_LINE = 16
_SHORTEST_PART = 6


def forms(secret: str) -> set[str]:
    """All forms of one secret that are long enough to be hidden, its single lines included."""
    return {form for form in readable(secret) | in_base64(secret) if len(form) >= SHORTEST}


def readable(text: str) -> set[str]:
    """The forms of a text that a person would read it in, its single lines included."""
    import html

    found: set[str] = set()
    for one in _parts(text):
        found |= {one, repr(one)[1:-1], " ".join(one.split()), " ".join(one.splitlines())}
        found |= {html.escape(one), html.escape(one, quote=False)}
        found |= {*_in_addresses(one), *_escaped(one)}
    return found - {""}


def in_base64(text: str) -> set[str]:
    """The forms of a text within something that is encoded in Base64."""
    escaped = {form for one in _parts(text) for form in (one, *_escaped(one))}
    return {inner for one in escaped for inner in _in_base64(one)}


def _parts(text: str) -> tuple[str, ...]:
    return (text, text.strip(), *_lines(text))


def _lines(secret: str) -> list[str]:
    """The lines of a secret that has several; those that only frame a key are no secret."""
    lines = secret.splitlines()
    if len(lines) < 2:
        return []
    return [line for line in lines if len(line) >= _SHORTEST_LINE and not line.startswith("-----")]


def _escaped(text: str) -> set[str]:
    """As a part of a JSON document, of one in another, and as a careful writer escapes it."""
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
    """Wherever the secret begins within what was encoded: three alignments, without the edges."""
    raw = text.encode("utf-8", "surrogatepass")
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + raw).decode()
        first, last = (0, 2, 3)[offset], (0, 3, 2)[(offset + len(raw)) % 3]
        inner = encoded[first : len(encoded) - last]
        if len(inner) >= _SHORTEST_PART:
            yield from (inner, inner.replace("+", "-").replace("/", "_"))
