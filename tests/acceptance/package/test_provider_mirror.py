"""The real Terraform installs the providers from a mirror: as a folder, and over https."""

from __future__ import annotations

import os
import re
import shutil
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from https_folder import HttpsFolder, https_folder
from package_build import MAIN_TF, Installation

from constructs_lib import launchers

pytestmark = pytest.mark.terraform

LOCK_FILE = ".terraform.lock.hcl"


class Project:
    """A project whose providers come from a mirror alone, and the command line of its machine."""

    def __init__(self, machine: Installation, mirror: Path) -> None:
        self._machine = machine
        self.folder = machine.project
        self.mirror = mirror
        self.printed = machine.python_run(
            "-m", "constructs_lib", "install", "--mirror", str(mirror)
        )
        start = self.printed.index("terraform {\n")
        block = self.printed[start : self.printed.index("\n}\n", start) + 3]
        (self.folder / "main.tf").write_text(block + MAIN_TF)

    def configure(self, kind: str, url: str = "") -> None:
        """Write the block that was printed into the CLI configuration.

        :param kind: its name
        :param url: what comes in place of the address in it
        """
        found = re.search(rf"^  {kind} \{{\n.*?^  \}}\n", self.printed, re.MULTILINE | re.DOTALL)
        assert found is not None
        block = found[0].replace("https://HOST/PATH/", url)
        rc = self._machine.home / ".terraformrc"
        rc.write_text(f"provider_installation {{\n{block}}}\n")

    def terraform(self, *arguments: str, status: int = 0, trusted: Path | None = None) -> str:
        """What Terraform prints, without its line breaks and frames."""
        environ = {"SSL_CERT_FILE": str(trusted)} if trusted else {}
        done = self._machine.run("terraform", *arguments, status=status, environ=environ)
        return " ".join(re.sub(r"[│╷╵]|\x1b\[\d+m", "", done.stdout + done.stderr).split())

    def hashes(self) -> list[str]:
        """The checksums of all providers that are locked."""
        text = (self.folder / LOCK_FILE).read_text()
        return re.findall(r'"((?:h1|zh):[^"]+)"', text)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(Installation(tmp_path / "machine", Path(sys.executable)), tmp_path / "mirror")


@pytest.fixture
def served(project: Project, tmp_path: Path) -> Iterator[HttpsFolder]:
    with https_folder(project.mirror, tmp_path / "keys") as served:
        project.configure("network_mirror", served.url)
        yield served


def checksums() -> set[str]:
    return {
        launchers.checksum(launchers.file_name(name), launchers.content(name))
        for name in launchers.PROVIDERS
    }


def other_packages(mirror: Path) -> None:
    """Put packages with another launcher in place of those of one provider."""
    for path in mirror.rglob("*fivetranops*.zip"):
        with zipfile.ZipFile(path, "w") as package:
            package.writestr(launchers.file_name("fivetranops"), "#!/bin/sh\n")


def test_mirror_as_a_folder_is_installed_from(project: Project) -> None:
    project.configure("filesystem_mirror")

    project.terraform("init")

    assert set(project.hashes()) == checksums()
    (launcher,) = (project.folder / ".terraform").rglob(launchers.file_name("fivetranops"))
    assert launcher.read_bytes() == launchers.content("fivetranops")
    assert os.access(launcher, os.X_OK)


@pytest.mark.both_terraforms
def test_mirror_over_https_is_installed_from(project: Project, served: HttpsFolder) -> None:
    project.terraform("init", trusted=served.certificate)

    assert set(project.hashes()) == checksums()
    assert "2 to add" in project.terraform("plan")


def test_mirror_is_locked_for_all_platforms(project: Project, served: HttpsFolder) -> None:
    platforms = [f"-platform={platform}" for platform in launchers.PLATFORMS]

    printed = project.terraform(
        "providers", "lock", f"-net-mirror={served.url}", *platforms, trusted=served.certificate
    )

    assert "Success" in printed
    assert set(project.hashes()) == checksums()


def test_mirror_package_unlike_its_index_is_refused(project: Project, served: HttpsFolder) -> None:
    other_packages(project.mirror)

    printed = project.terraform("init", status=1, trusted=served.certificate)

    assert "fivetranops" in printed
    assert "checksum" in printed
    assert not (project.folder / LOCK_FILE).exists()


def test_mirror_package_unlike_the_lock_file_is_refused(project: Project) -> None:
    project.configure("filesystem_mirror")
    project.terraform("init")
    shutil.rmtree(project.folder / ".terraform")
    other_packages(project.mirror)

    printed = project.terraform("init", status=1)

    assert "doesn't match any of the checksums" in printed
