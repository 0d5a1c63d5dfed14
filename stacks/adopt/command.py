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
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, TextIO

from constructs_lib import schemas
from constructs_lib.schemas.redaction import SECRET_PARAMETERS, escape_controls
from constructs_lib.validation import Finding
from constructs_lib.validation.findings import steps
from stacks.adopt.account import (
    AccountError,
    ExistingEnvironment,
    FoundConnection,
    Selection,
    UnfitEnvironment,
    list_connections,
    open_account,
    read_connections,
    select_connections,
)
from stacks.adopt.entry import Candidate, NameRegistry
from stacks.settings.loader import ENVIRONMENTS, EnvironmentFileError, environment_file
from stacks.settings.yaml_reader import displayed
from stacks.settings.yaml_writer import STEP, InsertError, insert_all, with_entries

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


_WIDTH = 30


class Progress:
    """A progress line that is overwritten, and cleared at the end.

    :param stream: where to show it; nothing is shown unless that is a terminal
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_shown = stream.isatty()
        self._line = ""

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._show("")

    def listed(self, number: int) -> None:
        """Show how many connections were listed so far; the total is not known."""
        self._show(f"{number} connections listed")

    def read(self, done: int, total: int) -> None:
        """Show how many connections were read, and how many there are."""
        filled = _WIDTH if total == 0 else _WIDTH * done // total
        bar = "#" * filled + "." * (_WIDTH - filled)
        self._show(f"[{bar}] {done} of {total} connections read")

    def _show(self, line: str) -> None:
        if self._is_shown and line != self._line:
            # Blanks clear what is left of the line before.
            self._stream.write("\r" + line.ljust(len(self._line)) + ("" if line else "\r"))
            self._stream.flush()
            self._line = line


def report(
    adopted: Sequence[Candidate],
    refused: Sequence[Candidate],
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
    lines = [f"{displayed(existing.file)}: {_count(len(adopted), 'connection')} {verb}"]
    lines += [*_passed_over(selection), *_refused(refused), *_left_out(adopted)]
    lines += [*_unset_secrets(adopted), *_unknown(adopted)]
    if adopted and not dry_run:
        lines += ["", f"Next: ENVIRONMENT={existing.file.stem} make diff"]
        rest = "0 to add, 0 to change, 0 to destroy"
        if existing.connections:
            rest = "and no change of them"
        lines += [f"It should show {len(adopted)} to import, {rest}."]
    return "".join(f"{line}\n" for line in lines)


def _passed_over(selection: Selection) -> Iterator[str]:
    if selection.known:
        yield f"  {_count(len(selection.known), 'connection')} the environment has already"
    if selection.others:
        yield f"  {_count(selection.others, 'connection')} of other services"
    if not any(selection):
        yield "  the account, or the group, has no connection that this API key can see"
    for name, number in Counter(each.name for each in selection.elsewhere).items():
        yield f"  {_count(number, 'connection')} the environment {name} imports"
    for each, name in selection.described:
        yield (
            f"  not added: {each.id} ({each.schema}), because {name} describes that destination "
            f"schema. Unless {name} is deployed already, write import_id: {each.id} there"
        )


def _refused(refused: Sequence[Candidate]) -> Iterator[str]:
    for each in refused:
        found = each.found
        yield f"  not added: {found.id} ({found.service}, {found.schema}). {each.refused}"


def _left_out(adopted: Sequence[Candidate]) -> Iterator[str]:
    for each in adopted:
        for setting, reason in each.left_out.items():
            result = "is not managed: it stays as it is at Fivetran."
            yield f"  {each.name}: {setting} {result} {reason}"


def _unset_secrets(adopted: Sequence[Candidate]) -> Iterator[str]:
    secrets = sum(each.unset_secrets for each in adopted)
    if secrets:
        are, its = ("is", "its variable has") if secrets == 1 else ("are", "their variables have")
        yield (
            f"  {_count(secrets, 'secret')} {are} kept at Fivetran until {its} a value, see "
            "docs/guides/adopting.md"
        )


def _unknown(adopted: Sequence[Candidate]) -> Iterator[str]:
    services = sorted({each.found.service for each in adopted})
    unknown = [name for name in services if schemas.service(name) is None]
    if unknown:
        yield (
            f"  not in the catalogue of services: {', '.join(unknown)}; their settings are not "
            "checked, see python -m constructs_lib.schemas.catalogue refresh"
        )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
