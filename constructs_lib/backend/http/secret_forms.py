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
    import html

    found: set[str] = set()
    for text in (secret, secret.strip(), *_lines(secret)):
        found |= {text, repr(text)[1:-1], " ".join(text.split()), " ".join(text.splitlines())}
        found |= {html.escape(text), html.escape(text, quote=False)}
        escaped = _escaped(text)
        found |= {*_in_addresses(text), *escaped}
        found |= {inner for one in (text, *escaped) for inner in _in_base64(one)}
    return {form for form in found if len(form) >= SHORTEST}


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
