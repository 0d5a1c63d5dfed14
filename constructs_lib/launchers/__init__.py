"""The launchers: the files by which Terraform starts the providers, and where they belong.

The launcher of a provider is the same in every project, on every platform and on every machine,
because projects share it in a plugin cache, and machines share a project's lock file. A separate
file next to the launchers says which Python to start. If a launcher's content ever changes, the
version has to change with it.

Synth delivers launchers into the directory of a stack (``constructs.synth.delivery``),
``connections install`` into Terraform's plugin directory, or packed into a mirror (``mirror``).
Terraform may be reading or starting these files at any time, so they are written atomically.
"""

from __future__ import annotations

import os
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

from constructs_lib.version import __version__

PROVIDERS = ("elasticops", "fivetranops")
"""The names of the providers."""

PLATFORMS = ("darwin_amd64", "darwin_arm64", "linux_amd64", "linux_arm64")
"""The platforms, all of them each time: Terraform may run elsewhere than what writes the files."""

NAMESPACE = Path("terraform.local", "connections-as-code")
"""Where the providers are below a plugin directory: host and namespace of their addresses."""

RECORD = Path("connections-as-code", "python")
"""The file that names the Python, below a plugin directory (or below ``terraform.d``)."""

_LAUNCHER = Path(__file__).with_name("launcher.sh")
_NAME_IN_LAUNCHER = b"@PROVIDER@"


def source(provider: str) -> str:
    """Return the address of a provider, as ``required_providers`` names it.

    :param provider: its name, one of ``PROVIDERS``
    """
    return f"{NAMESPACE.as_posix()}/{provider}"


def content(provider: str) -> bytes:
    """Return the content of a provider's launcher."""
    return _LAUNCHER.read_bytes().replace(_NAME_IN_LAUNCHER, provider.encode())


def file_name(provider: str) -> str:
    """Return the name of a provider's launcher, as Terraform looks for it."""
    return f"terraform-provider-{provider}_v{__version__}"


def path(provider: str, platform: str) -> Path:
    """Return the path of a launcher below a plugin directory.

    It is the layout of a filesystem mirror (Terraform documentation, "Provider Installation").

    :param platform: such as ``linux_amd64``
    """
    return NAMESPACE / provider / __version__ / platform / file_name(provider)


def checksum(name: str, content: bytes) -> str:
    """Return the checksum ``h1:...`` of a provider's package that consists of one file.

    It is that of Go's ``dirhash.Hash1`` (Terraform documentation, "Dependency Lock File"): a digest
    of the digests and names of the files.

    :param name: name of the file
    :param content: what is in it
    """
    listing = f"{sha256(content).hexdigest()}  {name}\n"
    return "h1:" + b64encode(sha256(listing.encode()).digest()).decode()


def read_if_present(file: Path) -> bytes:
    """Return the content of a file; nothing if there is none."""
    return file.read_bytes() if file.is_file() else b""


def write_atomically(target: Path, data: bytes, *, mode: int, scratch: Path) -> bool:
    """Write a file in one step, unless it has this content already.

    :param mode: its permissions
    :param scratch: a folder of the same file system, in which the file is written first.
        Terraform's checksum covers the whole folder of a provider, so it must be another one
    :returns: whether it was written
    :raises OSError: if it cannot be written; it names the target, and no other file is left
    """
    changes = not target.is_file() or read_if_present(target) != data
    if changes:
        target.parent.mkdir(parents=True, exist_ok=True)
        scratch.mkdir(parents=True, exist_ok=True)
        new = scratch / f"new-{os.getpid()}"
        try:
            new.write_bytes(data)
            new.chmod(mode)
            new.replace(target)
        except OSError as error:
            new.unlink(missing_ok=True)
            raise OSError(error.errno, error.strerror, str(target)) from None
    target.chmod(mode)
    return changes
