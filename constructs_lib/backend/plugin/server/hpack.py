"""A reader of HTTP/2's compressed headers (HPACK).

A block of headers is read with what earlier blocks left in the table, so each connection has a
decoder of its own, which is of no use after an error. A header names an entry of the table, or has
texts of its own, which may be in a Huffman code. That code is canonical: sorted by length and then
by value, each symbol's code is the previous one plus one, so the table is made from the lengths.

Source: RFC 7541, sections 2.3, 4, 5 and 6, appendices A and B.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from constructs_lib.backend.plugin.server.http2_frames import ProtocolError

_SYMBOLS: Final = (
    (5, b"012aceiost"),
    (6, b" %-./3456789=A_bdfghlmnpru"),
    (7, b":BCDEFGHIJKLMNOPQRSTUVWYjkqvwxyz"),
    (8, b"&*,;XZ"),
    (10, b'!"()?'),
    (11, b"'+|"),
    (12, b"#>"),
    (13, b"\x00$@[]~"),
    (14, b"^}"),
    (15, b"<`{"),
    (19, b"\\\xc3\xd0"),
    (20, b"\x80\x82\x83\xa2\xb8\xc2\xe0\xe2"),
    (21, b"\x99\xa1\xa7\xac\xb0\xb1\xb3\xd1\xd8\xd9\xe3\xe5\xe6"),
    (
        22,
        b"\x81\x84\x85\x86\x88\x92\x9a\x9c\xa0\xa3\xa4\xa9\xaa"
        b"\xad\xb2\xb5\xb9\xba\xbb\xbd\xbe\xc4\xc6\xe4\xe8\xe9",
    ),
    (
        23,
        b"\x01\x87\x89\x8a\x8b\x8c\x8d\x8f\x93\x95\x96\x97\x98\x9b\x9d\x9e"
        b"\xa5\xa6\xa8\xae\xaf\xb4\xb6\xb7\xbc\xbf\xc5\xe7\xef",
    ),
    (24, b"\x09\x8e\x90\x91\x94\x9f\xab\xce\xd7\xe1\xec\xed"),
    (25, b"\xc7\xcf\xea\xeb"),
    (26, b"\xc0\xc1\xc8\xc9\xca\xcd\xd2\xd5\xda\xdb\xee\xf0\xf2\xf3\xff"),
    (27, b"\xcb\xcc\xd3\xd4\xd6\xdd\xde\xdf\xf1\xf4\xf5\xf6\xf7\xf8\xfa\xfb\xfc\xfd\xfe"),
    (
        28,
        b"\x02\x03\x04\x05\x06\x07\x08\x0b\x0c\x0e\x0f\x10\x11\x12\x13"
        b"\x14\x15\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f\x7f\xdc\xf9",
    ),
    (30, b"\n\r\x16"),
)
"""The bytes whose codes have so many bits."""
_EOS: Final = 256
"""The symbol that ends a text. Its code is the last one, and must not occur."""
_BITS: Final = (7, 6, 5, 4, 3, 2, 1, 0)


def decode(data: bytes) -> bytes:
    """Decode the text of a coded string.

    :raises ProtocolError: if it holds the end of a text, or does not end with the beginning of that
        end, of seven bits at most
    """
    table, text, code = _table(), bytearray(), 1
    for byte in data:
        for bit in _BITS:
            code = code << 1 | byte >> bit & 1
            symbol = table.get(code)
            if symbol is not None:
                if symbol == _EOS:
                    raise ProtocolError("a coded text with an end inside")
                text.append(symbol)
                code = 1
    # What is left is padding: all ones, as is the bit before the code.
    if code & (code + 1) or code > 0xFF:
        raise ProtocolError("a coded text without an end")
    return bytes(text)


@cache
def _table() -> dict[int, int]:
    """Return the symbols by their codes, each with a one in front, which keeps its leading zeros.

    Made at the first call of Terraform, once in each process.
    """
    table: dict[int, int] = {}
    code = former = 0
    for length, symbols in _SYMBOLS:
        code <<= length - former
        former = length
        for symbol in symbols:
            table[1 << length | code] = symbol
            code += 1
    table[1 << former | code] = _EOS
    return table


Header = tuple[bytes, bytes]
"""Name and value."""

LARGEST_SIZE: Final = 4096
"""What the headers that came by may take, as our settings say nothing else (RFC 9113, 6.5.2)."""

_NONE: Final = (b"", b"")
_STATIC: Final[tuple[Header, ...]] = (
    _NONE,  # The numbers begin with 1.
    (b":authority", b""),
    (b":method", b"GET"),
    (b":method", b"POST"),
    (b":path", b"/"),
    (b":path", b"/index.html"),
    (b":scheme", b"http"),
    (b":scheme", b"https"),
    (b":status", b"200"),
    (b":status", b"204"),
    (b":status", b"206"),
    (b":status", b"304"),
    (b":status", b"400"),
    (b":status", b"404"),
    (b":status", b"500"),
    (b"accept-charset", b""),
    (b"accept-encoding", b"gzip, deflate"),
    (b"accept-language", b""),
    (b"accept-ranges", b""),
    (b"accept", b""),
    (b"access-control-allow-origin", b""),
    (b"age", b""),
    (b"allow", b""),
    (b"authorization", b""),
    (b"cache-control", b""),
    (b"content-disposition", b""),
    (b"content-encoding", b""),
    (b"content-language", b""),
    (b"content-length", b""),
    (b"content-location", b""),
    (b"content-range", b""),
    (b"content-type", b""),
    (b"cookie", b""),
    (b"date", b""),
    (b"etag", b""),
    (b"expect", b""),
    (b"expires", b""),
    (b"from", b""),
    (b"host", b""),
    (b"if-match", b""),
    (b"if-modified-since", b""),
    (b"if-none-match", b""),
    (b"if-range", b""),
    (b"if-unmodified-since", b""),
    (b"last-modified", b""),
    (b"link", b""),
    (b"location", b""),
    (b"max-forwards", b""),
    (b"proxy-authenticate", b""),
    (b"proxy-authorization", b""),
    (b"range", b""),
    (b"referer", b""),
    (b"refresh", b""),
    (b"retry-after", b""),
    (b"server", b""),
    (b"set-cookie", b""),
    (b"strict-transport-security", b""),
    (b"transfer-encoding", b""),
    (b"user-agent", b""),
    (b"vary", b""),
    (b"via", b""),
    (b"www-authenticate", b""),
)
"""Appendix A."""
_NEWEST: Final = len(_STATIC)
"""The number of the header that came last; those before it follow (section 2.3.3)."""


def size_of(header: Header) -> int:
    """Return the size of a header in the table: its bytes, and 32 (section 4.1)."""
    return len(header[0]) + len(header[1]) + 32


class HeaderTable:
    """The table of one connection, in one direction."""

    def __init__(self) -> None:
        self.changes = 0
        """How often it has changed: a number means the same header as long as this is the same."""
        self._headers: list[Header] = list(_STATIC)
        self._size = 0
        self._most = LARGEST_SIZE

    def header(self, number: int) -> Header:
        """Return the header of a number.

        :raises ProtocolError: if there is none
        """
        if not 0 < number < len(self._headers):
            raise ProtocolError("headers that nobody sent before")
        return self._headers[number]

    def add(self, header: Header) -> None:
        """Add a header and drop the oldest ones. One that is larger than the table empties it."""
        self.changes += 1
        self._size += size_of(header)
        self._headers.insert(_NEWEST, header)
        self._evict()

    def resize(self, size: int) -> None:
        """Change the size, up to :data:`LARGEST_SIZE`, and drop the oldest headers.

        :raises ProtocolError: if it is larger than that
        """
        if size > LARGEST_SIZE:
            raise ProtocolError("a table of headers that is larger than allowed")
        self.changes += 1
        self._most = size
        self._evict()

    def _evict(self) -> None:
        while self._size > self._most:
            self._size -= size_of(self._headers.pop())


_INDEXED: Final = 0x80
_KEPT: Final = 0x40
_RESIZED: Final = 0x20
_CODED: Final = 0x80
_LAST_SHIFT: Final = 28
"""Numbers have up to five further bytes. Nothing that is asked of us comes near so many bits, and
longer forms only hide zeros. Section 5.1 wants such a limit.
"""


class Decoder:
    """A reader of the blocks of one connection, in the order in which they came.

    :param most: how much the headers of one block may take, counted as the table counts: a block of
        a few bytes can name a large header again and again
    """

    def __init__(self, most: int) -> None:
        self.table = HeaderTable()
        """What the blocks have left."""
        self._most = most

    def decode(self, block: bytes) -> list[Header]:
        """Return the headers of a whole block, in their order.

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
        """Return the header at a place, and the place after it."""
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
        """Return a header with its own value, and its own name or that of a known header."""
        number, place = _integer(block, place, mask)
        if number:
            name = self.table.header(number)[0]
        else:
            name, place = _text(block, place)
        value, place = _text(block, place)
        return (name, value), place

    def _resize(self, block: bytes, place: int, *, is_late: bool) -> int:
        """Change the size of the table, which is allowed only in front of all headers."""
        if is_late:
            raise ProtocolError("a change of the table between headers")
        size, place = _integer(block, place, 0x1F)
        self.table.resize(size)
        return place


def _text(block: bytes, place: int) -> tuple[bytes, int]:
    """Return the text at a place (section 5.2), and the place after it."""
    is_coded = block[place] & _CODED
    length, place = _integer(block, place, 0x7F)
    end = place + length
    if end > len(block):
        raise ProtocolError("headers that end too early")
    text = block[place:end]
    return (decode(text) if is_coded else text), end


def _integer(block: bytes, place: int, mask: int) -> tuple[int, int]:
    """Return the number at a place (section 5.1), and the place after it.

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
