"""What is in the package, and that the same source always gives the same bytes."""

from __future__ import annotations

import os
import re
import zipfile
from email import message_from_bytes
from email.message import Message
from hashlib import sha256
from pathlib import Path

import pytest
from package_build import build, checkout
from toolkits import ROOT

from constructs_lib.version import __version__


def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def contents(folder: Path) -> dict[str, str]:
    """The digests of all files below a folder."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(p.relative_to(folder)): sha256(p.read_bytes()).hexdigest() for p in found}


@pytest.fixture
def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith("/METADATA")]
        return message_from_bytes(archive.read(name))


def test_the_package_is_the_library_and_nothing_else(wheel: Path) -> None:
    library = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "constructs_lib").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert {name for name in names(wheel) if ".dist-info/" not in name} == library


@pytest.mark.parametrize(
    "name",
    [
        "constructs_lib/py.typed",
        "constructs_lib/backend/fivetran/schemas.bin",
        "constructs_lib/schemas/catalogue/services.json",
        "constructs_lib/schemas/fivetranops_connection.schema.json",
        "connections_as_code-{version}.dist-info/licenses/LICENSE",
    ],
)
def test_what_is_no_python_is_in_it_too(name: str, wheel: Path) -> None:
    assert name.format(version=__version__) in names(wheel)


def test_the_launcher_is_in_it(wheel: Path) -> None:
    assert any(name.endswith("/launcher.sh") for name in names(wheel))


def test_the_version_stands_in_one_place(metadata: Message) -> None:
    assert metadata["Version"] == __version__


def test_the_base_asks_for_no_cdk(metadata: Message) -> None:
    required = metadata.get_all("Requires-Dist") or []
    base = {re.split("[<>=]", line)[0] for line in required if "extra ==" not in line}

    assert base == {"cryptography", "hpack", "msgpack", "requests", "urllib3"}
    assert metadata.get_all("Provides-Extra") == ["cdktf", "cdktn", "cli"]


def test_two_builds_of_the_same_source_are_the_same_bytes(
    distributions: dict[str, Path], tmp_path: Path
) -> None:
    # Another place, another order of files, other times, other permissions.
    before = os.umask(0o077)
    try:
        again = build(checkout(tmp_path / "else where"), tmp_path / "dist", PYTHONHASHSEED="7")
    finally:
        os.umask(before)

    assert set(again) == {".whl", ".gz", ".json", ""}
    assert contents(again[""].parent) == contents(distributions[""].parent)


def test_the_time_in_the_files_is_that_of_the_commit(tmp_path: Path) -> None:
    source = checkout(tmp_path / "source")

    build(source, tmp_path / "dist", SOURCE_DATE_EPOCH="1609459200")

    (wheel,) = (tmp_path / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        assert {entry.date_time[:3] for entry in archive.infolist()} == {(2021, 1, 1)}
