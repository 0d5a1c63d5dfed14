"""``python -m constructs_lib.backend install``: the providers for plain Terraform.

It puts the launchers into Terraform's plugin directory for users (Terraform documentation,
"Provider Installation", implied local mirror directories), or into a given folder, and
``uninstall`` removes them. ``install --mirror DIR`` writes a mirror instead, from which other
machines install the providers (``launchers.mirror``).

Exit status: 0 done, 1 not possible (the message says why), 2 wrong usage.

Terraform's CLI configuration is read as well, as far as it decides where Terraform looks for
providers. Source: Terraform documentation, "CLI Configuration": the file that
``TF_CLI_CONFIG_FILE`` names, or else ``~/.terraformrc`` (OpenTofu looks for ``~/.tofurc`` first);
and, in addition, the files ``~/.terraform.d/*.tfrc``. A block ``provider_installation`` in any of
them turns off the search in Terraform's plugin directories.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from constructs_lib import launchers
from constructs_lib.cli.parsers import CommandParser, program
from constructs_lib.launchers import read_if_present, write_atomically
from constructs_lib.launchers.mirror import MirrorError, write_mirror
from constructs_lib.version import __version__

_SCRATCH = launchers.RECORD.parent


def main(arguments: Sequence[str]) -> int:
    """Run ``install`` or ``uninstall``; return the exit status.

    :param arguments: the command and its options
    """
    options = _options(arguments)
    directory = Path(options.mirror or options.directory or Path.home() / PLUGINS)
    directory = directory.expanduser().absolute()
    try:
        _write(_done(directory, options))
    except MirrorError as error:
        sys.stderr.write(f"{arguments[0]}: {error}\n")
        return 1
    except OSError as error:
        place_of_it = error.filename or directory
        other = "--mirror" if options.mirror else "--directory"
        sys.stderr.write(
            f"{arguments[0]}: {place_of_it}: {error.strerror or error}. Fix that and try again, "
            f"or choose another folder with {other}.\n"
        )
        return 1
    return 0


def _done(directory: Path, options: argparse.Namespace) -> str:
    """Remove or install the providers, or write a mirror; return what to print."""
    home = Path.home()
    if options.remove:
        return _removed(directory)
    if options.mirror:
        return _mirrored(directory) + _next_steps(directory, is_usual=False, home=home) + _NETWORK
    is_usual = directory == (home / PLUGINS).absolute()
    installed = _installed(directory, options.python or sys.executable)
    return installed + _next_steps(directory, is_usual=is_usual, home=home)


def _mirrored(directory: Path) -> str:
    """Write the mirror; return what was done, and what the machines need besides."""
    is_new = write_mirror(directory)
    names = " and ".join(f"{provider} {__version__}" for provider in launchers.PROVIDERS)
    done = f"Wrote {names} into the mirror" if is_new else f"{names} are already in the mirror"
    return (
        f"{done}\n  {directory}\nEach machine that runs Terraform needs the package, too:\n"
        f"  pip install connections-as-code=={__version__}\n"
        "The provider runs in the Python that CONNECTIONS_PYTHON names, or in python3 on the PATH,"
        "\nunless a synth or 'connections install' has recorded one on that machine.\n"
    )


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
    done = f"Installed {names} in" if any(written) else f"{names} are already installed in"
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
    kept = "".join(f"Other files remain in\n  {folder}\n" for folder in left)
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
    needed = f"\nAdd those that you use to the configuration:\n\n{block}"
    configuration = read_cli_configuration(os.environ, home)
    installation = configuration.installation
    if installation is None:
        return needed if is_usual else needed + _whole_block(directory, configuration)
    if directory in [mirror.expanduser() for mirror in installation.mirrors]:
        return f"{needed}\n{installation.file} has a filesystem_mirror with this folder already.\n"
    return (
        f"{needed}\n{installation.file} has a provider_installation block, so Terraform only "
        "searches the places in it.\nAdd this to that block, with the exclusion in its direct "
        f"block:\n\n{_mirror(directory)}  direct {{\n{_EXCLUDE}  }}\n"
    )


def _whole_block(directory: Path, configuration: CliConfiguration) -> str:
    file = configuration.named or "~/.terraformrc"
    return (
        "\nTerraform does not search this folder by default. Add to "
        f"{file}:\n\nprovider_installation "
        f"{{\n{_mirror(directory)}  direct {{\n{_EXCLUDE}  }}\n}}\n"
    )


_EXCLUDE = f'    exclude = ["{launchers.NAMESPACE.as_posix()}/*"]\n'


def _mirror(directory: Path) -> str:
    include = _EXCLUDE.replace("exclude", "include")
    return f'  filesystem_mirror {{\n    path    = "{directory}"\n{include}  }}\n'


_NETWORK = f"""
To install over the network, serve the folder over https, and replace filesystem_mirror with:

  network_mirror {{
    url     = "https://HOST/PATH/"
{_EXCLUDE.replace("exclude", "include")}  }}
"""


def _write(text: str) -> None:
    sys.stdout.write(text)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    """Return the options of a command line; end with a message if they do not fit together."""
    of_command = parser(arguments[0])
    options = of_command.parse_args(arguments[1:])
    options.remove = options.remove or arguments[0] == "uninstall"
    if options.mirror is not None and not options.mirror:
        of_command.error("--mirror is empty; give the folder of the mirror")
    if options.mirror and options.remove:
        of_command.error("--mirror only writes a mirror; to remove one, delete its folder")
    if options.mirror and (options.directory or options.python):
        of_command.error(
            "--mirror writes packages for other machines, and records no Python; "
            "leave out --directory and --python"
        )
    return options


def parser(command: str) -> CommandParser:
    """Return the parser of ``install`` or ``uninstall``."""
    about = "Install the providers for Terraform without the CDK, or remove them with --remove."
    parser = CommandParser(
        prog=program(command),
        description="Remove the installed providers." if command == "uninstall" else about,
        examples="{prog}\n{prog} --directory /srv/terraform/providers"
        + ("" if command == "uninstall" else "\n{prog} --mirror /srv/terraform/mirror"),
    )
    text = f"the plugin directory (default: ~/{PLUGINS})"
    parser.add_argument("--directory", metavar="DIR", help=text)
    # An uninstall takes it as well, as it always did.
    text = argparse.SUPPRESS if command == "uninstall" else "remove them instead"
    parser.add_argument("--remove", action="store_true", help=text)
    parser.add_argument(
        "--python", type=_python, help="the Python that runs them (default: this one)"
    )
    text = "write a mirror for filesystem_mirror and network_mirror into this folder instead"
    text = argparse.SUPPRESS if command == "uninstall" else text
    parser.add_argument("--mirror", metavar="DIR", help=text)
    return parser


def _python(text: str) -> str:
    path = Path(text).expanduser().absolute()
    if not os.access(path, os.X_OK) or path.is_dir():
        raise argparse.ArgumentTypeError(f"{text} is not a program")
    return str(path)


PLUGINS = Path(".terraform.d", "plugins")
"""The plugin directory of a user below the home folder, on Linux as on macOS."""

_COMMENT_OR_TEXT = re.compile(r'"(?:\\.|[^"\\])*"|#[^\n]*|//[^\n]*|/\*.*?\*/', re.DOTALL)
_BLOCK = re.compile(r"^\s*provider_installation\s*\{", re.MULTILINE)
_MIRROR = re.compile(r"\bfilesystem_mirror\s*\{")
_PATH = re.compile(r'\bpath\s*=\s*"((?:\\.|[^"\\])*)"')
_OVERRIDES = re.compile(r"\bdev_overrides\s*\{")
_CACHE = re.compile(r'^\s*plugin_cache_dir\s*=\s*"((?:\\.|[^"\\])*)"', re.MULTILINE)


class Installation(NamedTuple):
    """A block ``provider_installation``."""

    file: Path
    """The file that contains it."""
    mirrors: tuple[Path, ...]
    """The folders of its filesystem mirrors."""
    overrides: bool
    """Whether it has ``dev_overrides``."""


class CliConfiguration(NamedTuple):
    """What the files of the configuration say."""

    named: Path | None
    """The file that ``TF_CLI_CONFIG_FILE`` names, which may be missing."""
    files: tuple[Path, ...]
    """The files that exist and can be read."""
    installation: Installation | None
    """The first block ``provider_installation``, if there is one."""
    plugin_cache: Path | None
    """``plugin_cache_dir``; ``TF_PLUGIN_CACHE_DIR`` takes precedence."""


def read_cli_configuration(environ: Mapping[str, str], home: Path) -> CliConfiguration:
    """Read the CLI configuration as Terraform would find it. A file that cannot be read is none.

    :param environ: the environment of Terraform
    :param home: the home folder
    """
    named = environ.get("TF_CLI_CONFIG_FILE") or environ.get("TERRAFORM_CONFIG")
    main = Path(named) if named else home / _usual_file(environ, home)
    texts = dict(_texts([main, *_parts(home / ".terraform.d")]))
    blocks = (_installation(file, text) for file, text in texts.items())
    cache = environ.get("TF_PLUGIN_CACHE_DIR") or next(
        filter(None, map(_cache, texts.values())), ""
    )
    return CliConfiguration(
        Path(named) if named else None,
        tuple(texts),
        next((block for block in blocks if block is not None), None),
        Path(cache).expanduser() if cache else None,
    )


def _usual_file(environ: Mapping[str, str], home: Path) -> str:
    """Return the name of the usual file: OpenTofu prefers one of its own."""
    is_tofu = Path(environ.get("TERRAFORM_BINARY_NAME", "")).name == "tofu"
    return ".tofurc" if is_tofu and (home / ".tofurc").is_file() else ".terraformrc"


def _parts(folder: Path) -> list[Path]:
    return sorted([*folder.glob("*.tfrc"), *folder.glob("*.tfrc.json")])


def _texts(files: list[Path]) -> Iterator[tuple[Path, str]]:
    for file in files:
        try:
            yield file, file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue


def _installation(file: Path, text: str) -> Installation | None:
    if text.lstrip().startswith("{"):
        return _installation_in_json(file, text)
    bare = _COMMENT_OR_TEXT.sub(lambda found: found[0] if found[0][0] == '"' else "", text)
    start = _BLOCK.search(bare)
    if start is None:
        return None
    block = bare[start.end() : _end(bare, start.end())]
    inner = (block[m.end() : _end(block, m.end())] for m in _MIRROR.finditer(block))
    paths = [found[1] for found in map(_PATH.search, inner) if found]
    return Installation(file, tuple(map(Path, paths)), _OVERRIDES.search(block) is not None)


def _end(text: str, start: int) -> int:
    """Return where the block ends that begins there; braces in texts do not count."""
    depth = 1
    for found in re.finditer(r'"(?:\\.|[^"\\])*"|[{}]', text[start:]):
        depth += {"{": 1, "}": -1}.get(found[0], 0)
        if depth == 0:
            return start + found.start()
    return len(text)


def _installation_in_json(file: Path, text: str) -> Installation | None:
    try:
        block = json.loads(text).get("provider_installation")
    except (ValueError, AttributeError):
        return None
    if block is None:
        return None
    found = [part for part in (block if isinstance(block, list) else [block]) if part]
    mirrors = [path for part in found for path in _paths_in_json(part)]
    return Installation(file, tuple(map(Path, mirrors)), any("dev_overrides" in p for p in found))


def _paths_in_json(block: Any) -> Iterator[str]:
    mirrors = block.get("filesystem_mirror", []) if isinstance(block, dict) else []
    for mirror in mirrors if isinstance(mirrors, list) else [mirrors]:
        if isinstance(mirror, dict) and isinstance(mirror.get("path"), str):
            yield mirror["path"]


def _cache(text: str) -> str:
    found = _CACHE.search(text)
    return found[1] if found else ""
