"""Adopts the connections that an account has: ``python -m stacks adopt --environment NAME``.

The account is only read. What is new in it is added to the file of the environment, so that the
next deploy imports it and changes nothing; everything else in the file stays byte for byte.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from constructs_lib.visible import visible
from stacks import adopt_account
from stacks.adopt_account import AccountError, FoundConnection
from stacks.adopt_checked import settle
from stacks.adopt_choice import Choice, choose
from stacks.adopt_entry import Candidate
from stacks.adopt_known import KnownError, Surroundings
from stacks.adopt_names import Names
from stacks.adopt_progress import Progress
from stacks.adopt_report import report
from stacks.environment_file import EnvironmentFileError, environment_file
from stacks.settings_emit import STEP
from stacks.settings_insert import InsertError, insert_all
from stacks.settings_yaml import displayed

ENVIRONMENTS = Path(__file__).with_name("environments")
"""The folder of the settings files."""
_INTERRUPTED = 130


class Asked(NamedTuple):
    """What is to be adopted."""

    environment: str
    """The name of the environment, or the path of its file."""
    groups: Sequence[str] = ()
    """Only the connections of these groups; none for all."""
    services: Sequence[str] = ()
    """Only the connections of these services; none for all."""
    dry_run: bool = False
    """True to print what would be written."""


def main(asked: Asked, environ: Mapping[str, str]) -> int:
    """Adopts, and tells what became of it.

    :param environ: the process environment, for the variables of credentials
    :returns: the exit status: 0; or 1, or 130 after Ctrl-C, with a message and nothing written
    """
    try:
        _adopt(asked, environ, ENVIRONMENTS)
    except (KnownError, AccountError, InsertError, EnvironmentFileError) as error:
        told = str(error)
        end = "" if told.endswith("nothing was written.") else "\nNothing was written."
        sys.stderr.write(f"adopt: {visible(told)}{end}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("adopt: interrupted; nothing was written.\n")
        return _INTERRUPTED
    return 0


def _adopt(asked: Asked, environ: Mapping[str, str], folder: Path) -> None:
    file = environment_file(asked.environment, folder)
    if file.suffix != ".yaml":
        raise KnownError(f"{displayed(file)} is not read; rename it to {file.stem}.yaml")
    surroundings = Surroundings(file.stem, file.parent)
    choice, found = _read(asked, environ, surroundings)
    candidates = _candidates(found, surroundings)
    adopted = settle(candidates, surroundings)
    refused = [each for each in candidates if each.refused]
    told = visible(report(adopted, refused, choice, surroundings, dry_run=asked.dry_run))
    if asked.dry_run:
        sys.stdout.write("\n".join(each.text(STEP) for each in adopted))
        sys.stderr.write(told)
        return
    if adopted:
        insert_all(surroundings.file, {each.name: each.text for each in adopted})
    sys.stdout.write(told)


def _read(
    asked: Asked, environ: Mapping[str, str], surroundings: Surroundings
) -> tuple[Choice, list[FoundConnection]]:
    account = adopt_account.opened(surroundings.provider, environ)
    with Progress(sys.stderr) as progress:
        listed = adopt_account.listed(account, asked.groups, progress.listed)
        choice = choose(listed, asked.services, surroundings)
        return choice, adopt_account.read(account, choice.wanted, progress.read)


def _candidates(found: Sequence[FoundConnection], surroundings: Surroundings) -> list[Candidate]:
    connections, variables = Names(surroundings.names), Names(surroundings.variables)
    return [
        Candidate(
            each,
            connections.connection(each.schema, each.service, each.group_id),
            surroundings.defaults,
            variables,
        )
        for each in found
    ]
