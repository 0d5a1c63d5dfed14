"""``install --mirror`` writes a mirror: packages and indexes, the same bytes each time."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest

from constructs_lib import launchers
from constructs_lib.__main__ import main
from constructs_lib.launchers import PLATFORMS, PROVIDERS, checksum
from constructs_lib.version import __version__


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("TF_CLI_CONFIG_FILE", "TERRAFORM_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    return tmp_path / "mirror"


def write(mirror: Path) -> int:
    return main(["install", "--mirror", str(mirror)])


def folder(mirror: Path, provider: str = "fivetranops") -> Path:
    return mirror / "terraform.local" / "connections-as-code" / provider


def archive(mirror: Path, platform: str = "linux_amd64") -> Path:
    name = f"terraform-provider-fivetranops_{__version__}_{platform}.zip"
    return folder(mirror) / name


def contents(mirror: Path) -> dict[str, bytes]:
    found = (path for path in mirror.rglob("*") if path.is_file())
    return {str(path.relative_to(mirror)): path.read_bytes() for path in found}


def document(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def test_mirror_has_each_provider_for_each_platform(mirror: Path) -> None:
    assert write(mirror) == 0

    expected = {
        f"terraform.local/connections-as-code/{provider}/{name}"
        for provider in PROVIDERS
        for name in (
            "index.json",
            f"{__version__}.json",
            *(f"terraform-provider-{provider}_{__version__}_{each}.zip" for each in PLATFORMS),
        )
    }
    assert set(contents(mirror)) == expected


def test_mirror_names_archives_with_their_hashes(mirror: Path) -> None:
    write(mirror)

    assert document(folder(mirror) / "index.json") == {"versions": {__version__: {}}}
    named = document(folder(mirror) / f"{__version__}.json")["archives"]
    assert set(named) == set(PLATFORMS)
    for platform, each in named.items():
        assert folder(mirror) / each["url"] == archive(mirror, platform)
        digest = hashlib.sha256(archive(mirror, platform).read_bytes()).hexdigest()
        content = launchers.content("fivetranops")
        file = f"terraform-provider-fivetranops_v{__version__}"
        assert each["hashes"] == [checksum(file, content), f"zh:{digest}"]


def test_mirror_package_is_the_launcher_as_a_program(mirror: Path) -> None:
    write(mirror)

    with zipfile.ZipFile(archive(mirror)) as packed:
        (entry,) = packed.infolist()
        assert packed.read(entry) == launchers.content("fivetranops")
    assert entry.filename == f"terraform-provider-fivetranops_v{__version__}"
    assert stat.S_IMODE(entry.external_attr >> 16) == 0o755


def test_mirror_written_twice_is_the_same_bytes(
    mirror: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(mirror)
    assert "Wrote elasticops" in capsys.readouterr().out
    before = os.umask(0o077)
    try:
        write(tmp_path / "else where")
    finally:
        os.umask(before)

    assert contents(tmp_path / "else where") == contents(mirror)
    capsys.readouterr()
    assert write(mirror) == 0
    assert "are already in the mirror" in capsys.readouterr().out


def test_mirror_keeps_versions_that_it_has(mirror: Path) -> None:
    folder(mirror).mkdir(parents=True)
    (folder(mirror) / "index.json").write_text('{"versions": {"0.0.9": {}}}')
    (folder(mirror) / "0.0.9.json").write_text("{}")

    write(mirror)

    index = document(folder(mirror) / "index.json")
    assert index == {"versions": {"0.0.9": {}, __version__: {}}}
    assert (folder(mirror) / "0.0.9.json").read_text() == "{}"


def test_mirror_never_overwrites_another_package(
    mirror: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive(mirror).parent.mkdir(parents=True)
    archive(mirror).write_bytes(b"other")
    before = contents(mirror)

    assert write(mirror) == 1

    printed = capsys.readouterr().err
    assert printed.startswith(f"install: {archive(mirror)}: this is another package")
    assert "Write into an empty folder" in printed
    assert contents(mirror) == before


@pytest.mark.parametrize("text", ["{", "[]", '{"versions": 1}', "{}", "[" * 100_000, "\udcff"])
def test_mirror_index_that_is_none_is_named(
    text: str, mirror: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index = folder(mirror) / "index.json"
    index.parent.mkdir(parents=True)
    index.write_text(text, errors="surrogateescape")
    before = contents(mirror)

    assert write(mirror) == 1

    assert capsys.readouterr().err.startswith(f"install: {index}: this is not an index of versions")
    assert contents(mirror) == before


def test_mirror_in_a_folder_that_cannot_be_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()

    assert write(tmp_path / "file" / "x") == 1

    printed = capsys.readouterr().err
    assert str(tmp_path / "file") in printed
    assert "another folder with --mirror" in printed


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["install", "--mirror", ""], "--mirror is empty"),
        (["install", "--mirror", "m", "--directory", "d"], "leave out --directory"),
        (["install", "--mirror", "m", "--python", "/bin/sh"], "records no Python"),
        (["install", "--mirror", "m", "--remove"], "delete its folder"),
        (["uninstall", "--mirror", "m"], "delete its folder"),
    ],
)
def test_mirror_with_options_that_do_not_fit(
    arguments: list[str],
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(SystemExit) as ended:
        main(arguments)

    assert ended.value.code == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "m").exists()


def test_mirror_that_cannot_be_completed_has_no_scraps(
    mirror: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder(mirror) / f"{__version__}.json").mkdir(parents=True)

    assert write(mirror) == 1

    assert f"{__version__}.json: Is a directory" in capsys.readouterr().err
    assert [path.name for path in mirror.rglob("new-*")] == []
