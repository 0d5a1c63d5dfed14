"""The bill of materials: what is installed with the wheel, with versions and licences."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import bill_of_materials
import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from toolkits import CDKTF

OURS = "pkg:pypi/connections-as-code@"


@pytest.fixture(scope="session")
def text(distributions: dict[str, Path]) -> str:
    return distributions[".json"].read_text(encoding="utf-8")


@pytest.fixture
def bill(text: str) -> Any:
    return json.loads(text)


def test_bill_is_valid_by_the_schema_of_cyclonedx(text: str) -> None:
    validator = JsonStrictValidator(SchemaVersion.V1_6)

    assert validator.validate_str(text) is None
    assert validator.validate_str(text.replace('"scope"', '"reach"')) is not None


def test_bill_has_the_hash_of_the_wheel(bill: Any, wheel: Path) -> None:
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()

    assert bill["metadata"]["component"]["hashes"] == [{"alg": "SHA-256", "content": digest}]
    assert bill["metadata"]["timestamp"].startswith("2026-01-01T00:00:00")


def test_bill_gives_each_version_and_licence(bill: Any) -> None:
    for each in bill["components"]:
        assert each["purl"] == f"pkg:pypi/{each['name']}@{each['version']}"
        (licence,) = each["licenses"]
        assert licence.get("expression") or licence["license"]["id"], each


def test_bill_says_what_needs_what(bill: Any) -> None:
    needs = {each["ref"]: each.get("dependsOn", []) for each in bill["dependencies"]}
    (ours,) = [ref for ref in needs if ref.startswith(OURS)]

    direct = {ref.partition("@")[0].rpartition("/")[2] for ref in needs[ours]}

    assert {"cryptography", "requests", "cdktf", "cdktn"} <= direct
    assert "cffi" not in direct
    assert {ref for refs in needs.values() for ref in refs} <= set(needs)


def test_bill_of_packages_that_are_missing(
    wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = CDKTF._replace(venv=tmp_path)
    monkeypatch.setattr(bill_of_materials, "TOOLKITS", (empty,))

    with pytest.raises(bill_of_materials.NotInstalled, match=r"has no cryptography.*setup-dev"):
        bill_of_materials.bill(wheel)
