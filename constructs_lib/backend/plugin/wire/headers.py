"""The headers of a gRPC call: those of the client are read, and ours are always the same.

Ours use no dynamic table (RFC 7541, section 2.3.2), so they are bytes that are made once.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from hpack import Decoder, HPACKError

from constructs_lib.backend.plugin.wire.frames import ProtocolError

_LONGEST: Final = 2**20
_STATUS_200: Final = b"\x88"
"""The eighth entry of the static table (RFC 7541, appendix A)."""
OK, UNIMPLEMENTED, INTERNAL = 0, 12, 13
"""Codes of gRPC ("Status codes and their use in gRPC")."""


class HeaderReader:
    """Reads the headers of one connection, in the order in which they came."""

    def __init__(self) -> None:
        self._decoder = Decoder(_LONGEST)

    def path(self, block: bytes) -> str:
        """The path of a call, such as ``/tfplugin6.Provider/GetMetadata``; empty if it has none.

        :raises ProtocolError: if the headers cannot be read
        """
        try:
            headers = self._decoder.decode(block, raw=True)
        except HPACKError:
            raise ProtocolError("headers that cannot be read") from None
        for name, value in headers:
            if name == b":path":
                return value.decode("utf-8", "replace")
        return ""


def _literal(name: str, value: str) -> bytes:
    """A header without a table and without Huffman coding (RFC 7541, section 6.2.2)."""
    return b"\x00" + _string(name) + _string(value)


def _string(text: str) -> bytes:
    """RFC 7541, section 5.2."""
    data = text.encode("ascii")
    return _integer(len(data)) + data


def _integer(value: int) -> bytes:
    """With a prefix of seven bits (RFC 7541, section 5.1)."""
    if value < 127:
        return bytes([value])
    rest, coded = value - 127, [127]
    while rest >= 128:
        coded.append(rest % 128 + 128)
        rest //= 128
    return bytes([*coded, rest])


ANSWER: Final = _STATUS_200 + _literal("content-type", "application/grpc")
"""What an answer begins with."""
SUCCESS: Final = _literal("grpc-status", str(OK))
"""What an answer ends with."""


def failure(code: int, message: str) -> bytes:
    """The whole answer to a call that failed.

    :param code: such as :data:`UNIMPLEMENTED`
    :param message: a sentence
    """
    told = _literal("grpc-status", str(code)) + _literal("grpc-message", quote(message, safe=" '"))
    return ANSWER + told
