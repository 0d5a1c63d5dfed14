"""Read one YAML file as a tree in which each value knows its place.

Only the part of YAML that JSON has, too, is read, so that nothing is changed silently: ``yes``,
``14:00`` and ``2026-11-21`` are text, only ``true`` and ``false`` are booleans, and a number
that would be written differently (``3.10``) is refused. Anchors and aliases work, merge keys
(``<<``) do not: use the ``defaults`` and ``base.yaml`` instead.

For a file that PyYAML cannot parse, the finding says how to correct it.
"""

from __future__ import annotations

import os
import pathlib
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import yaml

from constructs_lib.schemas.redaction import HIDDEN, is_secret_path
from constructs_lib.validation import FilePlace, Finding
from constructs_lib.validation.findings import Path, pointer
from constructs_lib.validation.json_values import DEEPEST

_UNCLOSED = {
    "while scanning a quoted scalar": "the quote",
    "while parsing a flow sequence": "the bracket [",
    "while parsing a flow mapping": "the brace {",
}


def syntax_finding(error: yaml.YAMLError, data: bytes, file: str) -> Finding:
    """Return the finding about a syntax error.

    :param error: the error that PyYAML raised
    :param data: the content of the file
    :param file: its displayed name
    """
    undecodable = _undecodable(error, data, file)
    if undecodable is not None:
        return undecodable
    mark = _mark(error)
    place = FilePlace(file, mark.line + 1, mark.column + 1) if mark else FilePlace(file, 1, 1)
    if _is_tab(data, mark) and not _is_unclosed(error):
        return _syntax_finding_at(place, "a tab", "spaces for indentation", "indent with spaces")
    return _syntax_finding_at(place, _found(error), "one document in YAML", _hint(error))


def _syntax_finding_at(place: FilePlace, found: str, allowed: str, hint: str = "") -> Finding:
    return Finding("yaml-syntax", "error", place, "", found, allowed, hint)


def _undecodable(error: yaml.YAMLError, data: bytes, file: str) -> Finding | None:
    if not isinstance(error, yaml.reader.ReaderError):
        return None
    try:
        data.decode()
    except UnicodeDecodeError as failure:
        before = data[: failure.start].decode()
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        place = FilePlace(file, line, column)
        return _syntax_finding_at(
            place, "bytes that are not UTF-8", "text in UTF-8", "save the file as UTF-8"
        )
    return None


def _mark(error: yaml.YAMLError) -> yaml.Mark | None:
    """Return where the mistake is; None if the error does not say."""
    # That a key has no colon is noticed only in a later line.
    name = "context_mark" if _has_no_colon(error) else "problem_mark"
    found: yaml.Mark | None = getattr(error, name, None)
    return found


def _has_no_colon(error: yaml.YAMLError) -> bool:
    return getattr(error, "problem", None) == "could not find expected ':'"


def _is_unclosed(error: yaml.YAMLError) -> bool:
    return getattr(error, "context", None) in _UNCLOSED


def _is_tab(data: bytes, mark: yaml.Mark | None) -> bool:
    """Return whether a tab is at the place of the error, or indents its line."""
    if mark is None:
        return False
    text = data.decode(errors="replace")
    line = (text.split("\n") + [""] * (mark.line + 1))[mark.line]
    indentation = line[: len(line) - len(line.lstrip())]
    return "\t" in indentation or line[mark.column : mark.column + 1] == "\t"


def _found(error: yaml.YAMLError) -> str:
    if _has_no_colon(error):
        return "a key without a colon"
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "invalid YAML"
    # An alias that is not defined may be a password that begins with an asterisk.
    known = str(problem).partition("undefined alias")
    return "".join(known[:2]).removeprefix("found ")


def _hint(error: yaml.YAMLError) -> str:
    begin = getattr(error, "context_mark", None)
    if begin is not None and _is_unclosed(error):
        what = _UNCLOSED[error.context]  # type: ignore[attr-defined]  # Only marked errors have it.
        return f"close {what} that opens in line {begin.line + 1}, column {begin.column + 1}"
    problem = str(getattr(error, "problem", ""))
    if _has_no_colon(error):
        return "write a colon and a space after the key"
    if "cannot start any token" in problem:
        return "quote text that begins with a special character"
    if "mapping values are not allowed" in problem:
        return "quote text that contains a colon, and indent all keys of a mapping equally"
    if "did not find expected key" in problem or "expected <block end>" in problem:
        return "indent all keys of a mapping equally"
    return ""


_TAG = "tag:yaml.org,2002:"
_NULL = re.compile(r"^(?:~|null|Null|NULL|)$")
_BOOL = re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$")
_INT = re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$")
_YAML_1_1_BOOL = re.compile(r"^(?:yes|no|on|off)$", re.IGNORECASE)
_FLOAT = re.compile(r"^[-+]?(?:0|[1-9][0-9]*)\.[0-9]+(?:[eE][-+]?[0-9]+)?$")


class Node(NamedTuple):
    """One value of a file."""

    value: Any
    """A dict of text to Node, a list of Node, or a scalar: str, int, float, bool or None."""
    place: FilePlace
    """Where the value begins."""
    key_place: FilePlace
    """Where its key begins; for the items of a list and the whole file, where the value begins."""
    pointer: str
    """JSON pointer within its own file."""


# The parser in C is ten times as fast; not every build of PyYAML has it.
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc]
    """Composes YAML by the rules above: without the implicit types of YAML 1.1."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML's own protocol.


_Loader.add_implicit_resolver(_TAG + "null", _NULL, ["~", "n", "N", ""])
_Loader.add_implicit_resolver(_TAG + "bool", _BOOL, list("tTfF"))
_Loader.add_implicit_resolver(_TAG + "int", _INT, list("-+0123456789"))
_Loader.add_implicit_resolver(_TAG + "float", _FLOAT, list("-+0123456789"))


def read(path: pathlib.Path) -> tuple[Node | None, list[Finding]]:
    """Read a YAML file as a tree, and find what is wrong with its syntax.

    :param path: the file
    :returns: the root, a mapping (empty for an empty file), or None if the file cannot be read
        as a mapping; and all findings
    """
    file = displayed(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        return None, [_unreadable(error, file)]
    return read_content(data, file)


def read_content(data: bytes, file: str) -> tuple[Node | None, list[Finding]]:
    """Read the content of a YAML file, as :func:`read` does.

    :param data: the content
    :param file: the displayed name of the file
    """
    start = FilePlace(file, 1, 1)
    try:
        composed = yaml.compose(data, Loader=_Loader)
    except yaml.YAMLError as error:
        return None, [syntax_finding(error, data, file)]
    except RecursionError:
        return None, [
            _finding(
                "yaml-syntax",
                start,
                (),
                "lists and mappings without an end",
                "no alias that refers to its own value",
            )
        ]
    if composed is None or composed.tag == _TAG + "null":
        return Node({}, start, start, ""), []
    reader = _Reader(file)
    root = reader.node(composed, (), start)
    if isinstance(root.value, dict):
        return root._replace(place=start), reader.findings
    return None, [*reader.findings, _finding("type", root.place, (), "another value", "a mapping")]


def displayed(path: pathlib.Path) -> str:
    """Return a path for messages: relative to the current directory if it is below it."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith(os.pardir) else relative


def _unreadable(error: OSError, file: str) -> Finding:
    reason = error.strerror or type(error).__name__
    missing = isinstance(error, FileNotFoundError)
    hint = "create it; it may be empty if the environments share nothing" if missing else ""
    return _finding("file", FilePlace(file, 0, 0), (), reason, "a file that can be read", hint)


def _finding(
    rule: str,
    place: FilePlace,
    path: Path,
    found: str,
    allowed: str,
    hint: str = "",
) -> Finding:
    return Finding(rule, "error", place, pointer(path), found, allowed, hint)


class _Reader:
    """Turns the nodes of PyYAML into a tree of :class:`Node`."""

    def __init__(self, file: str) -> None:
        self.findings: list[Finding] = []
        self._file = file
        self._above: set[int] = set()

    def node(self, raw: yaml.Node, path: Path, key_place: FilePlace | None = None) -> Node:
        """Return one value with all that it contains."""
        place = self._place(raw)
        value = self._scalar(raw, path) if isinstance(raw, yaml.ScalarNode) else None
        if isinstance(raw, yaml.CollectionNode):
            value = self._collection(raw, path)
        return Node(value, place, key_place or place, pointer(path))

    def _place(self, raw: yaml.Node) -> FilePlace:
        return FilePlace(self._file, raw.start_mark.line + 1, raw.start_mark.column + 1)

    def _report(self, rule: str, raw: yaml.Node, path: Path, *words: str) -> None:
        self.findings.append(_finding(rule, self._place(raw), path, *words))

    def _scalar(self, raw: yaml.ScalarNode, path: Path) -> Any:
        self._warn_of_former_boolean(raw, path)
        read_as = _SCALARS.get(raw.tag.removeprefix(_TAG))
        try:
            if read_as is not None:
                return read_as(raw.value)
        except ValueError:
            allowed = "a value that keeps the form in which it is written"
            hint = "put it in quotes if it is text, such as a version"
            found = HIDDEN if is_secret_path(path) else raw.value
            self._report("number-form", raw, path, found, allowed, hint)
            return None
        self._report_tag(raw, path)
        return None

    def _warn_of_former_boolean(self, raw: yaml.ScalarNode, path: Path) -> None:
        """Warn of words such as ``no``: a boolean in YAML 1.1, and still often meant as one."""
        length = raw.end_mark.column - raw.start_mark.column
        is_bare = not raw.style and length == len(raw.value)  # Neither quoted nor tagged.
        if not is_bare or not _YAML_1_1_BOOL.match(raw.value):
            return
        meant = "true" if raw.value.lower() in ("yes", "on") else "false"
        found = HIDDEN if is_secret_path(path) else f"{raw.value}, which is read as text"
        hint = f"write {meant}, or put it in quotes if it is text"
        self._report("yaml-boolean", raw, path, found, "true or false, or text in quotes", hint)
        self.findings[-1] = self.findings[-1]._replace(severity="warning")

    def _report_tag(self, raw: yaml.Node, path: Path) -> None:
        tag = raw.tag.replace(_TAG, "!!", 1)
        found = HIDDEN if is_secret_path(path) else f"the tag {tag}"
        allowed = "text, numbers, true, false, null, lists and mappings"
        self._report("yaml-tag", raw, path, found, allowed, "remove the tag")

    def _collection(self, raw: yaml.CollectionNode, path: Path) -> Any:
        if len(path) > DEEPEST:
            self._report(
                "yaml-depth",
                raw,
                path[:3],
                "lists and mappings without an end",
                f"at most {DEEPEST} levels",
            )
            return None
        if id(raw) in self._above:
            self._report(
                "yaml-alias",
                raw,
                path,
                "an alias inside its own anchor",
                "no alias that refers to its own value",
            )
            return None
        self._above.add(id(raw))
        if raw.tag not in (_TAG + "map", _TAG + "seq"):
            self._report_tag(raw, path)
        try:
            if isinstance(raw, yaml.MappingNode):
                return self._mapping(raw, path)
            return [self.node(inner, (*path, index)) for index, inner in enumerate(raw.value)]
        finally:
            self._above.discard(id(raw))

    def _mapping(self, raw: yaml.MappingNode, path: Path) -> dict[str, Node]:
        content: dict[str, Node] = {}
        for key, value in self._pairs(raw, path):
            if key.value in content:
                first = content[key.value].key_place.line
                found = f"the key {key.value!r} a second time, after line {first}"
                self._report("duplicate-key", key, (*path, key.value), found, "each key once")
            content[key.value] = self.node(value, (*path, key.value), self._place(key))
        return content

    def _pairs(
        self, raw: yaml.MappingNode, path: Path
    ) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
        for key, value in raw.value:
            if isinstance(key, yaml.ScalarNode) and key.value == "<<" and not key.style:
                allowed = "explicit keys; merge keys are not supported"
                hint = "write settings that all connections share into defaults"
                self._report("yaml-key", key, path, "the merge key <<", allowed, hint)
            elif isinstance(key, yaml.ScalarNode) and key.tag == _TAG + "str":
                yield key, value
            else:
                found = key.value if isinstance(key, yaml.ScalarNode) else "a list or mapping"
                hint = "put it in quotes"
                self._report("yaml-key", key, path, f"the key {found}", "text as a key", hint)


def _decimal(text: str) -> float:
    number = float(text)
    written = text.removeprefix("+").lower()
    if "e" not in written and repr(number) != written:
        raise ValueError(text)
    return number


def _boolean(text: str) -> bool:
    if not _BOOL.match(text):
        raise ValueError(text)
    return text.lower() == "true"


_SCALARS: dict[str, Callable[[str], Any]] = {
    "str": str,
    "int": int,
    "float": _decimal,
    "bool": _boolean,
    "null": lambda _text: None,
}
