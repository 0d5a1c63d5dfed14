"""Bytes to and from one client, in clear or with mutual TLS.

One thread reads a connection and many write to it. Two threads must not use a TLS object at once,
so it works on two buffers in memory under a lock, and only the socket blocks. Terraform pins our
certificate, and we accept no client but the one that started us.

Source: go-plugin, AutoMTLS. Terraform's certificate is ECDSA P-521, which Python's ``ssl`` takes.
"""

from __future__ import annotations

import os
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from constructs_lib.backend.plugin.server import handshake

if TYPE_CHECKING:
    from constructs_lib.backend.plugin.server.certificate import Certificate

T = TypeVar("T")
_CHUNK = 256 * 1024


class Channel:
    """Bytes in clear.

    :param link: the connected socket; it belongs to the channel from now on
    """

    def __init__(self, link: socket.socket) -> None:
        self._link = link
        self._sending = threading.Lock()

    def open(self) -> None:
        """Agree with the client on how to talk; this comes before anything else.

        :raises OSError: if that fails
        """

    def receive(self) -> bytes:
        """Receive some bytes, at least one; none when the client has closed.

        :raises OSError: if the connection broke off
        """
        return self._link.recv(_CHUNK)

    def send(self, data: bytes) -> None:
        """Send all bytes, with none of another thread in between.

        :raises OSError: if the connection broke off
        """
        with self._sending:
            self._link.sendall(data)

    def close(self) -> None:
        """Close the connection; a thread that waits for bytes then gets none."""
        with suppress(OSError):  # The client may have closed before.
            self._link.shutdown(socket.SHUT_RDWR)
        self._link.close()


class TlsChannel(Channel):
    """Bytes with TLS.

    :param link: the connected socket
    :param context: who we are, and which client is trusted
    """

    def __init__(self, link: socket.socket, context: ssl.SSLContext) -> None:
        super().__init__(link)
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._using = threading.Lock()

    def open(self) -> None:
        """Do the TLS handshake.

        :raises OSError: if that fails
        """
        self._retry_until_received(self._tls.do_handshake)

    def receive(self) -> bytes:
        """Receive some bytes, at least one; none when the client has closed.

        :raises OSError: if the connection broke off, or TLS failed
        """
        try:
            return self._retry_until_received(partial(self._tls.read, _CHUNK))
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""

    def send(self, data: bytes) -> None:
        """Send all bytes, with none of another thread in between.

        :raises OSError: if the connection broke off
        """
        with self._using:
            view = memoryview(data)
            while view:
                view = view[self._tls.write(view) :]
        self._flush()

    def _retry_until_received(self, action: Callable[[], T]) -> T:
        """Repeat an action of TLS until enough has been received for it."""
        while True:
            try:
                with self._using:
                    result = action()
            except ssl.SSLWantReadError:
                self._answer()
                received = self._link.recv(_CHUNK)
                with self._using:
                    self._incoming.write(received) if received else self._incoming.write_eof()
            else:
                self._answer()
                return result

    def _answer(self) -> None:
        """Send what TLS has to say by itself.

        Usually nothing, and then the reader takes no lock that a sender may hold while the client
        wants to be read first.
        """
        if self._outgoing.pending:
            self._flush()

    def _flush(self) -> None:
        """Send what is encrypted, in the order of TLS's records."""
        with self._sending:
            with self._using:
                encrypted = self._outgoing.read()
            self._link.sendall(encrypted)


def tls_context(certificate: Certificate, client: str, directory: str) -> ssl.SSLContext:
    """Return a TLS context that accepts only the client with the certificate ``client`` (PEM).

    :param directory: a private directory; the key is there while Python reads it,
        because Python reads keys from files only
    :raises ssl.SSLError: if ``client`` is not a certificate
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["h2"])
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=client)
    file = os.path.join(directory, handshake.KEY)
    try:
        # Room for it was reserved there, and is not given back before it is filled.
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        with open(descriptor, "wb") as stream:
            stream.write(certificate.key + certificate.pem)
            stream.truncate()
        context.load_cert_chain(file)
    finally:
        os.unlink(file)
    return context
