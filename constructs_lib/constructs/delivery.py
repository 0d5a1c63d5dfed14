"""Delivers providers: plants them in a Terraform working directory, so that ``init`` finds them.

Planted are, under the working directory (the output directory of a stack):

* ``terraform.d/plugins/HOST/NAMESPACE/NAME/VERSION/OS_ARCH/terraform-provider-NAME_vVERSION``, a
  launcher in the layout of Terraform's implied local mirror (Terraform documentation, "Provider
  installation");
* ``terraform.d/connections-as-code/python``, the path of the Python that the launcher starts;
* entries in ``.terraform.lock.hcl``, see ``lock_file``.

These files are all that a plain Terraform working directory needs, too. A launcher of a provider is
the same in every project, on every platform and on every machine, because a plugin cache shares it
between projects. So its checksum is known before Terraform computes it, and goes into the lock file
at once: otherwise each first ``init`` warns of an incomplete lock file, and advises a command that
fails. If the launcher's content ever changes, the version has to change with it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from constructs_lib.constructs import lock_file
from constructs_lib.constructs.provider_kind import FIVETRAN
from constructs_lib.version import __version__

PLATFORMS = ("darwin_amd64", "darwin_arm64", "linux_amd64", "linux_arm64")
"""The platforms that are planted, all of them each time: Terraform may run elsewhere than synth."""

_LAUNCHER = Path(__file__).with_name("launcher.sh")
_NAME_IN_LAUNCHER = b"@PROVIDER@"
_PYTHON_FILE = Path("terraform.d", "connections-as-code", "python")
_DEFAULT_NAMESPACE = ("registry.terraform.io", "hashicorp")


def source(provider: str) -> str:
    """The address of a provider, as it stands in ``required_providers``.

    :param provider: its name, such as ``fivetranops``
    """
    return f"terraform.local/connections-as-code/{provider}"


def plant(
    directory: Path, *, providers: Sequence[str] = (FIVETRAN.name,), python: str | None = None
) -> None:
    """Plant providers in a Terraform working directory. Doing it again changes nothing.

    :param directory: the working directory; it must exist
    :param providers: the names of the providers that its configuration requires, of
        ``fivetranops`` and ``elasticops``
    :param python: path of the Python that runs the providers; the one that runs this by default
    :raises OSError: if a file cannot be written
    """
    for provider in providers:
        content = _launcher(provider)
        for platform in PLATFORMS:
            _write(directory, launcher_path(directory, platform, provider), content, mode=0o755)
    recorded = (python or sys.executable).encode() + b"\n"
    _write(directory, directory / _PYTHON_FILE, recorded, mode=0o644)
    _seed_lock(directory, providers)


def launcher_path(directory: Path, platform: str, provider: str = FIVETRAN.name) -> Path:
    """Where a launcher stands in a working directory, for a platform such as ``linux_amd64``."""
    folder = directory / "terraform.d" / "plugins" / source(provider) / __version__ / platform
    return folder / _launcher_name(provider)


def _launcher(provider: str) -> bytes:
    return _LAUNCHER.read_bytes().replace(_NAME_IN_LAUNCHER, provider.encode())


def _launcher_name(provider: str) -> str:
    return f"terraform-provider-{provider}_v{__version__}"


def _seed_lock(directory: Path, providers: Sequence[str]) -> None:
    path = directory / lock_file.NAME
    ours = [
        lock_file.Locked(
            source(provider),
            __version__,
            lock_file.checksum(_launcher_name(provider), _launcher(provider)),
        )
        for provider in providers
    ]
    others = _other_providers(directory, {locked.source for locked in ours})
    text = lock_file.seeded(_read(path).decode(), ours, others)
    _write(directory, path, text.encode(), mode=0o644)


def _other_providers(directory: Path, ours: Collection[str]) -> dict[str, str]:
    """The other providers that the synthesised stack requires: full address and constraint."""
    document = json.loads(_read(directory / "cdk.tf.json") or b"{}")
    required: Mapping[str, Mapping[str, str]]
    required = document.get("terraform", {}).get("required_providers", {})
    found = {
        _address(entry.get("source", name)): entry.get("version", "")
        for name, entry in required.items()
    }
    return {address: limits for address, limits in found.items() if address not in ours}


def _address(written: str) -> str:
    """The full address of a provider: ``aws`` is ``registry.terraform.io/hashicorp/aws``."""
    missing = max(0, 2 - written.count("/"))
    return "/".join((*_DEFAULT_NAMESPACE[:missing], written))


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
