"""Adopt the connections that an account has: ``python -m stacks adopt --environment NAME``.

The account is only read. Its new connections are added to the file of the environment, so that the
next deploy imports them and changes nothing; everything else in the file stays byte for byte.

The entries pass all checks of the synth before they are written. A setting that the checks refuse
is left out of its entry, and stays as it is at Fivetran; a connection that cannot be described
without that setting is not adopted.
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
from stacks.adopt.account import (
    AccountError,
    FoundConnection,
    list_connections,
    open_account,
    read_connections,
)
from stacks.adopt.entry import Candidate, NameRegistry
from stacks.adopt.existing import (
    ExistingEnvironment,
    Selection,
    UnfitEnvironment,
    select_connections,
)
from stacks.adopt.report import Progress, report
from stacks.settings.insertion import InsertError, insert_all, with_entries
from stacks.settings.loader import ENVIRONMENTS, EnvironmentFileError, environment_file
from stacks.settings.yaml_reader import displayed
from stacks.settings.yaml_writer import STEP

_ROUNDS = 10
_INTERRUPTED = 130
_WITH_KEYS = ("config", *sorted(SECRET_PARAMETERS))


def without_refused_settings(
    candidates: Sequence[Candidate], existing: ExistingEnvironment
) -> list[Candidate]:
    """Return the candidates that can be adopted, each without the settings that checks refuse.

    The other candidates get the reason why they cannot. The checks are those of the synth, of the
    whole environment; they are repeated until they find nothing, because one mistake may hide
    another.

    :raises InsertError: if the file cannot take entries at all
    """
    accepted = list(candidates)
    for chance in reversed(range(_ROUNDS)):
        found = _errors(accepted, existing) if accepted else {}
        for candidate in accepted:
            for finding in found.get(candidate.name, ()):
                if chance:
                    _apply(finding, candidate)
                else:
                    candidate.refused = _reason(finding)
        accepted = [each for each in accepted if not each.refused]
        if not found:
            break
    return accepted


def _errors(
    candidates: Sequence[Candidate], existing: ExistingEnvironment
) -> dict[str, list[Finding]]:
    content = with_entries(existing.file, {each.name: each.text for each in candidates})
    found: dict[str, list[Finding]] = {each.name: [] for each in candidates}
    for finding in existing.errors_with(content):
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
        is_left_out = candidate.leave_out(attribute, key, _reason(finding))
    else:
        setting = attribute
        is_optional = attribute not in ("import_id", "service", "group_id", "config", "")
        is_left_out = is_optional and candidate.leave_out(attribute, None, _reason(finding))
    if not is_left_out and setting not in candidate.left_out:
        candidate.refused = _reason(finding)


def _reason(finding: Finding) -> str:
    found, allowed = " ".join(finding.found.split()), " ".join(finding.allowed.split())
    return f"The checks allow {allowed}, but found {found} [{finding.rule}]"


class AdoptOptions(NamedTuple):
    """Which connections to adopt, and into which environment."""

    environment: str
    """The name of the environment, or the path of its file."""
    groups: Sequence[str] = ()
    """Only the connections of these groups; none for all."""
    services: Sequence[str] = ()
    """Only the connections of these services; none for all."""
    dry_run: bool = False
    """True to print what would be written."""


def adopt(options: AdoptOptions, environ: Mapping[str, str]) -> int:
    """Adopt the chosen connections, and report the result.

    :param environ: the process environment, for the variables of credentials
    :returns: the exit status: 0; or 1, or 130 after Ctrl-C, with a message and nothing written
    """
    try:
        _adopt(options, environ, ENVIRONMENTS)
    except (UnfitEnvironment, AccountError, InsertError, EnvironmentFileError) as error:
        message = str(error)
        end = "" if message.endswith("nothing was written.") else "\nNothing was written."
        sys.stderr.write(f"adopt: {escape_controls(message)}{end}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("adopt: interrupted; nothing was written.\n")
        return _INTERRUPTED
    return 0


def _adopt(options: AdoptOptions, environ: Mapping[str, str], folder: Path) -> None:
    file = environment_file(options.environment, folder)
    if file.suffix != ".yaml":
        raise UnfitEnvironment(f"{displayed(file)} is not read; rename it to {file.stem}.yaml")
    existing = ExistingEnvironment(file.stem, file.parent)
    selection, found = _read(options, environ, existing)
    candidates = _candidates(found, existing)
    adopted = without_refused_settings(candidates, existing)
    refused = [each for each in candidates if each.refused]
    result = report(adopted, refused, selection, existing, dry_run=options.dry_run)
    if options.dry_run:
        sys.stdout.write("\n".join(each.text(STEP) for each in adopted))
        sys.stderr.write(escape_controls(result))
        return
    if adopted:
        insert_all(existing.file, {each.name: each.text for each in adopted})
    sys.stdout.write(escape_controls(result))


def _read(
    options: AdoptOptions, environ: Mapping[str, str], existing: ExistingEnvironment
) -> tuple[Selection, list[FoundConnection]]:
    account = open_account(existing.provider, environ)
    with Progress(sys.stderr) as progress:
        listed = list_connections(account, options.groups, progress.listed)
        selection = select_connections(listed, options.services, existing)
        return selection, read_connections(account, selection.wanted, progress.read)


def _candidates(found: Sequence[FoundConnection], existing: ExistingEnvironment) -> list[Candidate]:
    connections, variables = NameRegistry(existing.names), NameRegistry(existing.variables)
    return [
        Candidate(
            each,
            connections.connection(each.schema, each.service, each.group_id),
            existing.defaults,
            variables,
        )
        for each in found
    ]
