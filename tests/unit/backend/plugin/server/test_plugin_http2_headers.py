"""The headers of calls, and those of failures."""

from __future__ import annotations

import tracemalloc
from itertools import product
from urllib.parse import unquote

import hpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from constructs_lib.backend.plugin.server import http2_headers
from constructs_lib.backend.plugin.server.http2_frames import ProtocolError
from constructs_lib.backend.plugin.server.http2_headers import HeaderReader

PATHS = [f"/tfplugin6.Provider/Method{number}" for number in range(5)]


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
    block = http2_headers.failure(http2_headers.INTERNAL, message)

    headers = dict(hpack.Decoder().decode(block, raw=True))

    assert headers[b"grpc-status"] == b"13"
    assert unquote(headers[b"grpc-message"].decode("ascii"), errors="strict") == message
    assert set(headers[b"grpc-message"]) <= set(range(0x20, 0x7F))
