"""Terraform that launches the provider itself: handshake, mutual TLS, signals and the end."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from toy_terraform import HERE, ROOT, Terraform

from constructs_lib.backend.plugin.server import handshake

pytestmark = pytest.mark.terraform

NOTE = 'resource "toy_note" "it" {\n  title = "one"\n  body = { n = 1 }\n%s\n}\n'


def until(condition: Callable[[], bool], seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


def leftovers(terraform: Terraform) -> list[Path]:
    return list((terraform.folder / "t").glob("tfp-*"))


@pytest.mark.both_terraforms
def test_a_note_lives_through_plan_apply_update_and_destroy(launched: Terraform) -> None:
    launched.write(NOTE % 'details = { owner = "me" }')
    launched.apply()
    assert launched.plan_is_empty()
    launched.write(NOTE % 'details = { owner = "you" }')
    launched.apply()
    assert launched.state()["details"]["owner"] == "you"
    launched("destroy", "-auto-approve")
    assert launched.notes == {}
    assert leftovers(launched) == []


@pytest.mark.both_terraforms
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_lets_a_running_creation_finish(
    launched: Terraform, number: signal.Signals
) -> None:
    launched.write(NOTE % 'fail = "wait"')
    process = subprocess.Popen(
        ["terraform", "apply", "-no-color", "-auto-approve"],
        cwd=launched.folder,
        env=launched.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert until((launched.folder / "notes.waiting").exists)
    # As a terminal or a CI system does: the signal reaches Terraform and the provider.
    os.killpg(process.pid, number)
    output, _ = process.communicate(timeout=30)
    assert "Creation complete" in output
    assert launched.state()["id"] == "note-one"


@pytest.mark.both_terraforms
def test_the_process_ends_when_terraform_is_killed(launched: Terraform) -> None:
    launched.write(NOTE % 'fail = "wait"')
    process = subprocess.Popen(
        ["terraform", "apply", "-no-color", "-auto-approve"],
        cwd=launched.folder,
        env=launched.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert until((launched.folder / "notes.waiting").exists)
    process.kill()
    process.wait()
    assert until(lambda: leftovers(launched) == [])


def test_started_by_hand_it_explains_itself_and_exits_1() -> None:
    done = subprocess.run(
        [sys.executable, str(HERE / "toy_provider.py")],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "Terraform provider" in done.stderr


def test_a_terraform_that_is_too_old_is_told_so(tmp_path: Path) -> None:
    environment = {handshake.COOKIE_NAME: handshake.COOKIE, "PLUGIN_PROTOCOL_VERSIONS": "5"}
    done = subprocess.run(
        [sys.executable, str(HERE / "toy_provider.py")],
        env={"PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path), **environment},
        capture_output=True,
        text=True,
    )
    # Terraform shows what comes in place of the handshake.
    assert (done.returncode, done.stdout) == (1, done.stderr)
    assert "newer Terraform" in done.stderr
    assert list(tmp_path.iterdir()) == []


class Client:
    """A client with a certificate as Terraform has one: ECDSA P-521, signed by itself."""

    def __init__(self, folder: Path) -> None:
        key = ec.generate_private_key(ec.SECP521R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
        now = datetime.now(timezone.utc)
        usages = [ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH]
        made = (
            x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage(usages), critical=False)
            .sign(key, hashes.SHA512())
        )
        self.pem = made.public_bytes(serialization.Encoding.PEM).decode()
        self.file = folder / "client.pem"
        form = serialization.PrivateFormat.PKCS8
        secret = key.private_bytes(
            serialization.Encoding.PEM, form, serialization.NoEncryption()
        ).decode()
        self.file.write_text(secret + self.pem)

    def context(self) -> ssl.SSLContext:
        context = anonymous()
        context.load_cert_chain(self.file)
        return context


def anonymous() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    return context


@contextmanager
def started(folder: Path, pem: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A provider as Terraform starts it, and the path of its socket."""
    cookie = {handshake.COOKIE_NAME: handshake.COOKIE, handshake.CLIENT_CERTIFICATE: pem}
    with subprocess.Popen(
        [sys.executable, str(HERE / "toy_provider.py")],
        env={"PYTHONPATH": str(ROOT), "TMPDIR": str(folder), **cookie},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().split("|")[3]
        finally:
            process.kill()


def begin_http2(context: ssl.SSLContext, path: str) -> bytes:
    """Speaks the preface of HTTP/2 and returns what the server says."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as plain:
        plain.settimeout(10)
        plain.connect(path)
        with context.wrap_socket(plain) as secure:
            secure.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00")
            return secure.recv(9)


def test_the_client_that_started_it_is_served(tmp_path: Path) -> None:
    client = Client(tmp_path)
    with started(tmp_path, client.pem) as (_, path):
        # A frame of type 4 (settings) is how a server of HTTP/2 begins.
        assert begin_http2(client.context(), path)[3] == 4


@pytest.mark.parametrize("who", ["nobody", "somebody"])
def test_another_client_is_refused(tmp_path: Path, who: str) -> None:
    client = Client(tmp_path)
    stranger = anonymous() if who == "nobody" else Client(tmp_path).context()
    answered = b""
    with started(tmp_path, client.pem) as (_, path), suppress(OSError):
        answered = begin_http2(stranger, path)
    # With TLS 1.3 the client notices only when it reads: an alert, or the end of the connection.
    assert answered == b""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_end_ends_it_and_leaves_nothing(tmp_path: Path, number: signal.Signals) -> None:
    client = Client(tmp_path)
    with started(tmp_path, client.pem) as (process, path):
        begin_http2(client.context(), path)
        process.send_signal(number)
        assert process.wait(10) == 0
    assert list(tmp_path.glob("tfp-*")) == []


def test_a_signal_right_after_the_line_leaves_nothing(tmp_path: Path) -> None:
    with started(tmp_path, Client(tmp_path).pem) as (process, _):
        process.send_signal(signal.SIGTERM)
        process.wait(10)
    assert list(tmp_path.glob("tfp-*")) == []


def test_a_wrong_client_certificate_ends_it_without_a_traceback(tmp_path: Path) -> None:
    with started(tmp_path, "not a certificate") as (process, _):
        assert process.wait(10) == 1
        assert process.stderr is not None
        text = process.stderr.read()
    assert "[ERROR]" in text
    assert "Traceback" not in text
    assert list(tmp_path.glob("tfp-*")) == []
