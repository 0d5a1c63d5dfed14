"""The body of an HTTP request as it comes over a connection: of a known length, or in chunks.

Source: RFC 9112, "HTTP/1.1", sections 6 and 7.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import Message
from typing import Protocol

from constructs_lib.sandbox.errors import ApiError, invalid

LARGEST = 10 * 1024 * 1024
"""The most bytes of a body that are read."""

_LONGEST_LINE = 8192
_MOST_TRAILERS = 100
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;.*)?")


class Reader(Protocol):
    """The receiving side of a connection."""

    def read(self, size: int) -> bytes:
        """Return so many bytes; fewer at the end of the connection."""
        ...

    def readline(self, size: int) -> bytes:
        """Return up to the end of the line, or so many bytes."""
        ...


def read(reader: Reader, headers: Message) -> bytes:
    """Read the body of a request; empty if it has none.

    :param headers: those of the request
    :raises ApiError: 400, if the body is too large or malformed, so that the next request on this
        connection could not be found
    """
    coding = headers.get("Transfer-Encoding")
    if coding is None:
        return _whole(reader, headers.get("Content-Length", "0"))
    if coding.strip().lower() != "chunked" or "Content-Length" in headers:
        raise invalid("A body comes with a Content-Length, or with Transfer-Encoding: chunked")
    return b"".join(_chunks(reader))


def _whole(reader: Reader, length: str) -> bytes:
    if not (length.isascii() and length.isdigit() and len(length) < 19):
        raise invalid("The Content-Length of a body must be a number")
    if int(length) > LARGEST:
        raise _too_large()
    body = reader.read(int(length))
    if len(body) < int(length):
        raise _malformed()
    return body


def _chunks(reader: Reader) -> Iterator[bytes]:
    left = LARGEST
    while size := _size(_line(reader)):
        left -= size
        if left < 0:
            raise _too_large()
        chunk = reader.read(size)
        if len(chunk) < size or _line(reader):
            raise _malformed()
        yield chunk
    _skip_trailers(reader)


def _size(line: bytes) -> int:
    found = _SIZE.fullmatch(line)
    if found is None:
        raise _malformed()
    return int(found[1], 16)


def _skip_trailers(reader: Reader) -> None:
    for _ in range(_MOST_TRAILERS):
        if not _line(reader):
            return
    raise _malformed()


def _line(reader: Reader) -> bytes:
    line = reader.readline(_LONGEST_LINE)
    if not line.endswith(b"\n"):
        raise _malformed()
    return line.rstrip(b"\r\n")


def _malformed() -> ApiError:
    return invalid("The body of the request is malformed, or ends too early")


def _too_large() -> ApiError:
    return invalid(f"The body of a request may have at most {LARGEST // 1024 // 1024} MiB")
