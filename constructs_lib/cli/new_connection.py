"""``connections new-connection``: write one connection with what its service needs.

The catalogue says what a service needs: the keys of its destination schema, and its secrets, which
become variables. In the forms of Terraform and Python it is a file of its own; an entry of an
environment file is inserted by the app of the project, which reads those files.

What is not given by an option is asked for, if there is a terminal. No file is written over.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from constructs_lib import schemas
from constructs_lib.adopt import hcl_form, python_form, yaml_form
from constructs_lib.adopt.description import Described, Document, Variable, variables_of
from constructs_lib.adopt.files import FilesError, contents_of_others
from constructs_lib.adopt.settings import errors_of
from constructs_lib.cli.parsers import CommandParser, program
from constructs_lib.cli.waiting import read_line
from constructs_lib.schemas import Field, FieldKind, Service
from constructs_lib.schemas.keywords import did_you_mean
from constructs_lib.schemas.redaction import display, escape_controls
from constructs_lib.validation import render

_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_NAME_IN_WORDS: Final = "lower-case letters, digits and underscores, beginning with a letter"
_APP: Final = Path("stacks", "__main__.py")
_EXAMPLES: Final = """\
# on a terminal, it asks for missing values
{prog}

{prog} --service postgres --group decided_lagoon --form hcl --out fivetran
{prog} --service stripe --name billing --environment production"""


class Form(NamedTuple):
    """One way to write a connection in a file of its own."""

    write: Callable[[Document], dict[str, str]]
    ending: str
    next_step: str


FORMS: Final = {
    "hcl": Form(
        hcl_form.to_hcl, ".tf", "connections install, then terraform -chdir={directory} init, plan"
    ),
    "python": Form(
        python_form.to_python, ".py", "call connections(stack) of {file} in a stack, and plan it"
    ),
    "yaml": Form(yaml_form.to_yaml, ".yaml", "add what is in {file} to an environment, and plan"),
}
"""The forms by their names."""


class _Failed(Exception):
    """The command ends with this message, and has written nothing."""


def main(arguments: Sequence[str]) -> int:
    """Write one connection; return the exit status.

    :param arguments: the options
    """
    parsed = parser()
    options = parsed.parse_args(arguments)
    try:
        if sys.stdin is not None and sys.stdin.isatty():
            _ask(options)
        elif missing := _missing(options):
            parsed.error(
                f"there is no terminal to ask for missing values; give {', '.join(missing)}"
            )
        if options.environment is not None and options.out is not None:
            parsed.error("--out only goes with --form: an environment has its own file")
        facts = _service(options.service)
        name = _name(options.name or _usual_name(facts.name))
        if options.environment is not None:
            return _insert(facts, name, options)
        _write(facts, name, options)
    except (_Failed, FilesError) as error:
        sys.stderr.write(escape_controls(f"new-connection: {error}\nNothing was written.\n"))
        return 1
    return 0


def parser() -> CommandParser:
    """Return the parser of the command."""
    parser = CommandParser(
        prog=program("new-connection"),
        description="Write one connection, with what its service needs according to the "
        "catalogue: the name of the destination schema, and each secret as a variable.",
        examples=_EXAMPLES,
    )
    add = parser.add_argument
    add("--service", metavar="S", help="the type of the connection, such as postgres")
    text = "the identifier of the group (destination); an environment may set it in its defaults"
    add("--group", metavar="ID", help=text)
    text = "the name of the connection and of its destination schema (default: the service)"
    add("--name", metavar="NAME", help=text)
    target = parser.add_mutually_exclusive_group()
    text = "add it to the file of this environment, or to the settings file at this path"
    target.add_argument("--environment", metavar="NAME|FILE", help=text)
    text = "write it in this form"
    target.add_argument("--form", choices=FORMS, help=text)
    text = "the directory for the new file; without it, the connection is printed"
    add("--out", metavar="DIRECTORY", type=Path, help=text)
    return parser


def _missing(options: argparse.Namespace) -> list[str]:
    found = [] if options.service else ["--service"]
    # An environment may name the group in its defaults.
    if not options.group and options.environment is None:
        found.append("--group")
    if options.environment is None and options.form is None:
        found.append("--environment or --form")
    return found


def _ask(options: argparse.Namespace) -> None:
    """Ask for what no option gives, and again where the answer cannot be taken."""
    options.service = options.service or _answer("Service, such as postgres", _service)
    usual = _usual_name(options.service)
    options.name = options.name or _answer("Name", _name, default=usual)
    if options.environment is None and options.form is None:
        where = _answer(f"Form ({', '.join(FORMS)}), or the environment to add it to", _text)
        options.form, options.environment = (where, None) if where in FORMS else (None, where)
    if not options.group:
        optional = None if options.environment is None else ""
        words = "Group (destination)"
        words += "" if optional is None else ", or nothing if the environment has one"
        options.group = _answer(words, _text, default=optional)


def _answer(question: str, check: Callable[[str], Any], default: str | None = None) -> str:
    """Return an answer that can be taken.

    :raises _Failed: if there is none
    """
    usual = f" [{default}]" if default else ""
    while True:
        sys.stderr.write(f"{question}{usual}: ")
        sys.stderr.flush()
        line = read_line(sys.stdin)
        if not line:
            raise _Failed("the input ended without an answer")
        answer = line.strip() or default
        try:
            if answer:
                check(answer)
            if answer is not None:
                return answer
        except _Failed as error:
            sys.stderr.write(escape_controls(f"{error}\n"))


def _text(answer: str) -> str:
    return answer


def _service(name: str) -> Service:
    facts = schemas.service(name)
    if facts is None:
        near = did_you_mean(name, schemas.services())
        hint = near or f"see '{program('catalogue')} search WORD'"
        raise _Failed(f"the catalogue has no service {display(name)}; {hint}")
    return facts


def _name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise _Failed(f"{display(name)} is not a valid name; allowed are {_NAME_IN_WORDS}")
    return name


def _usual_name(service: str) -> str:
    return service if service[:1].isalpha() else f"source_{service}"


def _insert(facts: Service, name: str, options: argparse.Namespace) -> int:
    """Have the app of the project insert the entry; return its exit status.

    :raises _Failed: if there is no such app here
    """
    if not _APP.is_file():
        raise _Failed(
            f"{Path.cwd()} is not a project with environment files (it has no {_APP}). Change to "
            "the folder of the project, or choose a form with --form"
        )
    group = ["--group", options.group] if options.group else []
    words = [facts.name, "--name", name, *group, "--environment", options.environment]
    command = [sys.executable, "-m", "stacks", "new-connection", *words]
    return subprocess.run(command, check=False).returncode  # noqa: S603 (the app of the project)


def described(service: Service, name: str, group: str) -> Described:
    """Return a new connection with what its service needs.

    :param name: its name, that of its destination schema, and the prefix of its variables
    :param group: the identifier of its group
    """
    parts = {
        "config": dict.fromkeys(service.destination_schema, name),
        "secrets": _secrets(service.config.values(), name),
        "auth_secrets": _secrets(service.auth.values(), name),
    }
    attributes = {"service": service.name, "group_id": group}
    needed = {key: part for key, part in parts.items() if part or key == "config"}
    comment = f"All settings of {service.name}: connections catalogue show {service.name}"
    return Described(name, {**attributes, **needed}, comments=(comment,))


def _secrets(fields: Iterable[Field], prefix: str) -> dict[str, Any]:
    """Return a variable for each secret; one without a value is not sent."""
    found: dict[str, Any] = {}
    for field in fields:
        name = f"{prefix}_{re.sub(r'[^a-z0-9_]+', '_', field.name.lower())}"
        if field.kind is FieldKind.OBJECT:
            inside = _secrets(field.fields.values(), name)
            found |= {field.name: inside} if inside else {}
        elif field.kind is FieldKind.LIST:
            # In a list of objects the other settings would have to be known.
            if field.item is not None and field.item.secret:
                found[field.name] = [Variable(name)]
        elif field.secret and not field.read_only:
            found[field.name] = Variable(name)
    return found


def _write(facts: Service, name: str, options: argparse.Namespace) -> None:
    """Write the file, or print what it would hold.

    :raises _Failed: if it cannot be written, or a check refuses it
    """
    form = FORMS[options.form]
    connection = described(facts, name, options.group)
    if found := list(errors_of(name, connection.attributes)):
        raise _Failed(render(found))
    document = Document((connection,))
    contents = form.write(document)
    if options.out is None:
        sys.stdout.write("\n".join(contents.values()))
        sys.stderr.writelines(f"{line}\n" for line in _values_of(document))
        return
    if options.form == "hcl":
        _require_free(options.out, document)
    notes = hcl_form.leave_provider_out(contents, options.out)
    provider = contents.pop(hcl_form.PROVIDERS, None)
    files = {f"{name}{form.ending}": "\n".join(contents.values())}
    files |= {} if provider is None else {hcl_form.PROVIDERS: provider}
    _write_new(options.out, files)
    file = options.out / f"{name}{form.ending}"
    lines = [f"{options.out}: written {', '.join(files)}", *_values_of(document), *notes]
    lines.append(f"Next: {form.next_step.format(directory=options.out, file=file)}")
    sys.stdout.writelines(f"{line}\n" for line in lines)


def _require_free(folder: Path, document: Document) -> None:
    """Require that no other file of Terraform declares the same.

    :raises _Failed: if one does
    """
    others = hcl_form.declared(contents_of_others(folder, lambda name: False))
    names = {f"fivetranops_connection.{each.name}" for each in document.connections}
    names |= {f"var.{each.name}" for each in variables_of(document)}
    there = {f"fivetranops_connection.{name}" for name in others.connections}
    if taken := sorted(names & (there | {f"var.{name}" for name in others.variables})):
        raise _Failed(f"{folder} already declares {', '.join(taken)}; choose another --name")


def _values_of(document: Document) -> list[str]:
    names = [f"TF_VAR_{each.name}" for each in variables_of(document)]
    return [f"Set the secrets that the connection uses: {', '.join(names)}"] if names else []


def _write_new(folder: Path, files: dict[str, str]) -> None:
    """Write all files, none of which is there, or none.

    :raises _Failed: if one is there, or cannot be written
    """
    made: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            with (folder / name).open("x", encoding="utf-8") as file:
                made.append(folder / name)
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
    except OSError as error:
        for path in made:
            path.unlink(missing_ok=True)
        if isinstance(error, FileExistsError):
            place = error.filename or folder
            raise _Failed(f"{place} already exists; choose another --name or --out") from None
        reason = error.strerror or type(error).__name__
        raise _Failed(f"{error.filename or folder} cannot be written: {reason}") from None
