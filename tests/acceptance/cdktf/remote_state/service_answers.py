"""Answers for the services that keep states: just enough for Terraform to begin with them.

One server stands for all of them, as itself and as a proxy, because Terraform asks some services at
their real names only. What a name asks over TLS is answered under a certificate of our own.
"""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import _SocketWriter  # type: ignore[attr-defined]
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOSTS = ("account.blob.core.windows.net", "app.terraform.io")
"""The real names that are asked for."""

_BUCKET = (
    "<ListBucketResult><Name>bucket</Name><Prefix></Prefix>"
    "<IsTruncated>false</IsTruncated></ListBucketResult>"
)
_CONTAINER = "<EnumerationResults><Blobs></Blobs><NextMarker/></EnumerationResults>"
_ROLE = (
    '<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>'
    "<Credentials><AccessKeyId>a</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"
    "<SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>"
    "</AssumeRoleResult></AssumeRoleResponse>"
)
_SERVICES = {"state.v2": "/api/v2/", "tfe.v2": "/api/v2/", "tfe.v2.1": "/api/v2/"}
_WORKSPACE = {"name": "workspace", "execution-mode": "local", "terraform-version": "1.11.4"}


def _resource(kind: str, attributes: dict[str, Any]) -> str:
    return json.dumps({"data": {"id": "id-1", "type": kind, "attributes": attributes}})


ANSWERS = (
    ("list-type=2", _BUCKET),
    ("encoding-type=url", _BUCKET),
    ("comp=list", _CONTAINER),
    ("Action=AssumeRole", _ROLE),
    ("/v1/kv", "[]"),
    ("/secrets", json.dumps({"kind": "SecretList", "apiVersion": "v1", "items": []})),
    ("/o?", json.dumps({"kind": "storage#objects", "items": []})),
    ("/.well-known/terraform.json", json.dumps(_SERVICES)),
    ("/entitlement-set", _resource("entitlement-sets", {"state-storage": True})),
    ("/api/v2/organizations/", _resource("workspaces", _WORKSPACE)),
)
"""Part of an address or of what is sent, and the answer; the first that fits holds."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    tls: ssl.SSLContext

    def do_CONNECT(self) -> None:
        self.send_response_only(200)
        self.end_headers()
        self.connection = self.tls.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")  # type: ignore[assignment]
        self.wfile = _SocketWriter(self.connection)
        self.close_connection = False

    def do_GET(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode("latin-1")
        found = (answer for part, answer in ANSWERS if part in self.path or part in sent)
        body = next(found, "{}").encode()
        self.send_response(200)
        kind = "application/xml" if body.startswith(b"<") else "application/json"
        for name, value in (("Content-Type", kind), ("Content-Length", str(len(body)))):
            self.send_header(name, value)
        self.send_header("TFP-API-Version", "2.5")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def finish(self) -> None:
        super().finish()
        if isinstance(self.connection, ssl.SSLSocket):
            self.connection.close()  # The server knows only the socket below it.

    do_POST = do_PUT = do_HEAD = do_GET  # noqa: N815 (the names of the base)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the name of the base)
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Terraform ends when it has seen enough, in the middle of a connection."""


@contextmanager
def services(folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Start the server; its address, and the environment of a Terraform that asks it for all."""
    certificate = folder / "certificate.pem"
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, _write_certificate(certificate))
    handler = type("Handler", (_Handler,), {"tls": tls})
    with _Server(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            yield address, {"HTTPS_PROXY": address, "SSL_CERT_FILE": str(certificate)}
        finally:
            server.shutdown()


def _write_certificate(path: Path) -> Path:
    """Write a certificate for ``HOSTS``; returns the file of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "answers of a test")])
    now = datetime.now(timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(h) for h in HOSTS]), False)
        .add_extension(x509.BasicConstraints(True, None), True)
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    file = path.with_name("key.pem")
    private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    file.write_bytes(key.private_bytes(serialization.Encoding.PEM, *private))
    return file
