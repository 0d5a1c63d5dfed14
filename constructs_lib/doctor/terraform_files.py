"""The checks of where Terraform looks for providers: CLI configuration, plugin cache, plugins."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from constructs_lib import launchers
from constructs_lib.doctor.finding import Finding, Machine
from constructs_lib.launchers import cli_configuration
from constructs_lib.launchers.cli_configuration import CliConfiguration
from constructs_lib.version import __version__

_INSTALL = "python -m constructs_lib.backend install"


def configuration(machine: Machine) -> Iterator[Finding]:
    """Terraform's CLI configuration, and the plugin cache that it names."""
    found = cli_configuration.read(machine.environ, machine.home)
    yield _named(found)
    yield _installation(found)
    yield _cache(found)


def _named(found: CliConfiguration) -> Finding:
    if found.named is not None and found.named not in found.files:
        return Finding(
            "cli config",
            "warning",
            f"TF_CLI_CONFIG_FILE names {found.named}, which is missing or cannot be read",
            "Terraform warns at each command and goes on without. Write the file, or unset the "
            "variable.",
        )
    files = ", ".join(map(str, found.files))
    return Finding("cli config", "ok", files or "none: Terraform looks where it does by default")


def _installation(found: CliConfiguration) -> Finding:
    block = found.installation
    if block is None:
        return Finding("providers", "ok", "Terraform finds them where synth or install put them")
    if any(_has_ours(mirror) for mirror in block.mirrors):
        return Finding("providers", "ok", f"found by a filesystem_mirror of {block.file}")
    if block.overrides:
        text = f"{block.file} has dev_overrides; whether they name the providers is not looked at"
        return Finding("providers", "warning", text, f"If they do not: {_INSTALL}")
    return Finding(
        "providers",
        "error",
        f"{block.file} has a provider_installation block, so Terraform does not look into the "
        "directory of a stack or of the user",
        f"Run {_INSTALL}, and add the lines that it prints to the block.",
    )


def _has_ours(mirror: Path) -> bool:
    paths = (launchers.path(provider, launchers.PLATFORMS[0]) for provider in launchers.PROVIDERS)
    return any((mirror.expanduser() / path).is_file() for path in paths)


def _cache(found: CliConfiguration) -> Finding:
    cache = found.plugin_cache
    if cache is None:
        return Finding("plugin cache", "ok", "none is configured")
    if not cache.is_dir():
        remedy = f"Terraform stops at that. Make the folder: mkdir -p '{cache}'"
        return Finding("plugin cache", "error", f"{cache} is no folder", remedy)
    if not os.access(cache, os.W_OK | os.X_OK):
        remedy = "Change its permissions, or choose another with TF_PLUGIN_CACHE_DIR."
        return Finding("plugin cache", "error", f"{cache} cannot be written", remedy)
    return Finding("plugin cache", "ok", str(cache))


def installed(machine: Machine) -> Iterator[Finding]:
    """What ``install`` has put into the plugin directory of the user."""
    plugins = machine.home / cli_configuration.PLUGINS
    record = plugins / launchers.RECORD
    if not record.is_file():
        yield Finding(
            "installed",
            "skipped",
            f"no providers in {plugins}",
            f"Only if you work without the CDK: {_INSTALL}",
        )
        return
    python = record.read_text(encoding="utf-8", errors="replace").strip()
    if not os.access(python, os.X_OK):
        text = f"the providers in {plugins} are run by {python}, which is gone"
        yield Finding("installed", "error", text, f"Run {_INSTALL} again, or uninstall.")
    elif not _has_ours(plugins):
        text = f"{plugins} has the providers in another version than {__version__}"
        yield Finding("installed", "warning", text, f"Run {_INSTALL} again.")
    else:
        yield Finding("installed", "ok", f"{plugins}, run by {python}")
