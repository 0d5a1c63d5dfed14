from __future__ import annotations

import pytest

from constructs_lib.backend.plugin.server import certificate


@pytest.mark.parametrize(
    ("number", "encoded"),
    [(0, "020100"), (127, "02017f"), (128, "02020080"), (256, "02020100")],
)
def test_a_number_keeps_its_sign_bit_clear(number: int, encoded: str) -> None:
    assert certificate.integer(number).hex() == encoded


@pytest.mark.parametrize(
    ("length", "prefix"), [(5, "0405"), (127, "047f"), (128, "048180"), (300, "0482012c")]
)
def test_a_length_is_as_short_as_possible(length: int, prefix: str) -> None:
    assert certificate.octets(b"x" * length).hex().startswith(prefix + "78")


def test_an_identifier_has_seven_bits_a_byte() -> None:
    assert certificate.identifier("1.2.840.10045.3.1.7").hex() == "06082a8648ce3d030107"
