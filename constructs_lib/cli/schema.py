"""``connections schema``: the JSON Schema of the environment files, for an editor.

The services whose settings it has are those that the files name, and those that are asked for.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from constructs_lib import schemas
from constructs_lib.cli.parsers import CommandParser, program
from constructs_lib.launchers import write_atomically
from constructs_lib.schemas.keywords import did_you_mean
from constructs_lib.schemas.redaction import escape_controls
from constructs_lib.validation.environment_schema import editor_schema

FOLDER: Final = Path("stacks", "environments")
"""Where the files of a project are."""
NAME: Final = "environment.schema.json"
"""How the schema of a project is called, beside its files."""
MODELINE: Final = "# yaml-language-server: $schema="
"""How the line of a file begins that tells an editor its schema."""
_SERVICE: Final = re.compile(r"\bservice:\s*[\"']?([a-z0-9_]+)")
_PLAIN_LIST: Final = re.compile(r"\[\n *([^\[\]{}]*)\n *\]")
"""A list of words and numbers, which is written in one line."""
_BREAK: Final = re.compile(r"\n *")
_EXAMPLES: Final = f"""\
{{prog}} --output {FOLDER / NAME}

# with the settings of a service that no file has yet
{{prog}} --service postgres --service github --output {FOLDER / NAME}"""
_NOTES: Final = """\
The schema is in draft 7 of JSON Schema, which every version of the YAML language server reads: the
extension YAML of VS Code, and the plugins of other editors."""


class _Failed(Exception):
    """The command ends with this message."""


def main(arguments: Sequence[str]) -> int:
    """Write or print the schema; return the exit status.

    :param arguments: the options
    """
    options = parser().parse_args(arguments)
    folder = options.environments or FOLDER
    try:
        if options.environments is not None and not folder.is_dir():
            raise _Failed(f"there is no folder {folder}; give the folder of the environment files")
        text = file_text(folder, options.service, is_whole=not options.partial)
        if options.output is None:
            sys.stdout.write(text)
        else:
            _write(options.output, text, folder)
    except _Failed as error:
        sys.stderr.write(f"schema: {escape_controls(str(error))}\n")
        return 1
    return 0


def parser() -> CommandParser:
    """Return the parser of the command."""
    parser = CommandParser(
        prog=program("schema"),
        description="Write the JSON Schema of the environment files. With it, an editor completes "
        "keys and values, shows their descriptions and marks mistakes.",
        examples=_EXAMPLES,
        notes=_NOTES,
    )
    text = f"the folder of the files; the schema covers their services (default: {FOLDER})"
    parser.add_argument("--environments", metavar="DIR", type=Path, help=text)
    text = "another service to cover; may be given several times"
    parser.add_argument("--service", metavar="S", action="append", default=[], help=text)
    text = "do not require the destination schema in a file with service and config, because "
    text += "another file has it"
    parser.add_argument("--partial", action="store_true", help=text)
    text = "the file to write; without it, the schema is printed"
    parser.add_argument("--output", metavar="FILE", type=Path, help=text)
    return parser


def file_text(folder: Path, services: Sequence[str] = (), *, is_whole: bool = True) -> str:
    """Return the schema of the files in a folder, with a line break at its end.

    :param folder: the folder, which may be missing if services are given
    :param services: services besides those that the files name
    :param is_whole: see :func:`editor_schema`
    """
    for name in services:
        if schemas.service(name) is None:
            near = did_you_mean(name, schemas.services())
            hint = near or f"see '{program('catalogue')} search'"
            raise _Failed(f"there is no service {name!r} in the catalogue; {hint}")
    document = editor_schema([*services, *_services_in(folder)], is_whole=is_whole)
    text = json.dumps(document, indent=1, ensure_ascii=False)
    return _PLAIN_LIST.sub(lambda found: f"[{_BREAK.sub(' ', found[1])}]", text) + "\n"


def _services_in(folder: Path) -> Iterator[str]:
    for path in sorted(folder.glob("*.yaml")):
        try:
            yield from _SERVICE.findall(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError):
            continue  # Whatever is wrong with a file, the loader tells of it.


def _write(output: Path, text: str, folder: Path) -> None:
    try:
        is_new = write_atomically(output, text.encode(), mode=0o644, scratch=output.parent)
    except OSError as error:
        raise _Failed(f"{output} cannot be written: {error.strerror or error}") from None
    sys.stdout.write(f"{output}: {'written' if is_new else 'unchanged'}\n")
    line = MODELINE + os.path.relpath(output, folder)
    sys.stdout.write(f"Begin each file of {folder} with this line:\n\n{line}\n")
