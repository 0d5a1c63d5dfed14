"""The page of the sandbox tells how the configuration steers the setup tests."""

from __future__ import annotations

import re

import pytest
from pages.catalogue import DOCS

from constructs_lib.sandbox.fivetran import syncs

ENDINGS = [*syncs._HOSTS, syncs._OLD]
PAGE = (DOCS / "sandbox.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_page_tells_of_the_ending_of_a_host(ending: str) -> None:
    assert f"| `…{ending}` |" in PAGE


def test_the_page_tells_of_no_other_ending() -> None:
    assert set(re.findall(r"\| `…(\.[\w.]+)` \|", PAGE)) == set(ENDINGS)


@pytest.mark.parametrize("host", syncs._HOSTS.values())
def test_the_page_names_what_trusts_a_host(host: syncs._Host) -> None:
    assert host.kind is None or f"`{host.kind.trusted_by}`" in PAGE
