"""Finds secrets in bytes, in whatever form a program may have written them."""

from __future__ import annotations

import base64
import hashlib
import html
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote, quote_plus

from canaries import hunted

_SHORTEST = 5
"""Bytes from which on a form is looked for: shorter ones are found by chance."""
_SHORTEST_BASE64 = 8
"""As above, in Base64, of which a run writes much."""
_DIGEST = 16
"""Hexadecimal digits of a digest that are looked for, because digests are often cut."""

Texts = Callable[[str], Iterable[str | bytes]]


def _json(secret: str) -> list[str]:
    """As a part of a JSON document, and of one that is a text in another."""
    once = [json.dumps(secret, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False)]
    go = once[1].replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    every = [*once, go]
    return [*every, *(json.dumps(text)[1:-1] for text in every)]


def _base64(secret: str) -> Iterator[bytes]:
    """Wherever it begins within what was encoded: three alignments, without the edges."""
    for text in dict.fromkeys((secret, *_json(secret))):
        raw = text.encode()
        for offset in range(3):
            encoded = base64.b64encode(b"\0" * offset + raw)
            first, last = (0, 2, 3)[offset], (0, 3, 2)[(offset + len(raw)) % 3]
            found = encoded[first : len(encoded) - last]
            if len(found) >= _SHORTEST_BASE64:
                yield found
                yield found.translate(bytes.maketrans(b"+/", b"-_"))


def _digests(secret: str) -> Iterator[str | bytes]:
    """Unsalted digests, whole or cut: of the secret, and of its JSON form."""
    for text in (secret, json.dumps(secret), json.dumps(secret, ensure_ascii=False)):
        for name in ("md5", "sha1", "sha256", "sha512"):
            digest = hashlib.new(name, text.encode())
            yield digest.hexdigest()[:_DIGEST]
            yield digest.hexdigest()[:_DIGEST].upper()
            yield base64.b64encode(digest.digest())[:_DIGEST]


def _hex(secret: str) -> list[str]:
    return [secret.encode().hex(), secret.encode().hex().upper()]


def _url(secret: str) -> list[str]:
    forms = [quote(secret), quote(secret, safe=""), quote_plus(secret)]
    small = [re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), form) for form in forms]
    return [*forms, *small]


def _otherwise(secret: str) -> list[str]:
    """As a careful writer of JSON, a writer of numbered entities and a browser escape it."""
    careful = json.dumps(secret)[1:-1].replace("=", "\\u003d").replace("'", "\\u0027")
    entities = html.escape(secret).replace("&#x27;", "&#39;").replace("&quot;", "&#34;")
    addresses = [quote(secret, safe="'()*!~"), quote(secret, safe="*").replace("~", "%7E")]
    return [careful, entities, *addresses, addresses[1].replace("%20", "+")]


def _number(secret: str) -> list[bytes]:
    """A number in the binary form that MessagePack has for it."""
    return [int(secret).to_bytes(8, "big")] if secret.isascii() and secret.isdigit() else []


def _shown(secret: str) -> list[str]:
    """As Python shows it, and as a log shows it that keeps each message on one line."""
    return [repr(secret)[1:-1], " ".join(secret.split()), " ".join(secret.splitlines())]


FORMS: Mapping[str, Texts] = {
    "clear": lambda secret: [secret, secret.strip()],
    "JSON": _json,
    "Base64": _base64,
    "URL": _url,
    "HTML": lambda secret: [html.escape(secret), html.escape(secret, quote=False)],
    "escaped otherwise": _otherwise,
    "hexadecimal": _hex,
    "digest": _digests,
    "binary number": _number,
    "shown": _shown,
}
"""The forms in which a secret is looked for."""


def forms(secret: str, name: str) -> set[bytes]:
    """The bytes that one form of a secret may have."""
    texts = FORMS[name](secret)
    found = {text if isinstance(text, bytes) else text.encode() for text in texts}
    return {form for form in found if len(form) >= _SHORTEST}


class Hunter:
    """Knows all forms of all canaries."""

    def __init__(self) -> None:
        self._needles = {
            form: f"{canary} ({name})"
            for canary, secret in hunted()
            for name in FORMS
            for form in forms(secret, name)
        }

    def found(self, data: bytes) -> set[str]:
        """The canaries that stand in some bytes, and in which form."""
        looks = (data, _unframed(data))
        return {what for form, what in self._needles.items() if any(form in one for one in looks)}

    def hunt(self, places: Mapping[str, bytes]) -> dict[str, set[str]]:
        """The places where something was found, with what was."""
        results = {place: self.found(data) for place, data in places.items()}
        return {place: found for place, found in results.items() if found}


def files(folder: Path, without: Iterable[str] = ()) -> dict[str, bytes]:
    """Every file below a folder, archives unpacked, by its path.

    :param without: names of folders that are left out
    """
    found: dict[str, bytes] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_symlink() or not path.is_file() or set(name.parts) & set(without):
            continue
        found |= _unpacked(str(name), path.read_bytes())
    return found


def _unpacked(name: str, data: bytes) -> dict[str, bytes]:
    found = {name: data}
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.namelist():
                found[f"{name}!{member}"] = archive.read(member)
    return found


def _unframed(data: bytes) -> bytes:
    """A message of Terraform without its frame and its line breaks."""
    lines = data.decode(errors="replace").splitlines()
    return " ".join(" ".join(line.strip("│╷╵ ") for line in lines).split()).encode()
