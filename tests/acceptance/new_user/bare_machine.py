"""A machine on which somebody begins: without Terraform, Node and a terminal, with ASCII alone."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from toolkits import ROOT

_MISSING = re.compile(r"terraform|tofu|node|nodejs|npm|npx|corepack|cdktf|cdktn|python.*|pip.*")
"""The programs that such a machine does not have; its Python is put back."""
_KEPT = re.compile(r"PIP_.*|NPM_CONFIG_.*|SSL_.*|.*_PROXY|.*CERTS?(_.*)?|.*_CA_.*|TMPDIR", re.I)
"""The variables by which a machine reaches the registries of packages."""
_LONGEST = 1200
"""Seconds after which a command hangs: an installation takes minutes on a busy machine."""
_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class Output(NamedTuple):
    """What a command printed on both of its streams, without colours."""

    command: str
    status: int
    text: str


class BareMachine:
    """A home folder of its own, and a PATH on which much is missing.

    :param folder: an empty folder, outside of the repository
    """

    def __init__(self, folder: Path) -> None:
        self.outputs: list[Output] = []
        self._programs, home = folder / "programs", folder / "home"
        self._programs.mkdir()
        home.mkdir()
        for program in _programs():
            link = self._programs / program.name
            if not (_MISSING.fullmatch(program.name) or link.is_symlink()):
                link.symlink_to(program)
        (self._programs / "python3").symlink_to(_python())
        self.environ = {
            **{name: text for name, text in os.environ.items() if _KEPT.fullmatch(name)},
            **_of_package_managers(),
            "HOME": str(home),
            "PATH": str(self._programs),
            "LANG": "C",
            "LC_ALL": "C",
            "PYTHONDONTWRITEBYTECODE": "1",
            "TF_CLI_CONFIG_FILE": str(home / "no-such-file"),
        }

    def shell(self, folder: Path) -> Shell:
        """Return a shell in a folder."""
        return Shell(self, folder)


class Shell:
    """A shell in which a person types one command after the other: what one exports, the next has.

    :param machine: where it runs
    :param folder: where it was opened
    """

    def __init__(self, machine: BareMachine, folder: Path) -> None:
        self._machine, self._folder = machine, folder
        self._environ = dict(machine.environ)

    def run(self, command: str, *, succeeds: bool = True) -> str:
        """Run a command, or several lines of them; return what they print.

        :param succeeds: whether the last of them has to
        """
        after = self._folder.with_name(f"{self._folder.name}.environ")
        after.unlink(missing_ok=True)
        script = f"set -e\n{command}\nenv -0 > {shlex.quote(str(after))}"
        status, printed = _run(["/bin/sh", "-c", script], self._folder, self._environ)
        text = _COLOURS.sub("", printed.decode("utf-8"))
        self._machine.outputs.append(Output(command, status, text))
        assert (status == 0) is succeeds, f"$ {command}\n{text}"
        if succeeds:
            self._environ = _environment(after.read_text())
        return text


def _run(command: list[str], folder: Path, environ: Mapping[str, str]) -> tuple[int, bytes]:
    """Run a command in a session of its own, which has no terminal; end all of it if it hangs."""
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as process:
        try:
            printed, _ = process.communicate(timeout=_LONGEST)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            printed, _ = process.communicate()
    return process.returncode, printed


def copy_of_the_checkout(folder: Path) -> Path:
    """Copy what git knows of this checkout, and new files, as they are now."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    for name in listed.stdout.split("\0"):
        if name and (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


def _environment(text: str) -> dict[str, str]:
    pairs = (entry.partition("=") for entry in text.split("\0") if entry)
    return {name: value for name, _, value in pairs}


def _programs() -> Iterator[Path]:
    """All programs of the PATH of this process but for those of this checkout."""
    for name in os.environ["PATH"].split(os.pathsep):
        folder = Path(name or ".").resolve()
        if folder.is_dir() and not folder.is_relative_to(ROOT):
            yield from (path for path in sorted(folder.iterdir()) if os.access(path, os.X_OK))


def _python() -> str:
    """The Python that this environment was made from."""
    return str(Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}")


def _of_package_managers() -> Mapping[str, str]:
    """What pip and npm take from the home folder otherwise: their caches and configuration."""
    home = Path.home()
    command = [sys.executable, "-m", "pip", "cache", "dir"]
    cache = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    places = {
        "PIP_CONFIG_FILE": home / ".config" / "pip" / "pip.conf",
        "npm_config_userconfig": home / ".npmrc",
        "npm_config_cache": home / ".npm",
    }
    found = {name: str(path) for name, path in places.items() if path.exists()}
    return {**found, **({"PIP_CACHE_DIR": cache} if cache else {}), **_given(places)}


def _given(names: Mapping[str, Path]) -> dict[str, str]:
    return {name: os.environ[name] for name in names if name in os.environ}
