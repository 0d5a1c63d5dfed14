"""What PyYAML says about a file that it cannot read, in words that help to mend it."""

from __future__ import annotations

import yaml

from constructs_lib.validation import FilePlace, Finding

_UNCLOSED = {
    "while scanning a quoted scalar": "the quote",
    "while parsing a flow sequence": "the bracket [",
    "while parsing a flow mapping": "the brace {",
}


def syntax_finding(error: yaml.YAMLError, data: bytes, file: str) -> Finding:
    """The finding about a syntax error.

    :param error: what PyYAML raised
    :param data: the content of the file
    :param file: its name, as it is shown
    """
    undecodable = _undecodable(error, data, file)
    if undecodable is not None:
        return undecodable
    mark = getattr(error, "problem_mark", None)
    place = FilePlace(file, mark.line + 1, mark.column + 1) if mark else FilePlace(file, 1, 1)
    if _is_tab(data, mark) and not _is_unclosed(error):
        return _finding(place, "a tab", "spaces for indentation", "indent with spaces")
    return _finding(place, _found(error), "one document in YAML", _hint(error))


def _finding(place: FilePlace, found: str, allowed: str, hint: str = "") -> Finding:
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
        return _finding(place, "bytes that are no UTF-8", "text in UTF-8", "save the file as UTF-8")
    return None


def _is_unclosed(error: yaml.YAMLError) -> bool:
    return getattr(error, "context", None) in _UNCLOSED


def _is_tab(data: bytes, mark: yaml.Mark | None) -> bool:
    """Whether a tab stands at the place of the error, or indents its line."""
    if mark is None:
        return False
    text = data.decode(errors="replace")
    line = (text.split("\n") + [""] * (mark.line + 1))[mark.line]
    indentation = line[: len(line) - len(line.lstrip())]
    return "\t" in indentation or line[mark.column : mark.column + 1] == "\t"


def _found(error: yaml.YAMLError) -> str:
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "no YAML"
    # An alias that is not defined may be a password that begins with an asterisk.
    known = str(problem).partition("undefined alias")
    return "".join(known[:2]).removeprefix("found ")


def _hint(error: yaml.YAMLError) -> str:
    begin = getattr(error, "context_mark", None)
    if begin is not None and _is_unclosed(error):
        what = _UNCLOSED[error.context]  # type: ignore[attr-defined]  # Only marked errors have it.
        return f"close {what} that is opened in line {begin.line + 1}, column {begin.column + 1}"
    problem = str(getattr(error, "problem", ""))
    if "cannot start any token" in problem:
        return "put text that begins with a special character in quotes"
    if "mapping values are not allowed" in problem:
        return "put text with a colon in quotes, and indent the keys of a mapping alike"
    if "did not find expected key" in problem or "expected <block end>" in problem:
        return "indent the keys of a mapping alike"
    return ""
