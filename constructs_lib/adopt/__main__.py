"""Write what an account has as HCL, Python or YAML: ``python -m constructs_lib.adopt``.

The account is only read. The next deploy of what is written imports its connections and changes
nothing. Repeated, the command keeps the names that it gave, adds what is new at the end, and
refuses what would take a connection away.

A terminal shows the progress. The report at the end says what was written, what was not and why,
and what to do next. Exit status: 0; 1 after a message, and nothing written, unless only the output
cannot take the report, which then follows the message; 130 after Ctrl-C, and nothing written; 2 for
a wrong usage.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

if __name__ == "__main__":
    # Before the imports that take a while, in which Ctrl-C may be pressed as well.
    from constructs_lib.__main__ import run

    sys.exit(run(["adopt", *sys.argv[1:]]))

from constructs_lib.adopt import hcl_form, python_form, yaml_form
from constructs_lib.adopt.account import (
    AccountError,
    FoundConnection,
    Listed,
    list_connections,
    open_account,
    read_connections,
)
from constructs_lib.adopt.candidate import Candidate
from constructs_lib.adopt.checks import errors_by_name, without_refused
from constructs_lib.adopt.description import (
    Document,
    UnfitForm,
    add_belongings,
    options_of,
    types_written,
)
from constructs_lib.adopt.files import FilesError, WrittenFiles, contents_of_others
from constructs_lib.adopt.report import Progress, count, first_names, result_lines
from constructs_lib.adopt.settings import NameRegistry
from constructs_lib.cli import drop_output
from constructs_lib.cli.parsers import FIVETRAN_VARIABLES, CommandParser, program
from constructs_lib.schemas.redaction import escape_controls, escape_controls_in_line
from constructs_lib.validation import Finding

_COMMAND = "python -m constructs_lib.adopt"
_EXAMPLES = """\
{prog} --form hcl --out fivetran
{prog} --form python --out fivetran --group sandbox_warehouse --dry-run"""
_INTERRUPTED = 130


class Form(NamedTuple):
    """One way to write connections."""

    write: Callable[[Document], dict[str, str]]
    files: tuple[str, ...]
    """The files that it writes as a whole."""
    imports_file: str
    imports: re.Pattern[str]
    """Finds name and identifier of each connection in that file."""
    next_step: str
    is_settings_file: bool = False


FORMS = {
    "hcl": Form(
        hcl_form.to_hcl,
        (hcl_form.CONNECTIONS, hcl_form.IMPORTS_FILE, hcl_form.VARIABLES),
        hcl_form.IMPORTS_FILE,
        hcl_form.IMPORTS,
        "connections install, then terraform -chdir={directory} init and plan",
    ),
    "python": Form(
        python_form.to_python,
        (python_form.FILE,),
        python_form.FILE,
        python_form.IMPORTS,
        "call connections(stack) of {directory}/connections.py in a stack, and look at its diff",
    ),
    "yaml": Form(
        yaml_form.to_yaml,
        (yaml_form.FILE,),
        yaml_form.FILE,
        yaml_form.IMPORTS,
        "add the entries of {directory}/connections.yaml to an environment, and look at its diff",
        is_settings_file=True,
    ),
}
"""The forms by their names."""


def main(arguments: Sequence[str]) -> int:
    """Write what the account has; return the exit status.

    :param arguments: as in ``sys.argv``, without the program
    """
    options = parser().parse_args(arguments)
    if sys.stdout is None:
        sys.stderr.write("adopt: the standard output is closed.\nNothing was written.\n")
        return 1
    try:
        printed, report = _adopt(options)
    except (AccountError, FilesError, UnfitForm) as error:
        sys.stderr.write(f"adopt: {escape_controls(str(error))}\nNothing was written.\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("adopt: interrupted; nothing was written.\n")
        return _INTERRUPTED
    return _show(printed, report)


def _show(printed: str, report: str) -> int:
    """Show what was asked for; return the exit status.

    :param printed: the files of a dry run; empty if they were written
    :param report: goes to the error output beside them, or if the standard output takes nothing
    """
    status, has_shown = 0, True
    try:
        sys.stdout.write(printed or report)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads has seen enough, as head has.
        drop_output()
    except OSError as error:
        drop_output()
        sys.stderr.write(f"adopt: the output cannot be written: {error.strerror}\n")
        status, has_shown = 1, False
    if printed or not has_shown:
        sys.stderr.write(report)
    return status


def parser() -> CommandParser:
    """Return the parser of the command."""
    description = "Write the connections that an account has, so that the next deploy imports "
    description += "them and changes nothing."
    parser = CommandParser(
        prog=program("adopt"),
        description=description,
        examples=_EXAMPLES,
        notes=FIVETRAN_VARIABLES,
    )
    parser.add_argument("--form", choices=FORMS, required=True, help="the form of the files")
    help_ = "the directory for the files"
    parser.add_argument("--out", metavar="DIRECTORY", type=Path, required=True, help=help_)
    help_ = "only connections of this group; may be given several times"
    parser.add_argument("--group", metavar="ID", action="append", default=[], help=help_)
    help_ = "only connections of this service, such as postgres; may be given several times"
    parser.add_argument("--service", metavar="S", action="append", default=[], help=help_)
    add_belongings(parser)
    help_ = "print what would be written, whatever the directory contains"
    parser.add_argument("--dry-run", action="store_true", help=help_)
    return parser


def _adopt(options: argparse.Namespace) -> tuple[str, str]:
    """Write the files; return what is printed in their place, and the report."""
    form, files = FORMS[options.form], WrittenFiles(options.out, _COMMAND)
    if not options.dry_run:
        files.require_own(form.files)
    earlier = _earlier(form, files)
    # What was written before along with connections is kept: a plan would delete what is missing.
    kept = types_written(files.text(form.imports_file))
    found = _read(options, list(earlier), {*options.along, *options_of(kept)})
    there = contents_of_others(options.out, form.files.__contains__)
    others = hcl_form.declared(there if options.form == "hcl" else ())
    candidates = _candidates(found, earlier, others)
    adopted = without_refused(candidates, lambda each: _errors(each, form))
    contents = form.write(Document(tuple(each.described() for each in adopted)))
    if hcl_form.PROVIDERS in contents and others.has_provider:
        contents[hcl_form.PROVIDERS] = hcl_form.requirements()
    note = hcl_form.leave_provider_out(contents, options.out)
    printed = ""
    if options.dry_run:
        printed = "\n".join(f"# {name}\n{text}" for name, text in contents.items())
    else:
        _require_all(earlier, adopted, files)
        gone = [name for name in form.files if name not in contents] if adopted else []
        files.write(contents if adopted else {}, plain=(hcl_form.PROVIDERS,), gone=gone)
    report = _report(
        form, options, contents, adopted, candidates, _new(adopted, earlier, kept), len(earlier)
    )
    lines = [*map(escape_controls_in_line, report), *note]
    return printed, escape_controls("".join(f"{line}\n" for line in lines))


def _earlier(form: Form, files: WrittenFiles) -> dict[str, str]:
    """Return the names that this command gave before, by the identifiers of the connections.

    :raises FilesError: if they cannot be known
    """
    if not files.exists(form.imports_file) and any(map(files.exists, form.files)):
        raise FilesError(
            f"{files.directory / form.imports_file} is missing. It has the names of the "
            "connections in the other files: restore it, or choose another directory with --out"
        )
    text = files.text(form.imports_file)
    return {identifier: name for name, identifier in form.imports.findall(text)}


def _read(
    options: argparse.Namespace, earlier: Sequence[str], along: Collection[str]
) -> list[FoundConnection]:
    """Read the connections: those that were written before come first, in the order of then.

    :param along: what to read along with them
    """
    account = open_account({})
    with Progress(sys.stderr) as progress:
        listed = list_connections(account, options.group, progress.listed)
        ordered = sorted(listed, key=lambda each: (each.schema, each.group_id, each.id))
        wanted = {each.id: each for each in ordered if _is_wanted(each, options.service)}
        known = [wanted.pop(identifier) for identifier in earlier if identifier in wanted]
        every = [*known, *wanted.values()]
        return read_connections(account, every, progress.read, along)


def _is_wanted(listed: Listed, services: Sequence[str]) -> bool:
    return not services or listed.service in services


def _candidates(
    found: Sequence[FoundConnection], earlier: Mapping[str, str], others: hcl_form.Declared
) -> list[Candidate]:
    connections = NameRegistry([*earlier.values(), *others.connections])
    variables = NameRegistry(others.variables)
    return [
        Candidate(
            each,
            earlier.get(each.id)
            or connections.connection(each.schema, each.service, each.group_id),
            variables,
        )
        for each in found
    ]


def _errors(accepted: Sequence[Candidate], form: Form) -> dict[str, list[Finding]]:
    if not form.is_settings_file:
        for each in accepted:
            each.let_through()
    return errors_by_name(accepted, in_settings_file=form.is_settings_file)


def _require_all(
    earlier: Mapping[str, str], adopted: Sequence[Candidate], files: WrittenFiles
) -> None:
    """Require that no connection is taken away that may be deployed: a plan would delete it."""
    lost = earlier.keys() - {each.found.id for each in adopted}
    if lost:
        shown = first_names(sorted(f"{earlier[each]} ({each})" for each in lost))
        raise FilesError(
            f"{files.directory} has connections that the new files would not have, so Terraform "
            f"would delete them: {shown}. They were deleted at Fivetran, or the options exclude "
            "them. Choose another directory with --out; or remove them by hand, and copy what is "
            "new from the output of --dry-run"
        )


def _report(
    form: Form,
    options: argparse.Namespace,
    contents: Mapping[str, str],
    adopted: Sequence[Candidate],
    candidates: Sequence[Candidate],
    new: int,
    earlier: int,
) -> Iterator[str]:
    verb = "would be written" if options.dry_run else "written"
    names = f" in {', '.join(contents)}" if adopted else ""
    yield f"{options.out}: {count(len(adopted), 'connection')} {verb}{names}"
    if not candidates:
        yield "  this API key can see no such connection"
    yield from result_lines(adopted, [each for each in candidates if each.refused])
    if adopted and not options.dry_run:
        yield ""
        yield f"Next: {form.next_step.format(directory=options.out)}"
        yield f"The plan should show {_planned(new, earlier)}."


def _new(adopted: Sequence[Candidate], earlier: Collection[str], kept: Collection[str]) -> int:
    """Return the number of resources that were not written before.

    :param earlier: the identifiers of the connections that were
    :param kept: the types of what was written along with them
    """
    new = sum(each.found.id not in earlier for each in adopted)
    return new + sum(
        each.found.id not in earlier or one.type not in kept
        for each in adopted
        for one in each.belongings
    )


def _planned(new: int, earlier: int) -> str:
    """Return what a plan shows; which of the earlier ones were deployed is not known here."""
    if not earlier:
        return f"{new} to import, 0 to add, 0 to change, 0 to destroy"
    waiting = f"those of the {earlier} written earlier that no deploy has imported yet"
    return f"{new} to import, plus {waiting}, and no change to the others"
