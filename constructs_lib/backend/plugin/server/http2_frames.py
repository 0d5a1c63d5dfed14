"""The frames of HTTP/2 (RFC 9113, sections 4 and 6) and the headers in them, for a gRPC server.

The package ``hpack`` reads the headers of the client. Ours are always the same and use no dynamic
table (RFC 7541, section 2.3.2), so their bytes are made once.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from hpack import Decoder, HPACKError

from constructs_lib.records import NamedTuple

LARGEST_HEADERS: Final = 2**16
"""Bytes that the headers of one call may take, compressed or not. Terraform sends a few short ones;
the decoder copies the rest of a block for each header, so a block of 1 MiB takes it 20 s.
"""
_STATUS_200: Final = b"\x88"
"""The eighth entry of the static table (RFC 7541, appendix A)."""
OK, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL = 0, 4, 12, 13
"""Codes of gRPC ("Status codes and their use in gRPC")."""
_TIMEOUT: Final = b"grpc-timeout"
_UNITS: Final = {b"H": 3600.0, b"M": 60.0, b"S": 1.0, b"m": 1e-3, b"u": 1e-6, b"n": 1e-9}
"""The units of a time limit in seconds ("gRPC over HTTP2", TimeoutUnit)."""


_REFERENCES: Final = bytes(range(0x81, 0xFF))
"""The bytes that stand for a header of the table each (RFC 7541, section 6.1)."""

_MOST_PATHS: Final = 64
"""So many blocks are remembered: Terraform has two dozen methods."""


class HeaderReader:
    """A reader of the headers of one connection, in the order in which they came."""

    time_limit: float | None
    """Seconds that the client of the last call waits for the whole response; None for any time."""

    def __init__(self) -> None:
        self._decoder = Decoder(LARGEST_HEADERS)
        self.time_limit = None
        self._paths: dict[bytes, tuple[str, float | None]] = {}
        """The paths and time limits of blocks that only refer to the table, as long as the table
        stays."""

    def path(self, block: bytes) -> str:
        """Return the path of a call, such as ``/tfplugin6.Provider/GetMetadata``; empty if it has
        none.

        :raises ProtocolError: if the headers cannot be read, or take too much
        """
        if block in self._paths:
            path, self.time_limit = self._paths[block]
            return path
        try:
            headers = self._decoder.decode(block, raw=True)
        except HPACKError as error:
            raise ProtocolError(f"headers that cannot be read: {type(error).__name__}") from None
        encoded = next((value for name, value in headers if name == b":path"), b"")
        path = encoded.decode("utf-8", "replace")
        limit = next((value for name, value in headers if name == _TIMEOUT), b"")
        self.time_limit = _seconds(limit)
        # Each call of a method repeats its headers, and then each is one byte.
        if block.strip(_REFERENCES):
            self._paths.clear()
        elif len(self._paths) < _MOST_PATHS:
            self._paths[block] = path, self.time_limit
        return path


def _seconds(limit: bytes) -> float | None:
    """Return a time limit in seconds; None for one that gRPC does not know, which is no limit."""
    number, unit = limit[:-1], _UNITS.get(limit[-1:])
    if unit is None or len(number) > 8 or not number.isdigit():
        return None
    return int(number) * unit


def _literal(name: str, value: str) -> bytes:
    """Encode a header without a table and without Huffman coding (RFC 7541, section 6.2.2)."""
    return b"\x00" + _string(name) + _string(value)


def _string(text: str) -> bytes:
    """Encode a text (RFC 7541, section 5.2)."""
    data = text.encode("ascii")
    return _integer(len(data)) + data


def _integer(value: int) -> bytes:
    """Encode a number with a prefix of seven bits (RFC 7541, section 5.1)."""
    if value < 127:
        return bytes([value])
    rest, coded = value - 127, [127]
    while rest >= 128:
        coded.append(rest % 128 + 128)
        rest //= 128
    return bytes([*coded, rest])


RESPONSE_HEADERS: Final = _STATUS_200 + _literal("content-type", "application/grpc")
"""What an answer begins with."""
OK_TRAILERS: Final = _literal("grpc-status", str(OK))
"""What an answer ends with."""


def failure(code: int, message: str, *, is_begun: bool = False) -> bytes:
    """Return the whole response to a call that failed.

    :param code: such as :data:`UNIMPLEMENTED`
    :param message: a sentence
    :param is_begun: True for what a response ends with whose headers were sent before
    """
    status = _literal("grpc-status", str(code)) + _literal(
        "grpc-message", _percent_encoded(message)
    )
    return status if is_begun else RESPONSE_HEADERS + status


def _percent_encoded(text: str) -> str:
    """Encode a text as "gRPC over HTTP2" asks (Status-Message); loading ``urllib`` takes 2 ms."""
    return "".join(
        chr(byte) if 0x20 <= byte <= 0x7E and byte != ord("%") else f"%{byte:02X}"
        for byte in text.encode()
    )


PREFACE: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
"""What every client begins with (section 3.4)."""

DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS = range(5)
PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(5, 10)

END_STREAM: Final = 0x1
ACK: Final = 0x1
END_HEADERS: Final = 0x4
PADDED: Final = 0x8
WITH_PRIORITY: Final = 0x20

INITIAL_WINDOW_SIZE: Final = 0x4
MAX_FRAME_SIZE: Final = 0x5
FIRST_WINDOW: Final = 65535
"""The window of each stream and of the connection, unless a setting says otherwise."""
LARGEST_WINDOW: Final = 2**31 - 1
LEAST_FRAME: Final = 16384
"""The largest frame that a side takes, unless its settings say otherwise."""

PROTOCOL_ERROR: Final = 1

_HEAD: Final = struct.Struct(">HBBBL")
_SETTING: Final = struct.Struct(">HL")
_NUMBER: Final = struct.Struct(">L")


class ProtocolError(Exception):
    """A violation of HTTP/2 by the client."""


class Frame(NamedTuple):
    """One frame that was received."""

    kind: int
    flags: int
    stream: int
    """0 for the connection itself."""
    payload: bytes


class Reader:
    """A reader that cuts what is received into frames."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._is_begun = False

    def frames(self, received: bytes) -> Iterator[Frame]:
        """Yield the frames that are complete by now.

        :raises ProtocolError: if the client speaks something else, or a frame is too large
        """
        self._data += received
        if not self._is_begun:
            self._begin()
        place, data = 0, self._data
        while self._is_begun and len(data) - place >= 9:
            upper, lower, kind, flags, stream = _HEAD.unpack_from(data, place)
            length = upper << 8 | lower
            if length > LEAST_FRAME:
                raise ProtocolError("a frame that is larger than allowed")
            end = place + 9 + length
            if len(data) < end:
                break
            payload = bytes(data[place + 9 : end])
            place = end
            yield Frame(kind, flags, stream & LARGEST_WINDOW, payload)
        del data[:place]

    def _begin(self) -> None:
        begun = bytes(self._data[: len(PREFACE)])
        if not PREFACE.startswith(begun):
            raise ProtocolError("something else than HTTP/2")
        if begun == PREFACE:
            del self._data[: len(PREFACE)]
            self._is_begun = True


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    """Return a frame to send."""
    length = len(payload)
    return _HEAD.pack(length >> 8, length & 0xFF, kind, flags, stream) + payload


def settings(values: dict[int, int]) -> bytes:
    """Return a frame with settings (section 6.5)."""
    return frame(SETTINGS, 0, 0, b"".join(_SETTING.pack(*pair) for pair in values.items()))


def read_settings(payload: bytes) -> dict[int, int]:
    """Return the settings of a frame.

    :raises ProtocolError: if it cannot be read
    """
    if len(payload) % _SETTING.size:
        raise ProtocolError("settings of an impossible length")
    return dict(_SETTING.iter_unpack(payload))


def window_update(stream: int, increment: int) -> bytes:
    """Return a frame that lets the client send more (section 6.9)."""
    return frame(WINDOW_UPDATE, 0, stream, _NUMBER.pack(increment))


def goaway(last_stream: int, code: int) -> bytes:
    """Return a frame that says that the connection ends (section 6.8)."""
    return frame(GOAWAY, 0, 0, _NUMBER.pack(last_stream) + _NUMBER.pack(code))


def read_number(payload: bytes) -> int:
    """Return the number that a payload consists of, without the bit that is reserved.

    :raises ProtocolError: if it is none
    """
    if len(payload) != _NUMBER.size:
        raise ProtocolError("a number of an impossible length")
    found: int = _NUMBER.unpack(payload)[0]
    return found & LARGEST_WINDOW


def payload_without_padding(received: Frame) -> bytes:
    """Return the payload without padding and priority (sections 6.1 and 6.2).

    :raises ProtocolError: if there is more padding than payload
    """
    payload, padding = received.payload, 0
    if received.flags & PADDED:
        if not payload:
            raise ProtocolError("padding of an unknown length")
        padding, payload = payload[0], payload[1:]
    if received.kind == HEADERS and received.flags & WITH_PRIORITY:
        payload = payload[5:]
    if padding > len(payload):
        raise ProtocolError("more padding than payload")
    return payload[: len(payload) - padding]
