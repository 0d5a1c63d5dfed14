"""Delivers the provider: plants it in a Terraform working directory, so that ``init`` finds it.

Planted are, under the working directory (the output directory of a stack):

* ``terraform.d/plugins/HOST/NAMESPACE/NAME/VERSION/OS_ARCH/terraform-provider-NAME_vVERSION``, a
  launcher in the layout of Terraform's implied local mirror (Terraform documentation, "Provider
  installation");
* ``terraform.d/connections-as-code/python``, the path of the Python that the launcher starts;
* entries in ``.terraform.lock.hcl``, see ``lock_file``.

These files are all that a plain Terraform working directory needs, too. The launcher is the same
in every project, on every platform and on every machine, because a plugin cache shares it between
projects. So its checksum is known before Terraform computes it, and goes into the lock file at
once: otherwise each first ``init`` warns of an incomplete lock file, and advises a command that
fails. If the launcher's content ever changes, the version has to change with it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from constructs_lib.constructs import lock_file
from constructs_lib.version import __version__

PROVIDER_NAME = "fivetranops"
"""The name of the provider, and the first part of the names of its resource types."""

PROVIDER_SOURCE = f"terraform.local/connections-as-code/{PROVIDER_NAME}"
"""The address of the provider, as it stands in ``required_providers``."""

PLATFORMS = ("darwin_amd64", "darwin_arm64", "linux_amd64", "linux_arm64")
"""The platforms that are planted, all of them each time: Terraform may run elsewhere than synth."""

_LAUNCHER = Path(__file__).with_name("launcher.sh")
_LAUNCHER_NAME = f"terraform-provider-{PROVIDER_NAME}_v{__version__}"
_PYTHON_FILE = Path("terraform.d", "connections-as-code", "python")
_DEFAULT_NAMESPACE = ("registry.terraform.io", "hashicorp")


def plant(directory: Path, *, python: str | None = None) -> None:
    """Plant the provider in a Terraform working directory. Doing it again changes nothing.

    :param directory: the working directory; it must exist
    :param python: path of the Python that runs the provider; the one that runs this by default
    :raises OSError: if a file cannot be written
    """
    content = _LAUNCHER.read_bytes()
    for platform in PLATFORMS:
        _write(directory, launcher_path(directory, platform), content, mode=0o755)
    recorded = (python or sys.executable).encode() + b"\n"
    _write(directory, directory / _PYTHON_FILE, recorded, mode=0o644)
    _seed_lock(directory, content)


def launcher_path(directory: Path, platform: str) -> Path:
    """Where the launcher stands in a working directory, for a platform such as ``linux_amd64``."""
    folder = directory / "terraform.d" / "plugins" / PROVIDER_SOURCE / __version__ / platform
    return folder / _LAUNCHER_NAME


def _seed_lock(directory: Path, launcher: bytes) -> None:
    path = directory / lock_file.NAME
    checksum = lock_file.checksum(_LAUNCHER_NAME, launcher)
    ours = lock_file.Locked(PROVIDER_SOURCE, __version__, checksum)
    text = lock_file.seeded(_read(path).decode(), ours, _other_providers(directory))
    _write(directory, path, text.encode(), mode=0o644)


def _other_providers(directory: Path) -> dict[str, str]:
    """The other providers that the synthesised stack requires: full address and constraint."""
    document = json.loads(_read(directory / "cdk.tf.json") or b"{}")
    required: Mapping[str, Mapping[str, str]]
    required = document.get("terraform", {}).get("required_providers", {})
    found = {
        _address(entry.get("source", name)): entry.get("version", "")
        for name, entry in required.items()
    }
    return {source: limits for source, limits in found.items() if source != PROVIDER_SOURCE}


def _address(source: str) -> str:
    """The full address of a provider: ``aws`` is ``registry.terraform.io/hashicorp/aws``."""
    missing = max(0, 2 - source.count("/"))
    return "/".join((*_DEFAULT_NAMESPACE[:missing], source))


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def _write(directory: Path, path: Path, content: bytes, *, mode: int) -> None:
    if _read(path) != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Terraform may be starting this very file: it is replaced in one step. Until then it
        # stands elsewhere, because Terraform's checksum covers the whole folder of a provider.
        new = directory / "terraform.d" / f"new-{os.getpid()}"
        new.write_bytes(content)
        new.chmod(mode)
        new.replace(path)
    path.chmod(mode)
