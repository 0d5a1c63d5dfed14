"""Reads the content of a response within a limit, so that it takes bounded memory.

The HTTP library reads as much as is sent, and unpacks as much as comes out: 1 MB that is packed
well becomes a gigabyte. So requests accept gzip or no compression; this module reads a piece at a
time, counts what comes out, and closes the connection at the limit.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import requests

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


def read(response: requests.Response, longest: int) -> None:
    """Read the content of a streamed answer, so that its ``content`` is there.

    :param longest: bytes that it may have, such as :data:`LONGEST`
    :raises Refused: if it is longer, or packed in another way than :data:`ACCEPTED`; the connection
        is then closed
    :raises urllib3.exceptions.HTTPError: if the connection breaks off
    """
    try:
        content = _content(response, longest)
    except BaseException:
        response.close()
        raise
    # Where the library keeps what it has read by itself; reading it sets nothing else.
    response._content, response._content_consumed = content, True  # type: ignore[attr-defined]


def _content(response: requests.Response, longest: int) -> bytes:
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
