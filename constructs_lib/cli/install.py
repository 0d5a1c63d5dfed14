"""``python -m constructs_lib.backend install``: the providers for plain Terraform.

It puts the launchers into Terraform's plugin directory for users (Terraform documentation,
"Provider Installation", implied local mirror directories), or into a given folder, and
``uninstall`` removes them.

Exit status: 0 done, 1 not possible (the message says why), 2 wrong usage.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from constructs_lib import launchers
from constructs_lib.cli import terraform_cli_configuration
from constructs_lib.launchers import read_if_present, write_atomically
from constructs_lib.version import __version__

_SCRATCH = launchers.RECORD.parent


def main(arguments: Sequence[str]) -> int:
    """Run ``install`` or ``uninstall``; return the exit status.

    :param arguments: the command and its options
    """
    options = _parser(arguments[0]).parse_args(arguments[1:])
    home = Path.home()
    usual = home / terraform_cli_configuration.PLUGINS
    directory = Path(options.directory or usual).expanduser().absolute()
    try:
        if arguments[0] == "uninstall" or options.remove:
            _write(_removed(directory))
            return 0
        _write(_installed(directory, options.python or sys.executable))
    except OSError as error:
        place_of_it = error.filename or directory
        sys.stderr.write(
            f"{arguments[0]}: {place_of_it}: {error.strerror or error}. "
            "Fix that and try again, or name another folder with --directory.\n"
        )
        return 1
    _write(_next_steps(directory, is_usual=directory == usual.absolute(), home=home))
    return 0


def _installed(directory: Path, python: str) -> str:
    """Install, and print what was done."""
    written = [
        write_atomically(
            directory / launchers.path(provider, platform),
            launchers.content(provider),
            mode=0o755,
            scratch=directory / _SCRATCH,
        )
        for provider in launchers.PROVIDERS
        for platform in launchers.PLATFORMS
    ]
    record = directory / launchers.RECORD
    before = read_if_present(record).decode(errors="replace").strip()
    write_atomically(record, f"{python}\n".encode(), mode=0o644, scratch=directory / _SCRATCH)
    names = " and ".join(f"{provider} {__version__}" for provider in launchers.PROVIDERS)
    done = f"Installed {names} in" if any(written) else f"{names} were in place already in"
    change = f" (before: {before})" if before and before != python else ""
    return f"{done}\n  {directory}\nThey are run by\n  {python}{change}\n"


def _removed(directory: Path) -> str:
    """Remove all versions, and the folders that are empty then; print what was done."""
    folders = [directory / launchers.NAMESPACE / name for name in launchers.PROVIDERS]
    files = [
        path
        for provider, folder in zip(launchers.PROVIDERS, folders, strict=True)
        for path in folder.glob(f"*/*/terraform-provider-{provider}_v*")
    ]
    files += [path for path in [directory / launchers.RECORD] if path.is_file()]
    for path in files:
        path.unlink()
        _remove_empty(path.parent, directory)
    left = [folder for folder in folders if folder.exists()]
    kept = "".join(f"Other files are left in\n  {folder}\n" for folder in left)
    done = "Removed the providers from" if files else "No provider was installed in"
    return f"{done}\n  {directory}\n{kept}"


def _remove_empty(folder: Path, top: Path) -> None:
    with suppress(OSError):  # The first folder that is not empty ends it.
        while folder != top:
            folder.rmdir()
            folder = folder.parent


def _next_steps(directory: Path, *, is_usual: bool, home: Path) -> str:
    entries = "\n".join(
        f"    {provider} = {{\n"
        f'      source  = "{launchers.source(provider)}"\n'
        f'      version = "{__version__}"\n'
        "    }"
        for provider in launchers.PROVIDERS
    )
    block = f"terraform {{\n  required_providers {{\n{entries}\n  }}\n}}\n"
    needed = f"\nWrite the ones you use into the configuration:\n\n{block}"
    configuration = terraform_cli_configuration.read(os.environ, home)
    installation = configuration.installation
    if installation is None:
        return needed if is_usual else needed + _whole_block(directory, configuration)
    if directory in [mirror.expanduser() for mirror in installation.mirrors]:
        return f"{needed}\n{installation.file} has a filesystem_mirror with this folder already.\n"
    return (
        f"{needed}\n{installation.file} has a provider_installation block, so Terraform looks only "
        "where that says.\nAdd to that block, and the exclusion to its direct block:\n\n"
        f"{_mirror(directory)}  direct {{\n{_EXCLUDE}  }}\n"
    )


def _whole_block(
    directory: Path, configuration: terraform_cli_configuration.CliConfiguration
) -> str:
    file = configuration.named or "~/.terraformrc"
    return (
        f"\nTerraform does not look into this folder by itself. Write into {file}:\n\n"
        f"provider_installation {{\n{_mirror(directory)}  direct {{\n{_EXCLUDE}  }}\n}}\n"
    )


_EXCLUDE = f'    exclude = ["{launchers.NAMESPACE.as_posix()}/*"]\n'


def _mirror(directory: Path) -> str:
    include = _EXCLUDE.replace("exclude", "include")
    return f'  filesystem_mirror {{\n    path    = "{directory}"\n{include}  }}\n'


def _write(text: str) -> None:
    sys.stdout.write(text)


def _parser(command: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"python -m constructs_lib.backend {command}",
        description="Installs the providers for plain Terraform, or removes them.",
    )
    text = f"the plugin directory (default: ~/{terraform_cli_configuration.PLUGINS})"
    parser.add_argument("--directory", metavar="DIR", help=text)
    text = "remove them instead"
    parser.add_argument("--remove", action="store_true", help=text)
    parser.add_argument("--python", type=_python, help="the Python that runs them (default: this)")
    return parser


def _python(text: str) -> str:
    path = Path(text).expanduser().absolute()
    if not os.access(path, os.X_OK) or path.is_dir():
        raise argparse.ArgumentTypeError(f"{text} is no program")
    return str(path)
