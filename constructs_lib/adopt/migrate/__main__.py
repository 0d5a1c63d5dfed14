"""Migrate a state: ``python -m constructs_lib.adopt.migrate STATE --form hcl --out DIRECTORY``.

``STATE`` is the output of ``terraform show -json``, a state file, ``-``, or a directory. It is only
read. The form ``hcl`` moves the connections in the state where they are. In ``python`` and ``yaml``
another stack imports them, and a file in HCL lets the old one forget them.

Nothing is written if a plan might destroy something, or if a file would lose what it says.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from constructs_lib.adopt import hcl_form, python_form, yaml_form
from constructs_lib.adopt.description import Document, UnfitForm
from constructs_lib.adopt.files import FilesError, WrittenFiles, contents_of_others
from constructs_lib.adopt.migrate.connection import as_import
from constructs_lib.adopt.migrate.migration import TARGET, Migration, Refused, plan_migration
from constructs_lib.adopt.migrate.report import Written, is_any, report
from constructs_lib.adopt.migrate.state import STDIN, StateError, StateObject, read_state
from constructs_lib.cli.parsers import CommandParser, program
from constructs_lib.schemas.official_state import PROVIDER
from constructs_lib.schemas.redaction import escape_controls

HCL = "hcl"
FORMS = (HCL, "python", "yaml")
PREFIX = "fivetranops_"
"""How the names of the files in HCL begin: a directory often has a ``variables.tf`` already."""
PROVIDERS = PREFIX + hcl_form.PROVIDERS
FORGET = "forget.tf"
"""The file with what the old configuration forgets, if another stack imports the connections."""
_COMMAND = "python -m constructs_lib.adopt.migrate"
_EXAMPLES = """\
{prog} before.tfstate --form hcl --out .
terraform show -json | {prog} - --form yaml --out fivetran --dry-run"""
_INTERRUPTED = 130
_MOST_COPIES = 1000
_BLOCK = re.compile(r"^(?=(?:resource|moved|removed|variable) )", re.MULTILINE)
_REQUIRED = re.compile(rb'required_providers"?\s*[:{]')
_ADDRESSES = re.compile(r"^  (?:from|to) += (.+)$", re.MULTILINE)
_USED = re.compile(r"\bvar\.(\w+)")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, and return its exit status.

    :returns: 0; or 1, or 130 after Ctrl-C, with a message and nothing written
    """
    options = parser().parse_args(arguments)
    try:
        sys.stdout.write(escape_controls(_migrate(options)))
    except Refused as error:
        reasons = "".join(f"\n  {reason}." for reason in error.reasons)
        return _failed(f"{options.state} cannot be migrated as it is:{reasons}")
    except (StateError, FilesError, UnfitForm) as error:
        return _failed(str(error))
    except RecursionError:
        return _failed(f"{options.state} has settings that are nested too deeply to be written.")
    except KeyboardInterrupt:
        sys.stderr.write("migrate: interrupted; nothing was written.\n")
        return _INTERRUPTED
    return 0


def _failed(message: str) -> int:
    sys.stderr.write(escape_controls(f"migrate: {message}\nNothing was written.\n"))
    return 1


def parser() -> CommandParser:
    """Return the parser of the command."""
    parser = CommandParser(
        prog=program("migrate"),
        examples=_EXAMPLES,
        description=f"Move connections from a state of {PROVIDER} to a configuration of this "
        "provider.",
    )
    parser.add_argument(
        "state",
        metavar="STATE",
        help="the output of 'terraform show -json', a state file, a directory, or - for standard "
        "input",
    )
    parser.add_argument("--form", choices=FORMS, required=True, help="the form of the files")
    parser.add_argument(
        "--out",
        metavar="DIRECTORY",
        required=True,
        help="the directory for the files; for hcl, the directory of the configuration",
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="print what would be written, and write nothing"
    )
    return parser


def _migrate(options: argparse.Namespace) -> str:
    """Return what is printed."""
    is_moved = options.form == HCL
    files = WrittenFiles(Path(options.out), _COMMAND)
    objects = read_state(options.state)
    others = hcl_form.declared(contents_of_others(files.directory, _is_own) if is_moved else ())
    taken = [*others.variables, *(_variables_of_moved(files, objects) if is_moved else ())]
    migration = plan_migration(
        objects, for_entries=options.form == "yaml", variables=taken, names=others.connections
    )
    if not is_moved:
        connections = tuple(as_import(each) for each in migration.connections)
        migration = migration._replace(connections=connections)
    if not migration.connections and not migration.forgotten and not migration.moved_before:
        raise StateError(
            f"{options.state} has no connection of {PROVIDER}; give the state of a configuration "
            "that has some"
        )
    contents = _contents(migration, options.form)
    if PROVIDERS in contents and others.has_provider:
        contents[PROVIDERS] = hcl_form.requirements()
    if is_any(migration):
        changed = _changed(files, contents, migration, is_dry_run=options.dry_run)
    else:
        contents = changed = {}
    written = Written(
        source=options.state,
        directory=options.out,
        files=sorted(changed),
        unchanged=sorted(contents.keys() - changed.keys() - {PROVIDERS}),
        needs_provider=is_moved and _is_provider_missing(files),
        copy=_copy(options.state),
        is_moved=is_moved,
        is_dry_run=options.dry_run,
    )
    text = report(migration, written)
    if options.dry_run:
        return text + "".join(f"\n# {name}\n{changed[name]}" for name in sorted(changed))
    if is_any(migration):
        files.write(changed, plain=(PROVIDERS,))
    return text


def _copy(source: str) -> str | None:
    """Return a name for a copy of the state; None if it was read from a file, which is one."""
    directory = Path(source)
    if source != STDIN and not directory.is_dir():
        return None
    names = ("before.tfstate", *(f"before_{number}.tfstate" for number in range(2, _MOST_COPIES)))
    free = (n for n in names if not Path(n).exists() and not (directory / n).exists())
    return next(free, None)


def _contents(migration: Migration, form: str) -> dict[str, str]:
    """Return the files by their names."""
    document = migration.document
    if form == HCL:
        return {PREFIX + name: content for name, content in hcl_form.to_hcl(document).items()}
    write = {"python": python_form.to_python, "yaml": yaml_form.to_yaml}[form]
    sources = [each.source.resource for each in migration.connections]
    forgotten = Document((), tuple(sorted({*sources, *document.removed})))
    forget = hcl_form.to_hcl(forgotten)[hcl_form.MOVED]
    return {**write(Document(document.connections)), FORGET: forget}


def _is_own(name: str) -> bool:
    return name.startswith(PREFIX)


def _changed(
    files: WrittenFiles, contents: Mapping[str, str], migration: Migration, *, is_dry_run: bool
) -> dict[str, str]:
    """Return the files that have to be written.

    :param is_dry_run: True if nothing will be written, so that it may be whoever's
    :raises FilesError: if one is there that somebody has changed
    """
    changed: dict[str, str] = {}
    own = [name for name in contents if name != PROVIDERS]
    if not is_dry_run:
        files.require_own(own)
    for name in own:
        there = files.content(name)
        content = _completed(there or "", contents[name], migration, files.directory / name)
        changed |= {} if content == there else {name: content}
    if PROVIDERS in contents and not _has_provider(files):
        changed[PROVIDERS] = contents[PROVIDERS]
    return changed


def _completed(there: str, content: str, migration: Migration, path: Path) -> str:
    """Return what is to be in a file of an earlier run.

    What has moved since then is no longer among the old objects of the state, and the plan would
    destroy it if nothing described it any more.

    :param there: what is in it; empty without an earlier run
    :raises FilesError: if it is of another form than HCL, and would lose a connection
    """
    if path.suffix != ".tf":
        lost = _imported(there, path) - _imported(content, path)
        if lost:
            raise FilesError(
                f"{path} has connections that are not in this state, so Terraform would delete "
                f"them: {', '.join(sorted(lost))}. Choose another directory with --out"
            )
        return content
    old, new = _blocks(there), _blocks(content)
    moved = tuple(migration.moved_before.values())
    kept = {key: old[key] for key in old.keys() - new.keys() if _is_kept(key, old, moved)}
    if not kept:
        return content
    merged = [new.get(key, block) for key, block in old.items() if key in new or key in kept]
    return "\n".join([*merged, *(new[key] for key in new if key not in old)])


def _imported(text: str, path: Path) -> set[str]:
    """Return the names of the connections in a file, each with its identifier."""
    form = yaml_form if path.name == yaml_form.FILE else python_form
    return {f"{name} ({identifier})" for name, identifier in form.IMPORTS.findall(text)}


def _is_kept(key: str, blocks: Mapping[str, str], moved: Sequence[str]) -> bool:
    """Return True for a block that is about what has moved already."""
    if key.startswith("resource"):
        return _address(key) in moved
    if key.startswith("moved"):
        return key.rpartition(" ")[2] in moved
    # What is forgotten is not in the state any more, and a variable may be used.
    return True


def _address(head: str) -> str:
    return ".".join(head.split('"')[1:4:2])


def _blocks(text: str) -> dict[str, str]:
    """Return the blocks of a file as it was written, by what tells each from the others."""
    found = {}
    for block in filter(None, _BLOCK.split(text)):
        head, _, inside = block.partition(" {\n")
        is_named = head.startswith(("resource", "variable"))
        words = [] if is_named else _ADDRESSES.findall(inside)
        found[" ".join([head, *words])] = block.rstrip("\n") + "\n"
    return found


def _has_provider(files: WrittenFiles) -> bool:
    return files.exists(PROVIDERS) or _requires_providers(files.directory)


def _requires_providers(directory: Path) -> bool:
    """Return True if a file of somebody else says already which providers are needed."""
    return any(_REQUIRED.search(content) for content in contents_of_others(directory, _is_own))


def _is_provider_missing(files: WrittenFiles) -> bool:
    """Return True if the provider has to be added to the requirements of somebody else."""
    every = [*contents_of_others(files.directory, _is_own), files.text(PROVIDERS).encode()]
    is_named = any(hcl_form.SOURCE.encode() in content for content in every)
    return not is_named and _requires_providers(files.directory)


def _variables_of_moved(files: WrittenFiles, objects: Sequence[StateObject]) -> Iterator[str]:
    """Yield the variables of the connections of an earlier run that have moved since."""
    moved = {each.address for each in objects if each.type_name == TARGET}
    there = files.content(PREFIX + hcl_form.CONNECTIONS) or ""
    for key, block in _blocks(there).items():
        if _address(key) in moved:
            yield from _USED.findall(block)


if __name__ == "__main__":
    sys.exit(main())
