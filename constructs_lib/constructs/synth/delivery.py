"""The delivery of providers into a Terraform working directory, where ``init`` finds them.

These are planted under the working directory (the output directory of a stack):

* ``terraform.d/plugins/HOST/NAMESPACE/NAME/VERSION/OS_ARCH/terraform-provider-NAME_vVERSION``, a
  launcher (``launchers``) in the layout of Terraform's implied local mirror (Terraform
  documentation, "Provider Installation");
* ``terraform.d/connections-as-code/python``, the path of the Python that the launcher starts;
* entries in ``.terraform.lock.hcl``, see ``lock_file``.

These files are all that a plain Terraform working directory needs, too. The checksum of a launcher
is known before Terraform computes it, and goes into the lock file at once: otherwise each first
``init`` warns of an incomplete lock file, and advises a command that fails.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from constructs_lib import launchers
from constructs_lib.constructs.synth import lock_file
from constructs_lib.launchers import PLATFORMS, read_if_present, write_atomically
from constructs_lib.version import __version__

_FOLDER = "terraform.d"
_DEFAULT_NAMESPACE = ("registry.terraform.io", "hashicorp")


def plant(directory: Path, *, providers: Sequence[str], python: str | None = None) -> None:
    """Plant providers in a Terraform working directory. Doing it again changes nothing.

    :param directory: the working directory; it must exist
    :param providers: the names of the providers that its configuration requires, of
        ``fivetranops`` and ``elasticops``
    :param python: path of the Python that runs the providers; the one that runs this by default
    :raises OSError: if a file cannot be written
    """
    for provider in providers:
        content = launchers.content(provider)
        for platform in PLATFORMS:
            _write(directory, launcher_path(directory, platform, provider), content, mode=0o755)
    recorded = (python or sys.executable).encode() + b"\n"
    _write(directory, directory / _FOLDER / launchers.RECORD, recorded, mode=0o644)
    _seed_lock(directory, providers)


def launcher_path(directory: Path, platform: str, provider: str) -> Path:
    """Return the path of a launcher in a working directory.

    :param platform: such as ``linux_amd64``
    :param provider: the name of the provider
    """
    return directory / _FOLDER / "plugins" / launchers.path(provider, platform)


def _seed_lock(directory: Path, providers: Sequence[str]) -> None:
    path = directory / lock_file.NAME
    ours = [
        lock_file.LockedProvider(
            launchers.source(provider),
            __version__,
            lock_file.checksum(launchers.file_name(provider), launchers.content(provider)),
        )
        for provider in providers
    ]
    others = _other_providers(directory, {locked.source for locked in ours})
    text = lock_file.seed_lock_file(read_if_present(path).decode(), ours, others)
    _write(directory, path, text.encode(), mode=0o644)


def _other_providers(directory: Path, ours: Collection[str]) -> dict[str, str]:
    """Return the other providers of the synthesised stack: full address and constraint."""
    document = json.loads(read_if_present(directory / "cdk.tf.json") or b"{}")
    required: Mapping[str, Mapping[str, str]]
    required = document.get("terraform", {}).get("required_providers", {})
    found = {
        _address(entry.get("source", name)): entry.get("version", "")
        for name, entry in required.items()
    }
    return {address: limits for address, limits in found.items() if address not in ours}


def _address(written: str) -> str:
    """Return the full address of a provider: ``aws`` is ``registry.terraform.io/hashicorp/aws``."""
    missing = max(0, 2 - written.count("/"))
    return "/".join((*_DEFAULT_NAMESPACE[:missing], written))


def _write(directory: Path, path: Path, content: bytes, *, mode: int) -> None:
    write_atomically(path, content, mode=mode, scratch=directory / _FOLDER)
