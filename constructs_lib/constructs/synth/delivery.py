"""The delivery of providers into a Terraform working directory, where ``init`` finds them.

These are planted under the working directory (the output directory of a stack):

* ``terraform.d/plugins/HOST/NAMESPACE/NAME/VERSION/OS_ARCH/terraform-provider-NAME_vVERSION``, a
  launcher (``launchers``) in the layout of Terraform's implied local mirror (Terraform
  documentation, "Provider Installation");
* ``terraform.d/connections-as-code/python``, the path of the Python that the launcher starts;
* entries in ``.terraform.lock.hcl``.

These files are all that a plain Terraform working directory needs, too. The checksum of a launcher
is known before Terraform computes it, and goes into the lock file at once: otherwise each first
``init`` warns of an incomplete lock file, and advises a command that fails.

The lock file is seeded so that no command asks a registry for our providers. Before ``init`` the
CDK's command line looks into ``.terraform.lock.hcl``. If one of the required providers is missing
there, or is there without constraints, it runs ``terraform providers lock`` for *all* of them. That
command only asks registries on the network, and fails for a provider that is delivered as files.

So each of our own providers gets a block, with the checksum of its package: without it ``init``
would warn that the file is incomplete, and with that of an older package ``init`` would refuse the
new one. The other providers of the stack get a block in a comment: the command line does not tell
comments from blocks, while Terraform does, and ``init`` chooses their versions and writes their
blocks as usual.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from constructs_lib import launchers
from constructs_lib.launchers import PLATFORMS, checksum, read_if_present, write_atomically
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
    path = directory / NAME
    ours = [
        LockedProvider(
            launchers.source(provider),
            __version__,
            checksum(launchers.file_name(provider), launchers.content(provider)),
        )
        for provider in providers
    ]
    others = _other_providers(directory, {locked.source for locked in ours})
    text = seed_lock_file(read_if_present(path).decode(), ours, others)
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


NAME = ".terraform.lock.hcl"
"""The name of the file."""

_HEADER = """\
# This file is maintained automatically by "terraform init".
# Manual edits may be lost in future updates.
"""
_COMMENT_START = "/* Not locked yet; this keeps the CDK from asking a registry on the network."
_COMMENT = re.compile(re.escape(_COMMENT_START) + r".*?^\*/\n?", re.M | re.S)


class LockedProvider(NamedTuple):
    """What the lock file says of one provider."""

    source: str
    """Full address of the provider."""
    version: str
    """Its exact version; it is the constraint, too."""
    checksum: str
    """The checksum of its package, see ``launchers.checksum``."""


def seed_lock_file(text: str, ours: Sequence[LockedProvider], others: Mapping[str, str]) -> str:
    """Return the text of a lock file with what is missing in it.

    :param text: the text so far; empty if there is no file
    :param ours: our own providers, as the configuration requires them
    :param others: the other required providers, each with its version constraint or ``""``
    """
    text = _COMMENT.sub("", text) or _HEADER
    for locked in ours:
        block = _block(text, locked.source)
        if not _locks(block, locked):
            text = _without(text, block) + "\n" + _our_entry(locked)
    open_ones = {other: limits for other, limits in others.items() if not _limits(text, other)}
    return text.rstrip("\n") + "\n" + _comment(open_ones)


def _without(text: str, block: str) -> str:
    return (text.replace(block, "") if block else text).rstrip("\n") + "\n"


def _block(text: str, source: str) -> str:
    found = re.search(rf'^provider "{re.escape(source)}" \{{.*?^\}}\n?', text, re.M | re.S)
    return found.group() if found else ""


def _locks(block: str, ours: LockedProvider) -> bool:
    exact = re.escape(ours.version)
    lines = (
        rf'^\s*version\s*=\s*"{exact}"$',
        rf'^\s*constraints\s*=\s*"{exact}"$',
        rf'^\s*"{re.escape(ours.checksum)}",$',
    )
    return all(re.search(line, block, re.M) for line in lines)


def _limits(text: str, source: str) -> bool:
    return re.search(r"^\s*constraints\s*=", _block(text, source), re.M) is not None


def _our_entry(ours: LockedProvider) -> str:
    return (
        f'provider "{ours.source}" {{\n'
        f'  version     = "{ours.version}"\n'
        f'  constraints = "{ours.version}"\n'
        f'  hashes = [\n    "{ours.checksum}",\n  ]\n}}\n'
    )


def _comment(others: Mapping[str, str]) -> str:
    if not others:
        return ""
    entries = (
        f'provider "{source}" {{\n  constraints = "{limits or ">= 0.0.0"}"\n}}\n'
        for source, limits in others.items()
    )
    return f"\n{_COMMENT_START}\n{''.join(entries)}*/\n"
