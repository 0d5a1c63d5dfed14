"""The headers of a gRPC call: those of the client, and ours, which are always the same.

Ours use no dynamic table (RFC 7541, section 2.3.2), so their bytes are made once.
"""

from __future__ import annotations

from typing import Final

from constructs_lib.backend.plugin.server.hpack import Decoder, Header

LARGEST_HEADERS: Final = 2**20
"""Bytes that the headers of one call may take, compressed or not."""
_LONGEST_KNOWN: Final = 64
_MAX_KNOWN: Final = 64
_STATUS_200: Final = b"\x88"
"""The eighth entry of the static table (RFC 7541, appendix A)."""
OK, UNIMPLEMENTED, INTERNAL = 0, 12, 13
"""Codes of gRPC ("Status codes and their use in gRPC")."""


class HeaderReader:
    """A reader of the headers of one connection, in the order in which they came.

    Terraform calls a few methods again and again, each with a block of a few bytes that only names
    headers of the table. What such a block says is remembered until the table changes.
    """

    def __init__(self) -> None:
        self._decoder = Decoder(LARGEST_HEADERS)
        self._known: dict[tuple[int, bytes], str] = {}
        """Paths by the block, and by how often the table had changed before it: one that changes
        it is read again the next time.
        """

    def path(self, block: bytes) -> str:
        """Return the path of a call, such as ``/tfplugin6.Provider/GetMetadata``; empty if it has
        none.

        :raises ProtocolError: if the headers cannot be read
        """
        key = (self._decoder.table.changes, block)
        path = self._known.get(key)
        if path is None:
            path = _path(self._decoder.decode(block))
            if len(block) <= _LONGEST_KNOWN:
                self._remember(key, path)
        return path

    def _remember(self, key: tuple[int, bytes], path: str) -> None:
        if len(self._known) >= _MAX_KNOWN:
            self._known.clear()
        self._known[key] = path


def _path(headers: list[Header]) -> str:
    for name, value in headers:
        if name == b":path":
            return value.decode("utf-8", "replace")
    return ""


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
