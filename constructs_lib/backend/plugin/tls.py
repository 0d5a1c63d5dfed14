"""Mutual TLS: Terraform pins our certificate, and we accept no client but the one that started us.

Source: go-plugin, AutoMTLS. Terraform's certificate is ECDSA P-521, which Python's ``ssl`` takes.
"""

from __future__ import annotations

import os
import ssl

from constructs_lib.backend.plugin import handshake
from constructs_lib.backend.plugin.certificate import Certificate


def server_context(certificate: Certificate, client: str, directory: str) -> ssl.SSLContext:
    """A TLS context that accepts only the client with the certificate ``client`` (PEM).

    :param directory: a private directory; the key stands there for the moment in which Python
        reads it, because Python reads keys from files only
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
