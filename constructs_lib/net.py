"""What every request to an API needs: addresses, certificate authorities, bounded responses.

The providers and the commands use it; it knows no vendor and no Terraform.

Credentials are sent to an address, so it is https, or http that stays on this machine. It ends with
the host or a path: a query, a fragment or a login would be sent with each request, and shown in
each message.

A company whose proxy opens TLS has a certificate authority of its own, and names its file in an
environment variable. The first of these that is set counts, for both vendors:

======================  ========================================================================
variable                names
======================  ========================================================================
``REQUESTS_CA_BUNDLE``  a PEM file, or a folder as ``openssl rehash`` makes it
``CURL_CA_BUNDLE``      the same
``SSL_CERT_FILE``       a PEM file; most programs know it
``SSL_CERT_DIR``        a folder
======================  ========================================================================

The content of a response is read within a limit, so that it takes bounded memory. The HTTP library
reads as much as is sent, and unpacks as much as comes out: 1 MB that is packed well becomes a
gigabyte. So requests accept gzip or no compression; this module reads a piece at a time, counts
what comes out, and closes the connection at the limit.
"""

from __future__ import annotations

import ipaddress
import os
import re
import ssl
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import requests


_SCHEMES = ("https://", "http://")
_NO_ADDRESS = re.compile(r"[\s\\<>\"{}|^`]|[^\x21-\x7e]")
"""What no address holds. Some readers of addresses drop such a character, others cut there."""
_SANDBOX = "sandbox"


def address_problem(
    url: str, credentials: str = "the settings of their own", *, shows: bool = True
) -> str | None:
    """Return what is wrong with an address of an API, in words; None if nothing is.

    :param credentials: where credentials belong, such as ``api_key and api_secret``
    :param shows: False where somebody may have marked the address as sensitive, so that the words
        do not repeat it
    """
    # An address with a login is never repeated.
    shown = repr(url) if shows and "@" not in url else "it"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "it is not an address"
    if "@" in parts.netloc:
        return f"it holds a user name or password, which belong in {credentials}"
    if "?" in url or "#" in url:
        return f"{shown} holds a query or a fragment; the address ends with the host or a path"
    if _NO_ADDRESS.search(url):
        return f"{shown} contains a space or another character that no address may have"
    if not host or not url.startswith(_SCHEMES):
        return f"{shown} is neither an https address nor sandbox or sandbox:FILE"
    if port == 0 or not _is_host(host):
        return f"{shown} names no host that can be asked"
    if parts.scheme == "http" and not is_loopback(host):
        return f"{shown} would send the credentials over the network in clear text; use https"
    return None


def is_sandbox(url: str) -> bool:
    """Return True if the embedded sandbox answers instead of a server."""
    return url == _SANDBOX or (url.startswith(f"{_SANDBOX}:") and url != f"{_SANDBOX}:")


def is_loopback(host: str) -> bool:
    """Return True if what is sent to a host stays on this machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_host(host: str) -> bool:
    """Return True for a name or number that a connection can be made to."""
    if ":" in host:
        return True  # A number of IPv6, which the parts of an address have checked.
    labels = host.removesuffix(".").split(".")
    return len(host) < 254 and all(0 < len(label) < 64 for label in labels)


_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")


def authorities_path() -> str | None:
    """Return the file or folder that the environment names; None if it names none."""
    name = _variable()
    return None if name is None else os.environ[name]


def authorities_problem() -> tuple[str, str] | None:
    """Return why the authorities that the environment names cannot be used: the variable, and the
    reason in words. None if it names none, or some that can be read.
    """
    name = _variable()
    found = None if name is None else _problem(os.environ[name])
    return None if name is None or found is None else (name, found)


REMEDY = (
    "It must name a PEM file with the certificates of the authorities to trust, or a folder of "
    "such files. Correct the variable, or unset it to trust the usual authorities."
)
"""What to do about a problem."""


def authorities_file_problem(file: str) -> str | None:
    """Return why a file of authorities cannot be used, in words; None if it can."""
    try:
        ssl.create_default_context(cafile=file)
    except OSError as error:
        return error.strerror if _is_systems(error) else "it holds no certificate in PEM form"
    except ValueError:
        return "it is not the name of a file"
    return None


def _variable() -> str | None:
    return next((name for name in _VARIABLES if os.environ.get(name)), None)


def _problem(named: str) -> str | None:
    if not os.path.isdir(named):
        found = authorities_file_problem(named)
        return None if found is None else f"{named!r}: {found}"
    return None if os.access(named, os.R_OK | os.X_OK) else f"{named!r}: Permission denied"


def _is_systems(error: OSError) -> bool:
    # An error of TLS is one of the system to Python, too, and has words of its own.
    return not isinstance(error, ssl.SSLError)


LONGEST: Final = 64 * 2**20
"""Bytes of an answer after it was unpacked. The longest that an API has reason to send is a page of
a thousand connections, with some kilobytes each, or the state of one: a few megabytes."""
ACCEPTED: Final = "gzip"
"""The header ``Accept-Encoding``: how an answer may be packed."""
_PIECE: Final = 64 * 2**10
_GZIP: Final = 16 + zlib.MAX_WBITS


class ContentRefused(Exception):
    """A response that is not read to its end.

    :param status: the HTTP status
    :param reason: why, as ``answered 200 with …`` goes on
    """

    def __init__(self, status: int, reason: str) -> None:
        self.status, self.reason = status, reason
        super().__init__(reason)


def read_content(response: requests.Response, longest: int) -> None:
    """Read the content of a streamed answer, so that its ``content`` is there.

    :param longest: bytes that it may have, such as :data:`LONGEST`
    :raises Refused: if it is longer, or packed in another way than :data:`ACCEPTED`; the connection
        is then closed
    :raises urllib3.exceptions.HTTPError: if the connection breaks off
    """
    try:
        content = _read_pieces(response, longest)
    except BaseException:
        response.close()
        raise
    # Where the library keeps what it has read by itself; reading it sets nothing else.
    response._content, response._content_consumed = content, True  # type: ignore[attr-defined]


def _read_pieces(response: requests.Response, longest: int) -> bytes:
    kind = (response.headers.get("Content-Encoding") or "identity").strip().lower()
    if kind not in ("identity", "gzip", "x-gzip"):
        shown = kind if len(kind) <= 20 else kind[:20] + "…"
        raise ContentRefused(
            response.status_code, f"content that is packed as {shown!a}, not as gzip"
        )
    pieces = _pieces(response)
    if kind != "identity":
        pieces = _unpacked(pieces, response.status_code)
    found, size = [], 0
    for piece in pieces:
        size += len(piece)
        if size > longest:
            raise ContentRefused(
                response.status_code, f"more than the {_in_words(longest)} it may have"
            )
        found.append(piece)
    return b"".join(found)


def _pieces(response: requests.Response) -> Iterator[bytes]:
    # Not stream(), which keeps a line of any length where the length of a chunk should stand.
    while piece := response.raw.read(_PIECE, decode_content=False):
        yield piece


def _unpacked(pieces: Iterator[bytes], status: int) -> Iterator[bytes]:
    """Yield what packed pieces hold, in pieces that are no longer than packed ones."""
    unpacking = zlib.decompressobj(_GZIP)
    is_empty = True
    try:
        for piece in pieces:
            left, is_empty = piece, False
            while left:
                yield unpacking.decompress(left, _PIECE)
                left = unpacking.unconsumed_tail
                if unpacking.eof:
                    # Another part may follow; what is no part is refused by its first bytes.
                    left, unpacking = unpacking.unused_data, zlib.decompressobj(_GZIP)
                    is_empty = not left
        rest = unpacking.flush()
    except zlib.error:
        raise ContentRefused(status, "content that is not packed as gzip, as it says") from None
    if not is_empty and not unpacking.eof:
        raise ContentRefused(status, "content that ends in the middle of its gzip")
    yield rest


def _in_words(size: int) -> str:
    return f"{size // 2**20} MiB" if size >= 2**20 else f"{size} bytes"
