"""The Huffman code of HTTP/2's headers: what is frequent in them is written with fewer bits.

The code is canonical: sorted by length and then by value, each symbol's code is the one before it
plus one. So the lengths say everything, and the table is made from them.

Source: RFC 7541, section 5.2 and appendix B.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from constructs_lib.backend.plugin.wire.frames import ProtocolError

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
    """The text that a coded string stands for.

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
    """The symbols by their codes, each with a one before it, which keeps the zeros it begins with.

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
