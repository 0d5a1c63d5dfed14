"""The file of an environment that a command is given, by its name or by its path."""

from __future__ import annotations

from pathlib import Path

from constructs_lib.schemas.suggestions import did_you_mean
from stacks.settings import environment_names
from stacks.settings_findings import BASE
from stacks.settings_yaml import displayed


class EnvironmentFileError(Exception):
    """There is no such file; the message says which there are."""


def environment_file(given: str, folder: Path) -> Path:
    """Return the file that is meant.

    :param given: the name of an environment, such as ``production``, or ``base`` for what all
        share; or the path of a settings file, such as ``stacks/environments/production.yaml``
    :param folder: where the files of the names are
    :raises EnvironmentFileError: if there is none
    """
    if Path(given).is_file():
        return Path(given)
    if Path(given).name != given or Path(given).suffix:
        raise EnvironmentFileError(f"there is no settings file {displayed(Path(given))}")
    named = folder / f"{given}.yaml"
    if not named.is_file():
        names = environment_names(folder)
        hint = did_you_mean(given, [*names, BASE]) or f"make {displayed(named)}, which may be empty"
        known = ", ".join(names)
        raise EnvironmentFileError(f"there is no environment {given!r} among {known}; {hint}")
    return named
