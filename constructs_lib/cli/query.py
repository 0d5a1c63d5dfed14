"""``python -m constructs_lib query``: what there is in an account, by ``terraform query``.

It writes a query file into the folder of a stack, where the provider is configured, runs Terraform
1.14 or later there, and removes the file again; the one that a killed run left is removed by the
next run. The filters are those of the list's schema.

Exit status: that of Terraform; 1 also if it cannot be run (the message says why), 130 after Ctrl-C
before that, 2 wrong usage.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any, Final

from constructs_lib import schemas
from constructs_lib.cli.doctor.local_checks import Machine, terraform_version
from constructs_lib.cli.parsers import DONE, WRONG_USAGE, CommandParser, program
from constructs_lib.cli.waiting import wait_for
from constructs_lib.schemas import IGNORING_CASE, Attribute, Kind

_EXAMPLES: Final = """\
{prog} --dir cdktf.out/stacks/production --service postgres --setup-state broken
{prog} --dir cdktf.out/stacks/production --generate-config-out found.tf
{prog} --resource fivetranops_connection_state --help"""
_LIST: Final = "list."
_FOUND: Final = "found"
"""The name of the list in the query file, with which generated resources begin."""
_OLDEST: Final = (1, 14)
_INTERRUPTED: Final = 130
_DOWNLOADS: Final = "https://developer.hashicorp.com/terraform/install"
_PREFIX: Final = "connections-"
_SUFFIX: Final = ".tfquery.json"
_STACKS: Final = Path("cdktf.out", "stacks")


def main(arguments: Sequence[str]) -> int:
    """Run the command; return the exit status.

    :param arguments: its options
    """
    options = parser(_resource(arguments)).parse_args(arguments)
    if sys.stdout is None:
        sys.stderr.write("query: the standard output is closed\n")
        return 1
    machine = Machine.current()
    folder = Path(options.dir).expanduser().absolute()
    try:
        terraform = _terraform(machine)
        _require_initialised(folder, machine.environ)
        with _query_file(folder, document(options)):
            return run_program([terraform, "query", *_arguments(options, machine.environ)], folder)
    except KeyboardInterrupt:
        sys.stderr.write("query: interrupted\n")
        return _INTERRUPTED
    except NoQuery as error:
        sys.stderr.write(f"query: {error}\n")
    except OSError as error:
        sys.stderr.write(f"query: {error.filename or folder}: {error.strerror or error}\n")
    return 1


class NoQuery(Exception):
    """A query that cannot be run; the message says why, and what to do."""


def document(options: argparse.Namespace) -> dict[str, Any]:
    """Return the content of the query file.

    :param options: those of the command line
    """
    resource: str = options.resource
    filters = {name: _literal(getattr(options, name)) for name in _filters(resource)}
    kind = resource.partition("_")[0]
    alias = (options.provider or "").removeprefix(f"{kind}.")
    block: dict[str, Any] = {"provider": f"{kind}.{alias}" if alias else kind}
    if options.limit is not None:
        block["limit"] = options.limit
    block["config"] = {name: value for name, value in filters.items() if value is not None}
    return {"list": {resource: {_FOUND: block}}}


def _literal(value: Any) -> Any:
    """Return a value of a filter such that Terraform takes it as it is, not as a template."""
    if isinstance(value, list):
        return [_literal(each) for each in value]
    return re.sub(r"([$%])(?={)", r"\1\1", value) if isinstance(value, str) else value


def _terraform(machine: Machine) -> str:
    """Return the program; it must be one that can query."""
    name = machine.environ.get("TERRAFORM_BINARY_NAME") or "terraform"
    program = machine.program(name)
    if program is None:
        raise NoQuery(f"{name} is not on the PATH. Install Terraform 1.14 or newer: {_DOWNLOADS}")
    version = terraform_version(machine, program)
    if version is None:
        raise NoQuery(f"{program} does not report its version. Try '{program} version'")
    if version[:2] < _OLDEST:
        shown = ".".join(map(str, version))
        raise NoQuery(
            f"{program} is {shown}, but 'query' needs Terraform 1.14 or newer. Install it: "
            f"{_DOWNLOADS}. Or name one in TERRAFORM_BINARY_NAME"
        )
    return program


def _require_initialised(folder: Path, environ: Mapping[str, str]) -> None:
    if not any([*folder.glob("*.tf"), *folder.glob("*.tf.json")]):
        stacks = sorted(path.parent for path in (folder / _STACKS).glob("*/*.tf*"))
        known = f", such as --dir {os.path.relpath(stacks[0])}" if stacks else ""
        raise NoQuery(
            f"{folder} has no Terraform configuration. Give the folder of a synthesised stack "
            f"with --dir{known}"
        )
    if not (folder / (environ.get("TF_DATA_DIR") or ".terraform")).is_dir():
        raise NoQuery(f"{folder} is not initialised. Run 'terraform init' there, and try again")


@contextmanager
def _query_file(folder: Path, content: Mapping[str, Any]) -> Iterator[None]:
    """Have a query file in a folder, for as long as Terraform runs."""
    with signals_held():
        with _locked(folder):
            _remove_stale(folder)
            handle, name = tempfile.mkstemp(suffix=_SUFFIX, prefix=_PREFIX, dir=folder)
            # The lock ends with this process, however that ends.
            fcntl.flock(handle, fcntl.LOCK_EX)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(content, file)
                file.flush()
                yield
        finally:
            with suppress(FileNotFoundError):
                os.unlink(name)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep other runs from making a query file in a folder, or removing one."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _remove_stale(folder: Path) -> None:
    """Remove the query files of runs that were killed: with two, Terraform refuses both.

    :raises NoQuery: if one is of a run that goes on
    """
    for path in sorted(folder.glob(f"{_PREFIX}*{_SUFFIX}")):
        with path.open("r+b") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise NoQuery(
                    f"another query is running in {folder}, with {path.name}. Try again when it "
                    "has ended"
                ) from None
            if _is_ours(file.read()):
                path.unlink()


def _is_ours(text: bytes) -> bool:
    """Return whether a query file was written here; it is empty if the run ended before that."""
    try:
        ((kind, lists),) = json.loads(text).items() if text else [("list", {"": {_FOUND: {}}})]
        (block,) = lists.values()
        return bool(kind == "list" and block.keys() == {_FOUND})
    except (ValueError, TypeError, AttributeError):
        return False


_CHILDREN: Final[list[subprocess.Popen[bytes]]] = []
_PENDING: Final[list[int]] = []
"""The signals that came before the program that is to get them."""


@contextmanager
def signals_held(*, is_apart: bool = False) -> Iterator[list[int]]:
    """Leave the end to Terraform, so that nothing is left behind; yield the signals that came.

    Ctrl-C reaches Terraform as it reaches this process. Other signals go to this one alone, and are
    handed on.

    :param is_apart: True if Terraform runs apart from the terminal, so that each Ctrl-C is handed
        on as well, and other signals once: at a second one Terraform ends without writing the
        state, and ``timeout`` and ``make`` send several. SIGHUP is handed on as SIGTERM, because
        Terraform ends at once at a SIGHUP
    """
    held: list[int] = []

    def hand_on(number: int, _frame: FrameType | None) -> None:
        is_first = not any(each in _HANDED_ON for each in held)
        held.append(number)
        if is_apart and number == signal.SIGHUP:
            number = signal.SIGTERM
        if is_apart and not _CHILDREN:
            # It may start just now.
            _PENDING.append(number)
        elif number == signal.SIGINT or is_first or not is_apart:
            _hand_on(number)

    _PENDING.clear()
    before = {each: signal.getsignal(each) for each in (signal.SIGINT, *_HANDED_ON)}
    try:
        signal.signal(signal.SIGINT, hand_on if is_apart else lambda number, _: held.append(number))
        for each in _HANDED_ON:
            signal.signal(each, hand_on)
        yield held
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


_HANDED_ON: Final = (signal.SIGTERM, signal.SIGHUP)


def _hand_on(number: int) -> None:
    for child in _CHILDREN:
        child.send_signal(number)
    if not _CHILDREN:
        sys.exit(128 + number)


def run_program(
    command: list[str],
    folder: Path,
    environ: Mapping[str, str] | None = None,
    umask: int = -1,
    *,
    is_apart: bool = False,
) -> int:
    """Run Terraform in a folder, inside of :func:`signals_held`; return its exit status.

    :param environ: its environment variables; those of this process by default
    :param umask: that of the files that it writes; that of this process by default
    :param is_apart: True if signals of the terminal and of the process group do not reach it
    """
    # Not by -chdir: Terraform looks for its providers where it was started.
    with subprocess.Popen(  # noqa: S603 (a program that was looked up)
        command, cwd=folder, env=environ, umask=umask, start_new_session=is_apart
    ) as child:
        _CHILDREN.append(child)
        try:
            for number in _PENDING[:1]:
                child.send_signal(number)
            status = wait_for(child)
        finally:
            _CHILDREN.remove(child)
    return status if status >= 0 else 128 - status


def _arguments(options: argparse.Namespace, environ: Mapping[str, str]) -> Iterator[str]:
    if options.generate_config_out is not None:
        # Terraform runs in another folder than this command.
        yield f"-generate-config-out={Path(options.generate_config_out).expanduser().absolute()}"
    if options.json:
        yield "-json"
    if environ.get("NO_COLOR") or not sys.stdout.isatty():
        yield "-no-color"


def _resource(arguments: Sequence[str]) -> str:
    """Return what is listed, which decides the other options."""
    parser = argparse.ArgumentParser(add_help=False, exit_on_error=False)
    _add_resource(parser)
    with suppress(argparse.ArgumentError):
        return str(parser.parse_known_args(arguments)[0].resource)
    return _resources()[0]


def parser(resource: str = "") -> CommandParser:
    """Return the parser of the command.

    :param resource: what is listed, whose filters are options; the connections by default
    """
    parser = CommandParser(
        prog=program("query"),
        description="Find existing objects with 'terraform query', in the folder of a stack.",
        examples=_EXAMPLES,
        statuses={
            0: DONE,
            1: "Terraform exited with 1 or cannot be run; the message says why",
            2: WRONG_USAGE,
            130: "interrupted by Ctrl-C before Terraform ran",
        },
        notes="The filters depend on --resource. An object must match all of them.",
        allow_abbrev=False,
    )
    _add_resource(parser)
    text = "the folder of the stack, such as cdktf.out/stacks/NAME (default: this one)"
    parser.add_argument("--dir", default=".", help=text)
    text = "the alias of the provider to ask, if the stack has several"
    parser.add_argument("--provider", metavar="ALIAS", help=text)
    text = "find at most N objects (default: 100, as in Terraform)"
    parser.add_argument("--limit", type=_limit, metavar="N", help=text)
    text = (
        "write the configuration of everything that is found into this new file, with import blocks"
    )
    parser.add_argument("--generate-config-out", metavar="FILE", help=text)
    parser.add_argument("--json", action="store_true", help="print the JSON that Terraform prints")
    for attribute in _filters(resource or _resources()[0]).values():
        _add_filter(parser, attribute)
    return parser


def _add_resource(parser: argparse.ArgumentParser) -> None:
    names = _resources()
    text = f"what to look for (default: {names[0]})"
    parser.add_argument("--resource", choices=names, default=names[0], help=text)


def _resources() -> list[str]:
    """Return the types that can be listed, the connections first."""
    names = [name.removeprefix(_LIST) for name in schemas.names() if name.startswith(_LIST)]
    return sorted(names, key=lambda name: (not name.startswith("fivetranops"), name))


def _filters(resource: str) -> dict[str, Attribute]:
    return schemas.load(_LIST + resource).attributes


def _add_filter(parser: argparse.ArgumentParser, attribute: Attribute) -> None:
    allowed = attribute.rule.get("enum") or attribute.rule.get(IGNORING_CASE)
    parser.add_argument(
        "--" + attribute.name.replace("_", "-"),
        type=attribute.spelled if attribute.kind is Kind.STRING else json.loads,
        choices=allowed,
        metavar=None if allowed else attribute.name.upper(),
        help=attribute.description.replace("%", "%%"),
    )


def _limit(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("the limit must be at least 1")
    return number


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
