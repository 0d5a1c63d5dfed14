"""Terraform's CLI configuration, as far as it decides where Terraform looks for providers.

Source: Terraform documentation, "CLI Configuration": the file that ``TF_CLI_CONFIG_FILE`` names,
or else ``~/.terraformrc`` (OpenTofu looks for ``~/.tofurc`` first); and, in addition, the files
``~/.terraform.d/*.tfrc``. A block ``provider_installation`` in any of them turns off the search in
Terraform's plugin directories.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

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


def read(environ: Mapping[str, str], home: Path) -> CliConfiguration:
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
