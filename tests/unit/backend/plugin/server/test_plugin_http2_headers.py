"""The headers of calls, and those of failures."""

from __future__ import annotations

import tracemalloc
from itertools import product
from urllib.parse import unquote

import hpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from constructs_lib.backend.plugin.server import http2_frames
from constructs_lib.backend.plugin.server.http2_frames import (
    LARGEST_HEADERS,
    HeaderReader,
    ProtocolError,
)

PATHS = [f"/tfplugin6.Provider/Method{number}" for number in range(5)]
BROKEN = {
    "a number that is zero": "80",
    "a number of no header": "be",
    "a name of no header": "7e00",
    "a number without an end": "ff8080",
    "a number of many bytes": "3f808080808000",
    "a kept header without a name": "40",
    "a header without a value": "4001",
    "a name that is longer than the block": "400561",
    "a value that is longer than the block": "400161056100",
    "a length that is enormous": "40017f7fffffffff0f",
    "a table that is larger than allowed": "3fe21f",
    "a change of the table between headers": "8220",
    "a text of padding only, of eight bits": "400161" + "81ff",
    "padding of zeros": "400161" + "8118",
    "padding of more than seven bits": "400161" + "821fff",
    "a text with its end inside": "400161" + "84ffffffff",
    "a long text with its end inside": "400161" + "ff81ffff" + "ff" * 8,
}
PIECES = st.one_of(
    st.binary(max_size=6),
    st.integers(0x80, 0xFF).map(lambda first: bytes([first])),
    st.sampled_from([b"\x20", b"\x3f\x04", b"\x3f\xe1\x1f", b"\x3f\xe2\x1f"]),
    st.sampled_from(
        [b"\x40\x01a\x01b", b"\x10\x01a\x81\x1f", b"\x41\x82\xf1\xe3", b"\x44\x7f\x01", b"\x0f\x2f"]
    ),
    st.lists(st.sampled_from([0x1F, 0x3F, 0x7F, 0x80, 0xFF]), max_size=8).map(bytes),
)
"""Parts of blocks, most of which begin as something that is allowed."""


def call(path: str) -> list[tuple[str, str]]:
    return [(":method", "POST"), (":path", path), ("te", "trailers")]


def test_a_call_that_is_repeated_has_the_same_path() -> None:
    reader, encoder = HeaderReader(), hpack.Encoder()

    found = [reader.path(encoder.encode(call("/a/Echo"))) for _ in range(3)]

    assert found == ["/a/Echo"] * 3


def test_the_same_bytes_mean_another_path_in_another_table() -> None:
    reader = HeaderReader()
    reader.path(b"\x44\x02/a")
    assert [reader.path(b"\xbe"), reader.path(b"\xbe")] == ["/a", "/a"]

    reader.path(b"\x44\x02/b")

    assert reader.path(b"\xbe") == "/b"


def test_the_same_bytes_are_an_error_when_the_table_was_emptied() -> None:
    reader = HeaderReader()
    reader.path(b"\x44\x02/a")
    assert reader.path(b"\xbe") == "/a"

    assert reader.path(b"\x20") == ""

    with pytest.raises(ProtocolError):
        reader.path(b"\xbe")


def test_a_block_that_changes_the_table_changes_it_each_time() -> None:
    reader = HeaderReader()
    block = b"\x44\x02/a"

    assert [reader.path(block), reader.path(block)] == ["/a", "/a"]

    assert reader.path(b"\xbf") == "/a"


def test_ever_new_blocks_take_no_memory_for_good() -> None:
    reader = HeaderReader()
    blocks = [bytes(numbers) for numbers in product(range(0x81, 0xBE), repeat=2)]
    tracemalloc.start()
    for block in blocks:
        reader.path(block)

    used, _ = tracemalloc.get_traced_memory()

    tracemalloc.stop()
    assert used < 20 * len(blocks)


@pytest.mark.parametrize("block", BROKEN.values(), ids=BROKEN)
def test_headers_that_rfc_7541_forbids_are_refused(block: str) -> None:
    with pytest.raises(ProtocolError):
        HeaderReader().path(bytes.fromhex(block))


def test_headers_ask_for_the_largest_table() -> None:
    assert HeaderReader().path(bytes.fromhex("3fe11f" + "84")) == "/"


def test_headers_named_again_and_again_are_refused() -> None:
    large = b"\x40\x01a\x7f\x81\x1e" + bytes(3968)

    with pytest.raises(ProtocolError, match="OversizedHeaderListError"):
        HeaderReader().path(large + b"\xbe" * 16)


def test_headers_of_the_largest_size_are_read() -> None:
    # Each of the headers counts its two bytes and 32 more, and that of the path six.
    header, path = b"\x00\x01a\x01b", b"\x04\x01/"
    count = (LARGEST_HEADERS - 38) // 34

    assert HeaderReader().path(header * count + path) == "/"
    with pytest.raises(ProtocolError, match="OversizedHeaderListError"):
        HeaderReader().path(header * (count + 1) + path)


@given(st.lists(st.lists(PIECES, max_size=6).map(b"".join), max_size=4))
def test_headers_of_any_bytes_are_read_or_refused(blocks: list[bytes]) -> None:
    reader, decoder = HeaderReader(), hpack.Decoder(LARGEST_HEADERS)
    for block in blocks:
        try:
            headers = decoder.decode(block, raw=True)
        except hpack.HPACKError:
            with pytest.raises(ProtocolError):
                reader.path(block)
            return
        paths = [value.decode("utf-8", "replace") for name, value in headers if name == b":path"]
        assert reader.path(block) == (paths or [""])[0]


def test_headers_without_a_path_have_an_empty_one() -> None:
    assert HeaderReader().path(b"\x83") == ""


@given(st.lists(st.tuples(st.none() | st.integers(0, 200), st.sampled_from(PATHS)), max_size=200))
def test_calls_in_any_order_keep_the_paths_they_were_sent_with(
    calls: list[tuple[int | None, str]],
) -> None:
    reader, encoder = HeaderReader(), hpack.Encoder()
    for size, path in calls:
        if size is not None:
            encoder.header_table_size = size

        assert reader.path(encoder.encode(call(path))) == path


@given(st.text())
def test_the_message_of_a_failure_is_read_as_it_was_meant(message: str) -> None:
    block = http2_frames.failure(http2_frames.INTERNAL, message)

    headers = dict(hpack.Decoder().decode(block, raw=True))

    assert headers[b"grpc-status"] == b"13"
    assert unquote(headers[b"grpc-message"].decode("ascii"), errors="strict") == message
    assert set(headers[b"grpc-message"]) <= set(range(0x20, 0x7F))
