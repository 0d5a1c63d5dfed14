"""The content of an answer is read within a limit, counted after it was unpacked."""

from __future__ import annotations

import gzip
import io
import zlib

import pytest
import requests
from urllib3 import HTTPResponse

from constructs_lib import net

LIMIT = 100_000
TEXT = b'{"a": "' + b"x" * 50_000 + b'"}'


class Endless(io.RawIOBase):
    """A body without an end, which counts how much of it was read."""

    def __init__(self) -> None:
        self.given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        self.given += len(buffer)
        buffer[:] = b"x" * len(buffer)
        return len(buffer)


def streamed(body: object, **headers: str) -> requests.Response:
    """An answer as a session returns it, before its content was read."""
    response = requests.Response()
    response.status_code = 200
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    response.headers.update(named)
    stream = io.BytesIO(body) if isinstance(body, bytes) else body
    response.raw = HTTPResponse(stream, headers=named, preload_content=False)
    return response


def read(body: object, **headers: str) -> bytes:
    response = streamed(body, **headers)
    net.read_content(response, LIMIT)
    return response.content


@pytest.mark.parametrize("kind", ["", "identity", "gzip", "GZIP ", "x-gzip"])
def test_content_is_what_was_sent(kind: str) -> None:
    packed = gzip.compress(TEXT) if "gzip" in kind.lower() else TEXT

    assert read(packed, Content_Encoding=kind) == TEXT
    assert read(b"", Content_Encoding=kind) == b""


def test_content_in_several_parts_of_gzip_is_whole() -> None:
    assert read(gzip.compress(b"one ") + gzip.compress(b"two"), Content_Encoding="gzip") == (
        b"one two"
    )


def test_content_without_an_end_is_given_up_at_the_limit() -> None:
    body = Endless()

    with pytest.raises(net.ContentRefused, match="more than the 100000 bytes it may have"):
        read(body)

    assert body.given < 4 * LIMIT
    assert body.closed


def test_content_is_counted_after_it_was_unpacked() -> None:
    bomb = gzip.compress(bytes(LIMIT * 100))
    assert len(bomb) < LIMIT / 4

    with pytest.raises(net.ContentRefused, match="more than the 100000 bytes it may have"):
        read(bomb, Content_Encoding="gzip")


def test_content_that_grows_is_unpacked_piece_by_piece() -> None:
    sizes = [len(piece) for piece in net._unpacked(iter([gzip.compress(bytes(10**7))]), 200)]

    assert sum(sizes) == 10**7
    assert max(sizes) <= 2**16


def test_content_at_the_limit_is_read() -> None:
    assert len(read(b"x" * LIMIT)) == LIMIT


@pytest.mark.parametrize("kind", ["deflate", "br", "gzip, gzip", "\x1b[31m" + "x" * 1000])
def test_content_packed_as_nobody_asked_is_refused(kind: str) -> None:
    with pytest.raises(net.ContentRefused, match=r"packed as .*, not as gzip") as found:
        read(zlib.compress(TEXT), Content_Encoding=kind)

    assert len(found.value.reason) < 100
    assert "\x1b" not in found.value.reason


def test_content_that_is_no_gzip_is_refused() -> None:
    with pytest.raises(net.ContentRefused, match="not packed as gzip, as it says"):
        read(TEXT, Content_Encoding="gzip")


def test_content_that_ends_in_its_middle_is_refused() -> None:
    with pytest.raises(net.ContentRefused, match="ends in the middle of its gzip"):
        read(gzip.compress(TEXT)[:-9], Content_Encoding="gzip")


def test_limit_is_told_in_units_that_a_person_reads() -> None:
    with pytest.raises(net.ContentRefused, match=r"more than the 1 MiB it may have"):
        net.read_content(streamed(bytes(2**20 + 1)), 2**20)
    assert net._in_words(net.LONGEST) == "64 MiB"
