"""The launchers: the files by which Terraform starts the providers, and where they belong.

A launcher of a provider is the same in every project, on every platform and on every machine,
because a plugin cache shares it between projects, and the lock file of a project between machines.
Which Python it starts stands in a file of its own beside the launchers. If a launcher's content
ever changes, the version has to change with it.

The synth delivers launchers into the directory of a stack (``constructs.delivery``), and
``python -m constructs_lib.backend install`` into Terraform's plugin directory.
"""

from __future__ import annotations

from pathlib import Path

from constructs_lib.version import __version__

PROVIDERS = ("elasticops", "fivetranops")
"""The names of the providers."""

PLATFORMS = ("darwin_amd64", "darwin_arm64", "linux_amd64", "linux_arm64")
"""The platforms, all of them each time: Terraform may run elsewhere than what writes the files."""

NAMESPACE = Path("terraform.local", "connections-as-code")
"""Where the providers stand below a plugin directory: host and namespace of their addresses."""

RECORD = Path("connections-as-code", "python")
"""The file that names the Python, below a plugin directory (or below ``terraform.d``)."""

_LAUNCHER = Path(__file__).with_name("launcher.sh")
_NAME_IN_LAUNCHER = b"@PROVIDER@"


def source(provider: str) -> str:
    """The address of a provider, as it stands in ``required_providers``.

    :param provider: its name, one of ``PROVIDERS``
    """
    return f"{NAMESPACE.as_posix()}/{provider}"


def content(provider: str) -> bytes:
    """What is in the launcher of a provider."""
    return _LAUNCHER.read_bytes().replace(_NAME_IN_LAUNCHER, provider.encode())


def file_name(provider: str) -> str:
    """The name of the launcher of a provider, as Terraform looks for it."""
    return f"terraform-provider-{provider}_v{__version__}"


def path(provider: str, platform: str) -> Path:
    """Where a launcher stands below a plugin directory.

    It is the layout of a filesystem mirror (Terraform documentation, "Provider Installation").

    :param platform: such as ``linux_amd64``
    """
    return NAMESPACE / provider / __version__ / platform / file_name(provider)
