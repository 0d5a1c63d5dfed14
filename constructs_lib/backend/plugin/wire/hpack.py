"""Reads the compressed headers of HTTP/2 (HPACK).

A block of headers is read with what the blocks before it left in the table, so each connection has
a decoder of its own, and after an error it is of no use.

Source: RFC 7541, sections 5 and 6.
"""

from __future__ import annotations

from typing import Final

from constructs_lib.backend.plugin.wire import huffman
from constructs_lib.backend.plugin.wire.frames import ProtocolError
from constructs_lib.backend.plugin.wire.header_table import Header, HeaderTable, size_of

_INDEXED: Final = 0x80
_KEPT: Final = 0x40
_RESIZED: Final = 0x20
_CODED: Final = 0x80
_LAST_SHIFT: Final = 28
"""Numbers have up to five further bytes. Nothing that is asked of us comes near so many bits, and
longer forms only hide zeros. Section 5.1 wants such a limit.
"""


class Decoder:
    """Reads the blocks of one connection, in the order in which they came.

    :param most: how much the headers of one block may take, counted as the table counts: a block of
        a few bytes can name a large header again and again
    """

    def __init__(self, most: int) -> None:
        self.table = HeaderTable()
        """What the blocks have left."""
        self._most = most

    def decode(self, block: bytes) -> list[Header]:
        """The headers of a whole block, in their order.

        :raises ProtocolError: if it cannot be read, or holds too much
        """
        try:
            return self._headers(block)
        except IndexError:
            raise ProtocolError("headers that end too early") from None

    def _headers(self, block: bytes) -> list[Header]:
        headers: list[Header] = []
        place, left = 0, self._most
        while place < len(block):
            if _RESIZED <= block[place] < _KEPT:
                place = self._resize(block, place, is_late=bool(headers))
                continue
            header, place = self._header(block, place)
            headers.append(header)
            left -= size_of(header)
            if left < 0:
                raise ProtocolError("headers that are too large")
        return headers

    def _header(self, block: bytes, place: int) -> tuple[Header, int]:
        """The header at a place, and the place after it."""
        first = block[place]
        if first >= _INDEXED:
            number, place = _integer(block, place, 0x7F)
            return self.table.header(number), place
        if first >= _KEPT:
            header, place = self._literal(block, place, 0x3F)
            self.table.add(header)
            return header, place
        # Whether somebody else may keep it (section 6.2.3) is nothing to us: we send none on.
        return self._literal(block, place, 0x0F)

    def _literal(self, block: bytes, place: int, mask: int) -> tuple[Header, int]:
        """A header with a value of its own, and a name of its own or that of a known header."""
        number, place = _integer(block, place, mask)
        if number:
            name = self.table.header(number)[0]
        else:
            name, place = _text(block, place)
        value, place = _text(block, place)
        return (name, value), place

    def _resize(self, block: bytes, place: int, *, is_late: bool) -> int:
        """Takes another size of the table, which may come before all headers only."""
        if is_late:
            raise ProtocolError("a change of the table between headers")
        size, place = _integer(block, place, 0x1F)
        self.table.resize(size)
        return place


def _text(block: bytes, place: int) -> tuple[bytes, int]:
    """The text at a place (section 5.2), and the place after it."""
    is_coded = block[place] & _CODED
    length, place = _integer(block, place, 0x7F)
    end = place + length
    if end > len(block):
        raise ProtocolError("headers that end too early")
    text = block[place:end]
    return (huffman.decode(text) if is_coded else text), end


def _integer(block: bytes, place: int, mask: int) -> tuple[int, int]:
    """The number at a place (section 5.1), and the place after it.

    :param mask: the bits of the first byte that belong to it
    """
    value = block[place] & mask
    place += 1
    if value < mask:
        return value, place
    for shift in range(0, _LAST_SHIFT + 1, 7):
        byte = block[place]
        place += 1
        value += (byte & 0x7F) << shift
        if byte < 0x80:
            return value, place
    raise ProtocolError("a number that is too long")
