"""The headers that a block names by a number: those that are always known, and those that came by.

Source: RFC 7541, sections 2.3 and 4, appendix A.
"""

from __future__ import annotations

from typing import Final

from constructs_lib.backend.plugin.wire.frames import ProtocolError

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
    """What a header takes: its bytes, and 32 for the table itself (section 4.1)."""
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
        """The header of a number.

        :raises ProtocolError: if there is none
        """
        if not 0 < number < len(self._headers):
            raise ProtocolError("headers that nobody sent before")
        return self._headers[number]

    def add(self, header: Header) -> None:
        """Adds a header; the oldest ones go. One that is larger than the table empties it."""
        self.changes += 1
        self._size += size_of(header)
        self._headers.insert(_NEWEST, header)
        self._evict()

    def resize(self, size: int) -> None:
        """Takes another size, up to :data:`LARGEST_SIZE`; the oldest headers go.

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
