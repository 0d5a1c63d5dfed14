"""The headers of a gRPC call: those of the client, and ours, which are always the same.

The package ``hpack`` reads those of the client. Ours use no dynamic table (RFC 7541, section
2.3.2), so their bytes are made once.
"""

from __future__ import annotations

from typing import Final

from hpack import Decoder, HPACKError

from constructs_lib.backend.plugin.server.http2_frames import ProtocolError

LARGEST_HEADERS: Final = 2**16
"""Bytes that the headers of one call may take, compressed or not. Terraform sends a few short ones;
the decoder copies the rest of a block for each header, so a block of 1 MiB takes it 20 s.
"""
_STATUS_200: Final = b"\x88"
"""The eighth entry of the static table (RFC 7541, appendix A)."""
OK, UNIMPLEMENTED, INTERNAL = 0, 12, 13
"""Codes of gRPC ("Status codes and their use in gRPC")."""


class HeaderReader:
    """A reader of the headers of one connection, in the order in which they came."""

    def __init__(self) -> None:
        self._decoder = Decoder(LARGEST_HEADERS)

    def path(self, block: bytes) -> str:
        """Return the path of a call, such as ``/tfplugin6.Provider/GetMetadata``; empty if it has
        none.

        :raises ProtocolError: if the headers cannot be read, or take too much
        """
        try:
            headers = self._decoder.decode(block, raw=True)
        except HPACKError as error:
            raise ProtocolError(f"headers that cannot be read: {type(error).__name__}") from None
        path = next((value for name, value in headers if name == b":path"), b"")
        return path.decode("utf-8", "replace")


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


def failure(code: int, message: str) -> bytes:
    """Return the whole response to a call that failed.

    :param code: such as :data:`UNIMPLEMENTED`
    :param message: a sentence
    """
    status = _literal("grpc-status", str(code)) + _literal(
        "grpc-message", _percent_encoded(message)
    )
    return RESPONSE_HEADERS + status


def _percent_encoded(text: str) -> str:
    """Encode a text as "gRPC over HTTP2" asks (Status-Message); loading ``urllib`` takes 2 ms."""
    return "".join(
        chr(byte) if 0x20 <= byte <= 0x7E and byte != ord("%") else f"%{byte:02X}"
        for byte in text.encode()
    )
