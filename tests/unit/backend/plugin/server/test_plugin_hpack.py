"""The compressed headers of HTTP/2: the examples of RFC 7541, and what it does not allow."""

from __future__ import annotations

import pytest

from constructs_lib.backend.plugin.server.hpack import Decoder
from constructs_lib.backend.plugin.server.http2_frames import ProtocolError

Headers = list[tuple[bytes, bytes]]

MOST = 2**20
FIRST_REQUEST = [
    (b":method", b"GET"),
    (b":scheme", b"http"),
    (b":path", b"/"),
    (b":authority", b"www.example.com"),
]
SECOND_REQUEST = [*FIRST_REQUEST, (b"cache-control", b"no-cache")]
THIRD_REQUEST = [
    (b":method", b"GET"),
    (b":scheme", b"https"),
    (b":path", b"/index.html"),
    (b":authority", b"www.example.com"),
    (b"custom-key", b"custom-value"),
]
KEPT_OF_REQUESTS = [
    (b"custom-key", b"custom-value"),
    (b"cache-control", b"no-cache"),
    (b":authority", b"www.example.com"),
]
FIRST_ANSWER = [
    (b":status", b"302"),
    (b"cache-control", b"private"),
    (b"date", b"Mon, 21 Oct 2013 20:13:21 GMT"),
    (b"location", b"https://www.example.com"),
]
SECOND_ANSWER = [(b":status", b"307"), *FIRST_ANSWER[1:]]
THIRD_ANSWER = [
    (b":status", b"200"),
    (b"cache-control", b"private"),
    (b"date", b"Mon, 21 Oct 2013 20:13:22 GMT"),
    (b"location", b"https://www.example.com"),
    (b"content-encoding", b"gzip"),
    (b"set-cookie", b"foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1"),
]
KEPT_OF_ANSWERS = [
    (b"set-cookie", b"foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1"),
    (b"content-encoding", b"gzip"),
    (b"date", b"Mon, 21 Oct 2013 20:13:22 GMT"),
]
RESIZED_TO_256 = "3fe101"
CONVERSATIONS = {
    "C.3 requests": [
        ("828684410f7777772e6578616d706c652e636f6d", FIRST_REQUEST),
        ("828684be58086e6f2d6361636865", SECOND_REQUEST),
        ("828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565", THIRD_REQUEST),
        ("bebfc0", KEPT_OF_REQUESTS),
    ],
    "C.4 requests, with Huffman coding": [
        ("828684418cf1e3c2e5f23a6ba0ab90f4ff", FIRST_REQUEST),
        ("828684be5886a8eb10649cbf", SECOND_REQUEST),
        ("828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf", THIRD_REQUEST),
        ("bebfc0", KEPT_OF_REQUESTS),
    ],
    "C.5 answers, which evict": [
        (
            RESIZED_TO_256 + "4803333032580770726976617465611d4d6f6e2c203231204f637420"
            "323031332032303a31333a323120474d546e1768747470733a2f2f7777772e65"
            "78616d706c652e636f6d",
            FIRST_ANSWER,
        ),
        ("4803333037c1c0bf", SECOND_ANSWER),
        (
            "88c1611d4d6f6e2c203231204f637420323031332032303a31333a323220474d"
            "54c05a04677a69707738666f6f3d4153444a4b48514b425a584f5157454f5049"
            "5541585157454f49553b206d61782d6167653d333630303b2076657273696f6e"
            "3d31",
            THIRD_ANSWER,
        ),
        ("bebfc0", KEPT_OF_ANSWERS),
    ],
    "C.6 answers, which evict, with Huffman coding": [
        (
            RESIZED_TO_256 + "488264025885aec3771a4b6196d07abe941054d444a8200595040b81"
            "66e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3",
            FIRST_ANSWER,
        ),
        ("4883640effc1c0bf", SECOND_ANSWER),
        (
            "88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab"
            "77ad94e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f"
            "9587316065c003ed4ee5b1063d5007",
            THIRD_ANSWER,
        ),
        ("bebfc0", KEPT_OF_ANSWERS),
    ],
}
SINGLE = {
    "C.2.1 kept": ("400a637573746f6d2d6b65790d637573746f6d2d686561646572", "custom-key"),
    "C.2.2 not kept": ("040c2f73616d706c652f70617468", ":path"),
    "C.2.3 never kept": ("100870617373776f726406736563726574", "password"),
    "C.2.4 known": ("82", ":method"),
}


@pytest.mark.parametrize("conversation", CONVERSATIONS.values(), ids=CONVERSATIONS)
def test_blocks_are_read_with_what_those_before_left(
    conversation: list[tuple[str, Headers]],
) -> None:
    decoder = Decoder(MOST)

    for block, headers in conversation:
        assert decoder.decode(bytes.fromhex(block)) == headers


@pytest.mark.parametrize("conversation", CONVERSATIONS.values(), ids=CONVERSATIONS)
def test_what_was_evicted_has_no_number(conversation: list[tuple[str, Headers]]) -> None:
    decoder = Decoder(MOST)
    for block, _ in conversation:
        decoder.decode(bytes.fromhex(block))

    with pytest.raises(ProtocolError):
        decoder.decode(b"\xc1")


@pytest.mark.parametrize(("block", "name"), SINGLE.values(), ids=SINGLE)
def test_a_header_has_the_form_that_its_first_bits_say(block: str, name: str) -> None:
    ((found, _),) = Decoder(MOST).decode(bytes.fromhex(block))

    assert found == name.encode()


@pytest.mark.parametrize("block", [SINGLE["C.2.2 not kept"][0], SINGLE["C.2.3 never kept"][0]])
def test_a_header_that_shall_not_be_kept_gets_no_number(block: str) -> None:
    decoder = Decoder(MOST)
    decoder.decode(bytes.fromhex(block))

    with pytest.raises(ProtocolError):
        decoder.decode(b"\xbe")


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


@pytest.mark.parametrize("block", BROKEN.values(), ids=BROKEN)
def test_what_the_specification_forbids_is_a_protocol_error(block: str) -> None:
    with pytest.raises(ProtocolError):
        Decoder(MOST).decode(bytes.fromhex(block))


def test_the_largest_table_that_is_allowed_may_be_asked_for() -> None:
    assert Decoder(MOST).decode(bytes.fromhex("3fe11f" + "82")) == [(b":method", b"GET")]


def test_a_header_that_is_larger_than_the_table_empties_it() -> None:
    decoder = Decoder(MOST)
    decoder.decode(bytes.fromhex(RESIZED_TO_256) + b"\x40\x01a\x01b")
    decoder.decode(b"\x40\x01a\x7f\x81\x01" + bytes(256))

    with pytest.raises(ProtocolError):
        decoder.decode(b"\xbe")


def test_a_smaller_table_forgets_the_oldest_headers() -> None:
    decoder = Decoder(MOST)
    decoder.decode(b"\x40\x01a\x01b\x40\x01c\x01d")
    # Each of them takes 34.
    decoder.decode(b"\x3f\x04")

    assert decoder.decode(b"\xbe") == [(b"c", b"d")]
    with pytest.raises(ProtocolError):
        decoder.decode(b"\xbf")


def test_a_table_that_is_full_to_the_last_byte_keeps_all_headers() -> None:
    decoder = Decoder(MOST)
    # Each of the two takes 34.
    decoder.decode(b"\x3f\x25" + b"\x40\x01a\x01b\x40\x01c\x01d")

    assert decoder.decode(b"\xbe\xbf") == [(b"c", b"d"), (b"a", b"b")]


def test_a_few_bytes_do_not_become_many_megabytes() -> None:
    large = b"\x40\x01a\x7f\x81\x1e" + bytes(3968)
    named_again = b"\xbe" * 16_000

    with pytest.raises(ProtocolError, match="too large"):
        Decoder(MOST).decode(large + named_again)


def test_headers_may_take_as_much_as_is_allowed_and_no_byte_more() -> None:
    header = b"\x00\x01a\x01b"

    assert len(Decoder(3 * 34).decode(header * 3)) == 3
    with pytest.raises(ProtocolError, match="too large"):
        Decoder(3 * 34 - 1).decode(header * 3)
