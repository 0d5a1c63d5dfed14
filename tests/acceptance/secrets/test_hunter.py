"""The hunt itself: what is there is found, in every form."""

from __future__ import annotations

import base64
import zipfile
from pathlib import Path

import pytest
from canaries import API_SECRET, FIRST, SECOND, hunted
from hunter import FORMS, Hunter, files, forms

HUNTER = Hunter()


@pytest.mark.parametrize("form", FORMS)
def test_each_form_of_each_secret_is_found(form: str) -> None:
    for name, secret in hunted():
        for text in forms(secret, form):
            assert any(one.startswith(name) for one in HUNTER.found(b"before " + text + b" after"))


@pytest.mark.parametrize("form", [name for name in FORMS if name != "binary number"])
def test_no_form_is_empty(form: str) -> None:
    assert all(forms(secret, form) for _, secret in hunted() if len(secret.encode()) > 5)


@pytest.mark.parametrize("before", ["", "a", "ab", "abc"])
def test_a_login_is_found_wherever_it_begins(before: str) -> None:
    header = base64.b64encode(f"{before}{API_SECRET}:more".encode())

    assert any(one.startswith("api_secret") for one in HUNTER.found(header))


def test_a_secret_that_a_message_breaks_into_lines_is_found() -> None:
    first, second = FIRST.quoted.split(" & ")

    assert HUNTER.found(f"│ said: {first}\n│ & {second}\n╵".encode())


def test_one_line_of_a_key_is_found() -> None:
    assert HUNTER.found(SECOND.pem.splitlines()[2].encode())


def test_what_holds_no_secret_is_no_find() -> None:
    innocent = b"canary password quoted short number -----BEGIN PRIVATE KEY----- 40917 api-key"

    assert HUNTER.found(innocent) == set()


def test_archives_are_unpacked_and_links_are_not_followed(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "plan", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("tfplan", FIRST.password * 20)
    (tmp_path / "link").symlink_to(tmp_path)

    assert set(HUNTER.hunt(files(tmp_path))) == {"plan!tfplan"}
