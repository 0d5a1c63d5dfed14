"""Which temporary directories a provider removes: those of providers that were killed."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from constructs_lib.backend.plugin.server import handshake
from constructs_lib.backend.plugin.server.handshake import ProviderSocket, is_directory_name

LONG_AGO = 1_000_000_000.0
DEAD = "tfp-0123456789ab"


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The one directory in which providers make theirs. The path of a socket must be short."""
    monkeypatch.setattr(
        "constructs_lib.backend.plugin.server.handshake.temporary_directories",
        lambda: [str(tmp_path)],
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def left(base: Path, name: str = DEAD, *files: str, mode: int = 0o700) -> Path:
    """A directory as a provider leaves it that is killed; its socket answers nobody."""
    directory = base / name
    directory.mkdir()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.bind(os.path.relpath(directory / "s"))
    for file in files:
        (directory / file).touch()
    directory.chmod(mode)
    os.utime(directory, (LONG_AGO, LONG_AGO))
    return directory


def remove(base: Path) -> None:
    handshake.remove_stale_directories(str(base / "own"))


@pytest.fixture
def living(base: Path) -> Iterator[ProviderSocket]:
    """A provider that lives."""
    endpoint = ProviderSocket()
    os.utime(endpoint.directory, (LONG_AGO, LONG_AGO))
    yield endpoint
    endpoint.close()


def test_the_directory_of_a_killed_provider_is_removed(base: Path) -> None:
    directory = left(base)
    other = left(base, "tfp-ffffffffffff", "key.pem")

    remove(base)

    assert not directory.exists()
    assert not other.exists()


def test_a_directory_without_a_socket_is_removed(base: Path) -> None:
    directory = left(base)
    (directory / "s").unlink()
    os.utime(directory, (LONG_AGO, LONG_AGO))

    remove(base)

    assert not directory.exists()


def test_the_directory_of_a_living_provider_is_kept(base: Path, living: ProviderSocket) -> None:
    assert Path(living.directory).parent == base

    remove(base)

    assert os.path.exists(living.path)


def test_its_lock_alone_tells_that_a_provider_lives(base: Path, living: ProviderSocket) -> None:
    """It is about to listen, so that its socket answers nobody yet."""
    living.listener.close()

    remove(base)

    assert os.path.exists(living.path)


def test_a_living_provider_of_an_earlier_version_is_kept(base: Path) -> None:
    """It holds no lock, but it listens."""
    directory = left(base)
    (directory / "s").unlink()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(os.path.relpath(directory / "s"))
        listener.listen()
        os.utime(directory, (LONG_AGO, LONG_AGO))

        remove(base)

        assert (directory / "s").exists()


def test_a_directory_that_was_just_made_is_kept(base: Path) -> None:
    directory = left(base)
    os.utime(directory)

    remove(base)

    assert (directory / "s").exists()


def test_a_directory_with_anything_else_in_it_is_kept(base: Path) -> None:
    directory = left(base, DEAD, "notes.txt")

    remove(base)

    assert (directory / "notes.txt").exists()


def test_a_directory_that_others_may_enter_is_kept(base: Path) -> None:
    directory = left(base, mode=0o755)

    remove(base)

    assert (directory / "s").exists()


def test_a_directory_of_somebody_else_is_kept(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = left(base)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)

    remove(base)

    assert (directory / "s").exists()


def test_a_link_is_not_followed(base: Path) -> None:
    target = left(base, "elsewhere")
    (base / DEAD).symlink_to(target)

    remove(base)

    assert (target / "s").exists()


def test_the_own_directory_is_kept(base: Path) -> None:
    directory = left(base)

    handshake.remove_stale_directories(str(directory))

    assert directory.exists()


def test_a_folder_that_cannot_be_read_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "constructs_lib.backend.plugin.server.handshake.temporary_directories",
        lambda: ["/nowhere/to/be/found"],
    )

    handshake.remove_stale_directories("own")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (DEAD, True),
        ("tfp-0123456789abc", False),
        ("tfp-0123456789a", False),
        ("tfp-0123456789aB", False),
        ("tmp-0123456789ab", False),
        ("tfp-", False),
    ],
)
def test_which_names_are_those_of_a_provider(name: str, *, expected: bool) -> None:
    assert is_directory_name(name) is expected


def test_the_name_of_a_new_directory_is_one_of_them(living: ProviderSocket) -> None:
    assert is_directory_name(os.path.basename(living.directory))
