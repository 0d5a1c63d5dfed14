"""gRPC over HTTP/2, as far as a provider needs it: one client, unary calls, messages of any size.

``channel`` carries bytes, with TLS or without; ``frames`` and ``headers`` are the formats of
HTTP/2, where ``hpack``, ``header_table`` and ``huffman`` read compressed headers; ``connection`` is
one client. Only :mod:`constructs_lib.backend.plugin.transport` uses them.

Source: RFC 9113 (HTTP/2), RFC 7541 (HPACK), gRPC's "gRPC over HTTP2".
"""
