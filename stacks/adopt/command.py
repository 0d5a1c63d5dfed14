"""Adopt the connections that an account has: ``python -m stacks adopt --environment NAME``.

The account is only read. Its new connections are added to the file of the environment, so that the
next deploy imports them and changes nothing; everything else in the file stays byte for byte.

The entries pass all checks of the synth before they are written. A setting that the checks refuse
is left out of its entry, and stays as it is at Fivetran; a connection that cannot be described
without that setting is not adopted.

A terminal shows the progress. The report at the end says what was added, what was not and why, and
what to do next.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from constructs_lib.adopt.account import (
    AccountError,
    FoundConnection,
    list_connections,
    read_connections,
)
from constructs_lib.adopt.checks import without_refused
from constructs_lib.adopt.report import Progress, count, result_lines
from constructs_lib.adopt.settings import NameRegistry, reason_of
from constructs_lib.adopt.yaml_form import STEP
from constructs_lib.schemas.redaction import escape_controls
from constructs_lib.validation import Finding
from constructs_lib.validation.findings import pointer, steps
from stacks.adopt.entry import EntryCandidate
from stacks.adopt.environment import (
    ExistingEnvironment,
    Selection,
    UnfitEnvironment,
    open_account,
    select_connections,
)
from stacks.settings.loader import ENVIRONMENTS, EnvironmentFileError, environment_file
from stacks.settings.yaml_reader import displayed
from stacks.settings.yaml_writer import Entry, InsertError, insert_all, with_entries

_INTERRUPTED = 130


def without_refused_settings(
    candidates: Sequence[EntryCandidate], existing: ExistingEnvironment
) -> list[EntryCandidate]:
    """Return the candidates that can be adopted, each without the settings that checks refuse.

    The other candidates get the reason why they cannot. The checks are those of the synth, of the
    whole environment.

    :raises InsertError: if the file cannot take entries at all
    """
    return without_refused(candidates, lambda accepted: _errors(accepted, existing))


def _errors(
    candidates: Sequence[EntryCandidate], existing: ExistingEnvironment
) -> dict[str, list[Finding]]:
    content = with_entries(existing.file, _entries(candidates))
    found: dict[str, list[Finding]] = {each.name: [] for each in candidates}
    for finding in existing.errors_with(content):
        name = _connection(finding)
        if name not in found:
            raise InsertError(f"the file cannot take the entries. {reason_of(finding)}")
        inside = pointer(steps(finding.pointer)[2:])
        found[name].append(finding._replace(pointer=inside))
    return {name: each for name, each in found.items() if each}


def _entries(candidates: Sequence[EntryCandidate]) -> dict[str, dict[str, Entry]]:
    """Return the entries by section and name: the connections, and what belongs to them."""
    found: dict[str, dict[str, Entry]] = {"connections": {c.name: c.text for c in candidates}}
    for each in candidates:
        for section, text in each.belonging_texts().items():
            found.setdefault(section, {})[each.name] = text
    return found


def _connection(finding: Finding) -> str:
    path = steps(finding.pointer)
    return path[1] if len(path) > 1 and path[0] == "connections" else ""


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
    along: Collection[str] = ()
    """The options that say what else to adopt of each connection."""


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
        raise UnfitEnvironment(f"{displayed(file)} is ignored; rename it to {file.stem}.yaml")
    existing = ExistingEnvironment(file.stem, file.parent)
    selection, found = _read(options, environ, existing)
    candidates = _candidates(found, existing)
    adopted = without_refused_settings(candidates, existing)
    refused = [each for each in candidates if each.refused]
    result = report(adopted, refused, selection, existing, dry_run=options.dry_run)
    if options.dry_run:
        sys.stdout.write(_printed(adopted))
        sys.stderr.write(escape_controls(result))
        return
    if adopted:
        insert_all(existing.file, _entries(adopted))
    sys.stdout.write(escape_controls(result))


def _read(
    options: AdoptOptions, environ: Mapping[str, str], existing: ExistingEnvironment
) -> tuple[Selection, list[FoundConnection]]:
    account = open_account(existing.provider, environ)
    with Progress(sys.stderr) as progress:
        listed = list_connections(account, options.groups, progress.listed)
        selection = select_connections(listed, options.services, existing)
        wanted = selection.wanted
        return selection, read_connections(account, wanted, progress.read, options.along)


def _printed(adopted: Sequence[EntryCandidate]) -> str:
    """Return the entries as they are to be pasted; those of connections without their section."""
    sections = _entries(adopted)
    texts = ["\n".join(text(STEP) for text in sections.pop("connections").values())]
    for section, entries in sections.items():
        texts.append(f"\n{section}:\n" + "\n".join(text(STEP) for text in entries.values()))
    return "".join(texts)


def _candidates(
    found: Sequence[FoundConnection], existing: ExistingEnvironment
) -> list[EntryCandidate]:
    connections, variables = NameRegistry(existing.names), NameRegistry(existing.variables)
    return [
        EntryCandidate(
            each,
            connections.connection(each.schema, each.service, each.group_id),
            existing.defaults,
            variables,
        )
        for each in found
    ]


def report(
    adopted: Sequence[EntryCandidate],
    refused: Sequence[EntryCandidate],
    selection: Selection,
    existing: ExistingEnvironment,
    *,
    dry_run: bool,
) -> str:
    """Return the report, with a line break at the end.

    :param adopted: the connections that were added, or would be
    :param refused: those that cannot be, each with its reason
    :param selection: the connections of the account
    :param existing: the environment before the adoption
    :param dry_run: True if nothing was written
    """
    verb = "would be added" if dry_run else "added"
    lines = [f"{displayed(existing.file)}: {count(len(adopted), 'connection')} {verb}"]
    lines += [*_passed_over(selection), *result_lines(adopted, refused)]
    if adopted and not dry_run:
        lines += ["", f"Next: ENVIRONMENT={existing.file.stem} make diff"]
        rest = "0 to add, 0 to change, 0 to destroy"
        if existing.connections:
            rest = "and no change to them"
        number = len(adopted) + sum(len(each.belongings) for each in adopted)
        lines += [f"It should show {number} to import, {rest}."]
    return "".join(f"{line}\n" for line in lines)


def _passed_over(selection: Selection) -> Iterator[str]:
    if selection.known:
        yield f"  {count(len(selection.known), 'connection')} that the environment already has"
    if selection.others:
        yield f"  {count(selection.others, 'connection')} of other services"
    if not any(selection):
        yield "  this API key can see no connection in the account or group"
    for name, number in Counter(each.name for each in selection.elsewhere).items():
        yield f"  {count(number, 'connection')} that the environment {name} imports"
    for each, name in selection.described:
        yield (
            f"  not added: {each.id} ({each.schema}), because {name} has that destination schema. "
            f"Unless {name} is deployed already, write import_id: {each.id} there"
        )
