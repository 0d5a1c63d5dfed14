from __future__ import annotations

import os
import stat
from base64 import b64decode
from datetime import datetime, timezone
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from constructs_lib.backend.plugin.server import handshake, tls
from constructs_lib.backend.plugin.server.handshake import HandshakeError, ProviderSocket


def test_the_line_has_six_fields_and_an_unpadded_certificate() -> None:
    fields = handshake.handshake_line("/tmp/s", b"abcd").split("|")
    assert fields == ["1", "6", "unix", "/tmp/s", "grpc", "YWJjZA"]
    assert b64decode(fields[5] + "==") == b"abcd"
    assert handshake.handshake_line("/tmp/s", b"").endswith("|grpc|")


def test_the_socket_stands_in_a_private_directory_and_goes_away() -> None:
    endpoint = ProviderSocket()
    mode = stat.S_IMODE(os.stat(endpoint.directory).st_mode)
    assert (mode, os.path.exists(endpoint.path)) == (0o700, True)
    endpoint.close()
    endpoint.close()
    assert not os.path.exists(endpoint.directory)


def test_a_temporary_directory_with_a_long_path_is_passed_over(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    long = tmp_path / ("x" * 120)
    long.mkdir()
    monkeypatch.setenv("TMPDIR", str(long))
    endpoint = ProviderSocket()
    assert endpoint.directory.startswith("/tmp/")
    endpoint.close()


def test_no_temporary_directory_at_all_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "mkdir", refuse)
    with pytest.raises(HandshakeError, match="Set TMPDIR"):
        ProviderSocket()


def test_only_the_cookie_tells_that_terraform_started_us() -> None:
    assert handshake.is_launched_by_terraform({handshake.COOKIE_NAME: handshake.COOKIE})
    assert not handshake.is_launched_by_terraform({handshake.COOKIE_NAME: "x"})
    assert not handshake.is_launched_by_terraform({})


def test_a_terraform_without_protocol_6_is_a_clear_error() -> None:
    handshake.check_protocol({"PLUGIN_PROTOCOL_VERSIONS": "5,6"})
    with pytest.raises(HandshakeError, match="newer Terraform"):
        handshake.check_protocol({"PLUGIN_PROTOCOL_VERSIONS": "5,16"})


def test_the_certificate_is_what_terraform_pins() -> None:
    made = tls.create_certificate()
    parsed = x509.load_der_x509_certificate(made.der)
    parsed.verify_directly_issued_by(parsed)
    names = parsed.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    assert parsed.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    usage = parsed.extensions.get_extension_for_class(x509.KeyUsage)
    assert (usage.critical, usage.value.digital_signature, usage.value.key_cert_sign) == (
        True,
        True,
        True,
    )
    purposes = parsed.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(purposes) == [ExtendedKeyUsageOID.SERVER_AUTH]
    now = datetime.now(timezone.utc)
    assert parsed.not_valid_before_utc < now < parsed.not_valid_after_utc
    key = serialization.load_pem_private_key(made.key, None)
    assert key.public_key() == parsed.public_key()
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert "KEY" not in repr(made)


def test_the_key_leaves_no_file_behind(tmp_path: Path) -> None:
    made = tls.create_certificate()
    tls.tls_context(made, made.pem.decode(), str(tmp_path))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("number", "encoded"),
    [(0, "020100"), (127, "02017f"), (128, "02020080"), (256, "02020100")],
)
def test_a_number_keeps_its_sign_bit_clear(number: int, encoded: str) -> None:
    assert tls.integer(number).hex() == encoded


@pytest.mark.parametrize(
    ("length", "prefix"), [(5, "0405"), (127, "047f"), (128, "048180"), (300, "0482012c")]
)
def test_a_length_is_as_short_as_possible(length: int, prefix: str) -> None:
    assert tls.octets(b"x" * length).hex().startswith(prefix + "78")


def test_an_identifier_has_seven_bits_a_byte() -> None:
    assert tls.identifier("1.2.840.10045.3.1.7").hex() == "06082a8648ce3d030107"
