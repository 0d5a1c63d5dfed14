"""Compressed headers as the package ``hpack`` writes them, and as it reads the same bytes."""

from __future__ import annotations

import hpack
import pytest
from every_case import check_every
from hypothesis import given
from hypothesis import strategies as st

from constructs_lib.backend.plugin.server.hpack import LARGEST_SIZE, Decoder
from constructs_lib.backend.plugin.server.http2_frames import ProtocolError

MOST = 2**14
NAMES = st.sampled_from([b":path", b":method", b"te", b"custom", b"grpc-timeout"]) | st.binary()
VALUES = st.sampled_from([b"POST", b"/a/Echo", b"trailers", b"\xff" * 40]) | st.binary()
BLOCKS = st.tuples(
    st.none() | st.integers(0, LARGEST_SIZE) | st.integers(0, 200),
    st.booleans(),
    st.lists(st.tuples(NAMES, VALUES, st.booleans()), max_size=8),
)
"""A size of the table, if it changes; whether Huffman coding is used; headers, some sensitive."""
PIECES = st.one_of(
    st.binary(max_size=6),
    st.integers(0x80, 0xFF).map(lambda first: bytes([first])),
    st.integers(0, LARGEST_SIZE).map(lambda size: resized(size)),
    st.sampled_from(
        [b"\x40\x01a\x01b", b"\x10\x01a\x81\x1f", b"\x41\x82\xf1\xe3", b"\x44\x7f\x01", b"\x0f\x2f"]
    ),
    st.lists(st.sampled_from([0x1F, 0x3F, 0x7F, 0x80, 0xFF]), max_size=8).map(bytes),
)
"""Parts of blocks, most of which begin as something that is allowed."""


def resized(size: int) -> bytes:
    encoder = hpack.Encoder()
    encoder.header_table_size = size
    written: bytes = encoder.encode([])
    return written


def written(
    encoder: hpack.Encoder,
    size: int | None,
    huffman: bool,
    headers: list[tuple[bytes, bytes, bool]],
) -> bytes:
    if size is not None:
        encoder.header_table_size = size
    block: bytes = encoder.encode(headers, huffman=huffman)
    return block


@given(st.lists(BLOCKS, max_size=6))
def test_whatever_another_library_writes_is_read_as_it_was_meant(
    blocks: list[tuple[int | None, bool, list[tuple[bytes, bytes, bool]]]],
) -> None:
    encoder, theirs, ours = hpack.Encoder(), hpack.Decoder(MOST * 2), Decoder(MOST * 2)
    for size, huffman, headers in blocks:
        block = written(encoder, size, huffman, headers)

        read = ours.decode(block)

        assert read == [(name, value) for name, value, _ in headers]
        assert read == [tuple(header) for header in theirs.decode(block, raw=True)]


def test_each_byte_has_its_huffman_code() -> None:
    def has_its_code(byte: int) -> None:
        text = bytes([byte]) * 9

        block = hpack.Encoder().encode([(b"name", text)], huffman=True)

        assert Decoder(MOST).decode(block) == [(b"name", text)]

    check_every(range(256), has_its_code)


def test_each_header_that_is_always_known_has_its_number() -> None:
    def has_its_number(number: int) -> None:
        block = bytes([0x80 | number])

        (header,) = hpack.Decoder().decode(block, raw=True)

        assert Decoder(MOST).decode(block) == [tuple(header)]

    check_every(range(1, 62), has_its_number)


@given(st.lists(st.lists(PIECES, max_size=6).map(b"".join), max_size=4))
def test_what_another_library_refuses_is_a_protocol_error(blocks: list[bytes]) -> None:
    same(blocks)


@given(BLOCKS, st.lists(st.tuples(st.integers(0, 500), st.integers(0, 255)), max_size=3))
def test_changed_blocks_are_read_or_refused_as_by_hpack(
    block: tuple[int | None, bool, list[tuple[bytes, bytes, bool]]],
    changes: list[tuple[int, int]],
) -> None:
    data = bytearray(written(hpack.Encoder(), *block))
    for place, byte in changes:
        data[place % max(1, len(data)) : place % max(1, len(data)) + 1] = bytes([byte])

    same([bytes(data), b"\xbe"])


def same(blocks: list[bytes]) -> None:
    """Both read the same, block by block, until both refuse one."""
    theirs, ours = hpack.Decoder(MOST), Decoder(MOST)
    for block in blocks:
        try:
            expected = [tuple(header) for header in theirs.decode(block, raw=True)]
        except hpack.HPACKError:
            with pytest.raises(ProtocolError):
                ours.decode(block)
            return
        try:
            read = ours.decode(block)
        except ProtocolError as error:
            # They read numbers of more than six bytes, too; section 5.1 demands a limit.
            if str(error) != "a number that is too long":
                raise
            return
        assert read == expected
