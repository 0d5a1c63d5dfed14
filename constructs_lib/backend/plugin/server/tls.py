"""Bytes to and from Terraform, in clear or with mutual TLS, and the certificate of this process.

One thread reads a connection and many write to it. Two threads must not use a TLS object at once,
so it works on two buffers in memory under a lock, and only the socket blocks. Terraform pins the
very certificate that the handshake line carries, and no client but the one that started this
process is accepted.

So the certificate signs itself, and each process creates its own and stores it nowhere.
``cryptography.x509`` could encode it, but takes longer to load than everything else before the line
that Terraform waits for, so the few forms of DER that a certificate needs are written here. Tests
read the result with ``cryptography.x509``.

Source: go-plugin, AutoMTLS (Terraform's certificate is ECDSA P-521, which Python's ``ssl`` takes);
RFC 5280 (certificate), RFC 5915 (private key), ITU-T X.690 (DER).
"""

from __future__ import annotations

import os
import socket
import threading
import time
from binascii import b2a_base64
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from constructs_lib.backend.plugin.server import handshake
from constructs_lib.records import NamedTuple

if TYPE_CHECKING:
    # Terraform waits for the certificate, which needs none of it: what does loads it.
    import ssl

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
        import ssl

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
        import ssl

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
        import ssl

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
    import ssl

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


def sequence(*parts: bytes) -> bytes:
    """Encode a sequence of encoded parts."""
    return tagged(0x30, b"".join(parts))


def set_of(part: bytes) -> bytes:
    """Encode a set of one encoded part."""
    return tagged(0x31, part)


def integer(value: int) -> bytes:
    """Encode a number that is not negative."""
    return tagged(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def boolean(value: bool) -> bytes:
    """Encode true or false."""
    return tagged(0x01, b"\xff" if value else b"\x00")


def bit_string(data: bytes, unused: int = 0) -> bytes:
    """Encode bits, of which the last ``unused`` do not count."""
    return tagged(0x03, bytes([unused]) + data)


def octets(data: bytes) -> bytes:
    """Encode bytes."""
    return tagged(0x04, data)


def utf8(text: str) -> bytes:
    """Encode a text."""
    return tagged(0x0C, text.encode())


def utc_time(moment: float) -> bytes:
    """Encode a time before the year 2050.

    :param moment: seconds since 1970 (UTC)
    """
    return tagged(0x17, time.strftime("%y%m%d%H%M%SZ", time.gmtime(moment)).encode())


def identifier(dotted: str) -> bytes:
    """Encode an object identifier, such as ``2.5.4.3``."""
    first, second, *rest = map(int, dotted.split("."))
    return tagged(0x06, bytes([first * 40 + second]) + b"".join(map(_base_128, rest)))


def tagged(tag: int, content: bytes) -> bytes:
    """Encode content with its tag and length."""
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + content


def _base_128(number: int) -> bytes:
    digits = [number & 0x7F]
    while number := number >> 7:
        digits.append(0x80 | number & 0x7F)
    return bytes(reversed(digits))


_HOST = "localhost"
_VALID = 30 * 24 * 3600.0
"""Seconds; longer than any run."""
_SLACK = 3600.0
"""Seconds by which Terraform's clock may differ."""

_EC_PUBLIC_KEY = "1.2.840.10045.2.1"
_P256 = "1.2.840.10045.3.1.7"
_ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2"
_COMMON_NAME = "2.5.4.3"
_KEY_USAGE = "2.5.29.15"
_SUBJECT_ALTERNATIVE_NAME = "2.5.29.17"
_BASIC_CONSTRAINTS = "2.5.29.19"
_EXTENDED_KEY_USAGE = "2.5.29.37"
_SERVER_AUTHENTICATION = "1.3.6.1.5.5.7.3.1"


class _EcdsaWithSha256(ec.ECDSA):
    """The equivalent of ``ec.ECDSA(SHA256())``, which would import all other algorithms, too.

    That takes a tenth of the start of a provider.
    """

    def __init__(self) -> None:
        pass

    @property
    def algorithm(self) -> SHA256:
        return SHA256()

    @property
    def deterministic_signing(self) -> bool:
        return False


class Certificate(NamedTuple):
    """A certificate with its key."""

    der: bytes
    pem: bytes
    key: bytes
    """The private key (PEM)."""

    def __repr__(self) -> str:
        return "Certificate(...)"


def create_certificate() -> Certificate:
    """Create a self-signed certificate for ``localhost``, with an ECDSA P-256 key."""
    key = ec.generate_private_key(ec.SECP256R1())
    public = _point(key.public_key())
    content = _content(public, time.time())
    signature = key.sign(content, _EcdsaWithSha256())
    signed = sequence(content, _algorithm(), bit_string(signature))
    secret = _private_key(key.private_numbers().private_value, public)
    return Certificate(signed, _pem("CERTIFICATE", signed), _pem("EC PRIVATE KEY", secret))


def _content(public: bytes, now: float) -> bytes:
    """Return what is signed: the TBSCertificate of RFC 5280, section 4.1."""
    common_name = sequence(identifier(_COMMON_NAME), utf8(_HOST))
    name = sequence(set_of(common_name))
    return sequence(
        tagged(0xA0, integer(2)),
        integer(int.from_bytes(os.urandom(16), "big") | 1),
        _algorithm(),
        name,
        sequence(utc_time(now - _SLACK), utc_time(now + _VALID)),
        name,
        sequence(
            sequence(identifier(_EC_PUBLIC_KEY), identifier(_P256)),
            bit_string(public),
        ),
        tagged(0xA3, _extensions()),
    )


def _extensions() -> bytes:
    """Declare an authority, because the certificate signs itself, and a server."""
    host = sequence(tagged(0x82, _HOST.encode()))
    # Bit 0 is digitalSignature, bit 5 keyCertSign; the last two of the eight do not count.
    usage = bit_string(bytes([0b10000100]), unused=2)
    return sequence(
        _extension(_BASIC_CONSTRAINTS, sequence(boolean(True)), critical=True),
        _extension(_KEY_USAGE, usage, critical=True),
        _extension(_EXTENDED_KEY_USAGE, sequence(identifier(_SERVER_AUTHENTICATION))),
        _extension(_SUBJECT_ALTERNATIVE_NAME, host),
    )


def _extension(name: str, value: bytes, *, critical: bool = False) -> bytes:
    flag = boolean(True) if critical else b""
    return sequence(identifier(name), flag, octets(value))


def _algorithm() -> bytes:
    return sequence(identifier(_ECDSA_WITH_SHA256))


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    """Return the public key as an uncompressed point."""
    numbers = key.public_numbers()
    return b"\x04" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")


def _private_key(secret: int, public: bytes) -> bytes:
    return sequence(
        integer(1),
        octets(secret.to_bytes(32, "big")),
        tagged(0xA0, identifier(_P256)),
        tagged(0xA1, bit_string(public)),
    )


def _pem(label: str, data: bytes) -> bytes:
    encoded = b2a_base64(data, newline=False)
    lines = [encoded[start : start + 64] for start in range(0, len(encoded), 64)]
    begin, end = f"-----BEGIN {label}-----".encode(), f"-----END {label}-----".encode()
    return b"\n".join([begin, *lines, end, b""])
