"""List the files of a resource that are written by hand: ``resource_files.py NAME``.

A file is listed in each of these cases:

* Its path has a name of the resource: the type, such as ``fivetranops_example``, the same without
  the provider, the package of the provider that has its class, or the module with its rules. A path
  has a name as words in a row: ``unit/schemas/test_trust_rules.py`` has ``trust``.
* It is a module or a schema of the product, and its text has the type, the name of the construct,
  or that of the section of environment files. A ``$ref`` to an attribute does not count.
* It is a test whose text has one of these, and that of no other resource but the connection. A test
  of several resources tests what they share, and this one is a case.

What nobody writes is not listed:

* What ``make generate`` makes: modules and pages with the mark of a generated file, prepared
  schemas, and the parts of a file between ``Generated from`` and ``End of the generated``.
* What ``make new-resource`` completes: ``import.tf`` and ``import.sh``, an ``__init__.py`` with
  nothing but its docstring, and the modules of ``scaffold/insertions.py``, as long as their lines
  about the resource have no other words than the scaffold writes there.

Pages and settings about a task or the whole project are not listed either: guides, internals,
decisions, the page of another resource, the README of the tests, benchmarks, the environments of
this project. Some tests of the whole project have a case of each resource, without its name: the
contract of the sandbox, ``contract/sandbox_openapi.py``, has its operations. A module of another
resource that imports one of this resource is not its file; such modules follow after the list, and
do not count.
"""

from __future__ import annotations

import ast
import re
import sys
from functools import cache
from pathlib import Path
from typing import NamedTuple

from scaffold.insertions import INSERTIONS
from scaffold.names import Names

from constructs_lib import schemas
from constructs_lib.cli import drop_output
from constructs_lib.schemas.sections import sections

ROOT = Path(__file__).resolve().parents[1]
MOST = 15
"""Files of a resource that are written by hand: a new one is cheap."""
_PROVIDER = "fivetranops"
_PARENT = "fivetranops_connection"
"""The resource that nearly every test of another one needs."""
_COMPLETE = ("import.tf", "import.sh")
_TEXTS = (".py", ".json", ".md", ".tf", ".hcl", ".sh", ".yaml", ".toml")
_PRODUCT = ("constructs_lib/", "stacks/")
_BELONGING = (*_PRODUCT, "examples/fivetranops/", "docs/fivetranops/", "docs/constructs/", "tests/")
"""Where a path can have the name of a resource."""
_OF_THE_PROJECT = ("tests/benchmarks/", "tests/README.md", "stacks/environments/")
_PART = re.compile(
    r"^ *# Generated from .*?^ *# End of the generated .*?$|\"\$ref\": \"[^\"]*\"",
    re.DOTALL | re.MULTILINE,
)
"""What is no mention in a text: a generated part, and a reference to an attribute."""
_WHOLE = re.compile(r"^(Generated as a whole from |<!-- Made by )", re.MULTILINE)
_PAGE = re.compile(r"^docs/(constructs|fivetranops/list-resources)/")
_WORD = re.compile(r"\w+")


class Resource(NamedTuple):
    """The names by which files belong to a resource."""

    type: str
    paths: frozenset[str]
    """The names that a path may have."""
    texts: frozenset[str]
    """The names that a text may have."""


@cache
def resource(name: str) -> Resource:
    """Return the names of a resource.

    :param name: its type, such as ``fivetranops_example``
    :raises KeyError: if there is none
    """
    document = schemas.load(name).document
    stem = name.partition("_")[2]
    construct = "".join(part.capitalize() for part in stem.split("_"))
    own = {each.name for each in sections().values() if each.resource == name}
    rules = {document["x-rules"]} if "x-rules" in document else set()
    return Resource(
        name,
        frozenset({name, stem, _package(name), *rules}),
        frozenset({name, construct, f"{construct}Instance", *own}),
    )


@cache
def _package(name: str) -> str:
    """Return the package that has the class of a resource, such as ``connection_test``."""
    text = (ROOT / "constructs_lib/backend/fivetran/provider.py").read_text(encoding="utf-8")
    found = re.search(rf'"{name}": "\.(\w+)\.resource:', text)
    if found is None:
        raise KeyError(f"the provider has no resource {name!r} in a package of its own")
    return found[1]


def hand_written(name: str) -> list[str]:
    """Return the paths of the files of a resource that are written by hand, sorted.

    :param name: its type, such as ``fivetranops_example``
    :raises KeyError: if there is no such resource
    """
    about = resource(name)
    return [path for path in _files() if _belongs(path, about) and not _is_made(path, about)]


@cache
def _files() -> tuple[str, ...]:
    files = (file for folder in _BELONGING for file in (ROOT / folder).rglob("*"))
    paths = (file.relative_to(ROOT).as_posix() for file in files if file.suffix in _TEXTS)
    return tuple(sorted(paths))


@cache
def _text(path: str) -> str:
    return _PART.sub("", (ROOT / path).read_text(encoding="utf-8"))


def _belongs(path: str, about: Resource) -> bool:
    if path.startswith(_OF_THE_PROJECT):
        return False
    if any(_has_name(path, name) for name in about.paths):
        return True
    if path.startswith(_PRODUCT):
        return _names(path, about)
    return path.startswith("tests/") and _names(path, about) and not _others(path, about)


def _has_name(path: str, name: str) -> bool:
    parts = re.split(r"[/.]", path)
    return any(f"_{name}_" in f"_{part}_" for part in parts)


def _names(path: str, about: Resource) -> bool:
    return not about.texts.isdisjoint(_words(path))


@cache
def _words(path: str) -> frozenset[str]:
    return frozenset(_WORD.findall(_text(path)))


def _others(path: str, about: Resource) -> bool:
    """Return True if a file names a resource of another package than this one."""
    known = [
        name for name in schemas.names() if name.startswith("fivetranops_") and "." not in name
    ]
    package = _package(about.type)
    others = [each for each in known if each != _PARENT and _package(each) != package]
    return any(_names(path, resource(each)) for each in others)


def _is_made(path: str, about: Resource) -> bool:
    name = path.rpartition("/")[2]
    if name in _COMPLETE or _PAGE.match(path) or "/list-resources/" in path:
        return True
    if name == "__init__.py" and len(ast.parse(_text(path)).body) == 1:
        return True
    return _WHOLE.search(_text(path)) is not None or _is_registered_only(path, about)


def _is_registered_only(path: str, about: Resource) -> bool:
    """Return True if a module names a resource only in words that ``make new-resource`` writes."""
    lines = [each.lines for each in INSERTIONS if each.path == path]
    if not lines:
        return False
    names = Names(about.type.partition("_")[2])
    written = set(_WORD.findall(names.filled("".join(lines))))
    found = (set(_WORD.findall(line)) for line in _text(path).splitlines())
    return all(words <= written for words in found if words & about.texts)


def users(name: str) -> list[str]:
    """Return the paths of other modules of the product that import one of a resource, sorted."""
    found = set(hand_written(name))
    imported = re.compile(
        rf"^ *from \S+\.(?:backend|sandbox)\.fivetran\.{_package(name)}\b", re.MULTILINE
    )
    return [
        path
        for path in _files()
        if path.startswith(_PRODUCT) and path.endswith(".py") and path not in found
        if imported.search(_text(path))
    ]


def main(arguments: list[str]) -> int:
    """Print the files of each resource that is named; return 1 if one has too many."""
    is_over = False
    try:
        for name in arguments:
            found = hand_written(name)
            is_over = is_over or len(found) > MOST
            sys.stdout.write(f"{name}: {len(found)} files by hand, at most {MOST}\n")
            sys.stdout.writelines(f"  {path}\n" for path in found)
            sys.stdout.writelines(f"  used by {path}\n" for path in users(name))
    except KeyError as error:
        sys.stderr.write(f"{error.args[0]}\n")
        return 1
    return 1 if is_over else 0


if __name__ == "__main__":
    try:
        status = main(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:  # Whoever read it had enough.
        drop_output()
        status = 1
    sys.exit(status)
