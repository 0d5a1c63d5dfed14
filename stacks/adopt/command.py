"""Holds the entries of adopted connections against all checks before they are written.

What the checks refuse is left out of an entry, and stays as it is at Fivetran; a connection that
cannot be described without it is not adopted.

Adopts the connections that an account has: ``python -m stacks adopt --environment NAME``.

The account is only read. What is new in it is added to the file of the environment, so that the
next deploy imports it and changes nothing; everything else in the file stays byte for byte.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from constructs_lib.schemas.redaction import SECRET_PARAMETERS
from constructs_lib.terminal_text import escape_controls
from constructs_lib.validation import Finding
from constructs_lib.validation.findings import steps
from stacks.adopt import account as adopt_account
from stacks.adopt.account import AccountError, FoundConnection
from stacks.adopt.entry import Candidate, Names
from stacks.adopt.existing import Choice, KnownError, Surroundings, choose
from stacks.adopt.report import Progress, report
from stacks.settings.insertion import InsertError, insert_all, with_entries
from stacks.settings.loader import EnvironmentFileError, environment_file
from stacks.settings.yaml_reader import displayed
from stacks.settings.yaml_writer import STEP

_ROUNDS = 10
_WITH_KEYS = ("config", *sorted(SECRET_PARAMETERS))


def settle(candidates: Sequence[Candidate], surroundings: Surroundings) -> list[Candidate]:
    """The candidates that can be adopted, each as far as it can be described.

    The others get the reason why they cannot. The checks are those of the synth, of the whole
    environment; they are repeated until they find nothing, because one mistake may hide another.

    :raises InsertError: if the file cannot take entries at all
    """
    left = list(candidates)
    for chance in reversed(range(_ROUNDS)):
        found = _found(left, surroundings) if left else {}
        for candidate in left:
            for finding in found.get(candidate.name, ()):
                if chance:
                    _apply(finding, candidate)
                else:
                    candidate.refused = _reason(finding)
        left = [each for each in left if not each.refused]
        if not found:
            break
    return left


def _found(candidates: Sequence[Candidate], surroundings: Surroundings) -> dict[str, list[Finding]]:
    content = with_entries(surroundings.file, {each.name: each.text for each in candidates})
    found: dict[str, list[Finding]] = {each.name: [] for each in candidates}
    for finding in surroundings.errors_with(content):
        name = _connection(finding)
        if name not in found:
            raise InsertError(f"the file cannot take the entries. {_reason(finding)}")
        found[name].append(finding)
    return {name: each for name, each in found.items() if each}


def _connection(finding: Finding) -> str:
    path = steps(finding.pointer)
    return path[1] if len(path) > 1 and path[0] == "connections" else ""


def _apply(finding: Finding, candidate: Candidate) -> None:
    attribute, key = [*steps(finding.pointer)[2:4], "", ""][:2]
    if attribute in _WITH_KEYS and key:
        setting = f"config.{key}"
        is_gone = candidate.leave_out(attribute, key, _reason(finding))
    else:
        setting = attribute
        is_free = attribute not in ("import_id", "service", "group_id", "config", "")
        is_gone = is_free and candidate.leave_out(attribute, None, _reason(finding))
    if not is_gone and setting not in candidate.left:
        candidate.refused = _reason(finding)


def _reason(finding: Finding) -> str:
    found, allowed = " ".join(finding.found.split()), " ".join(finding.allowed.split())
    return f"Found {found}; allowed is {allowed} [{finding.rule}]"


ENVIRONMENTS = Path(__file__).parents[1] / "environments"
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
        sys.stderr.write(f"adopt: {escape_controls(told)}{end}\n")
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
    told = escape_controls(report(adopted, refused, choice, surroundings, dry_run=asked.dry_run))
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
