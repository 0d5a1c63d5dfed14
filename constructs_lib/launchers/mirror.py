"""A mirror of the providers: a folder from which Terraform installs them, itself or over https.

The layout is that of ``terraform providers mirror``, which serves both ways (Terraform
documentation, "Provider Installation", packed layout of a filesystem mirror, and "Provider Network
Mirror Protocol"). Each provider has a folder ``HOST/NAMESPACE/NAME`` with

* ``terraform-provider-NAME_VERSION_OS_ARCH.zip``, a package for each platform,
* ``VERSION.json``, which names the packages of a version and their checksums,
* ``index.json``, which names the versions.

A package holds the launcher and nothing else. Terraform unpacks it into the working directory, so a
mirror cannot say which Python runs the provider: the launcher looks for one on the machine that
runs Terraform. The same version always gives the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from constructs_lib import launchers
from constructs_lib.launchers import checksum, read_if_present, write_atomically
from constructs_lib.version import __version__

_DATE = (1980, 1, 1, 0, 0, 0)
"""The time of the file in a package: the earliest that a zip archive can hold."""
_UNIX = 3
_PROGRAM = 0o100755
"""The mode of the file in a package: a regular file that everybody may run."""


class MirrorError(Exception):
    """A file of the mirror is in the way. The message names it, and says what to do."""


def write_mirror(directory: Path) -> bool:
    """Write this version of all providers into a mirror. The versions that it has already stay.

    :param directory: the mirror; made if it does not exist
    :returns: whether anything was written; False if this version was complete already
    :raises MirrorError: if an index is no index, or a package of this version has other content.
        Nothing has been written then
    :raises OSError: if a file cannot be read or written
    """
    files = [
        each for provider in launchers.PROVIDERS for each in _files(_folder(directory, provider))
    ]
    written = [
        write_atomically(path, content, mode=0o644, scratch=path.parent) for path, content in files
    ]
    return any(written)


def package(provider: str) -> bytes:
    """Return the package of a provider: a zip archive with its launcher.

    It is not compressed, because compressors of different versions write different bytes.

    :param provider: its name, one of ``launchers.PROVIDERS``
    """
    entry = ZipInfo(launchers.file_name(provider), _DATE)
    entry.create_system, entry.external_attr = _UNIX, _PROGRAM << 16
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_STORED) as archive:
        archive.writestr(entry, launchers.content(provider))
    return packed.getvalue()


def _folder(directory: Path, provider: str) -> Path:
    return directory / launchers.NAMESPACE / provider


def _files(folder: Path) -> Iterator[tuple[Path, bytes]]:
    """Yield the files of a provider in the order of writing: an index names what there is."""
    provider = folder.name
    content = package(provider)
    names = {p: f"terraform-provider-{provider}_{__version__}_{p}.zip" for p in launchers.PLATFORMS}
    for name in names.values():
        _require_same(folder / name, content)
        yield folder / name, content
    hashes = [
        checksum(launchers.file_name(provider), launchers.content(provider)),
        f"zh:{sha256(content).hexdigest()}",
    ]
    archives = {platform: {"url": name, "hashes": hashes} for platform, name in names.items()}
    yield folder / f"{__version__}.json", _json({"archives": archives})
    yield folder / "index.json", _json(_index(folder / "index.json"))


def _require_same(path: Path, content: bytes) -> None:
    if path.exists() and read_if_present(path) != content:
        raise MirrorError(
            f"{path}: this is another package of version {__version__}. Lock files may hold its "
            "checksum, so it is not overwritten. Write into an empty folder, or delete this file "
            "if no project uses it."
        )


def _index(path: Path) -> dict[str, Any]:
    """Return the index with this version in it.

    :raises MirrorError: if the file is no index
    """
    try:
        index = json.loads(read_if_present(path) or b'{"versions": {}}')
        index["versions"][__version__] = {}
    except (ValueError, TypeError, KeyError, RecursionError):
        raise MirrorError(
            f"{path}: this is not an index of versions, such as "
            f'{{"versions": {{"{__version__}": {{}}}}}}. Write into an empty folder, or '
            "repair the file."
        ) from None
    return dict(index)


def _json(value: dict[str, Any]) -> bytes:
    return (json.dumps(value, indent=2) + "\n").encode()
