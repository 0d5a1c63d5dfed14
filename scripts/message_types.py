"""Write what type checkers know of the messages of the plugin protocol: ``messages.pyi``.

``python scripts/message_types.py`` writes it from the tables of the messages, which make their
classes only when they are asked for, and ``--check`` fails if it is stale.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from constructs_lib.backend.plugin.protocol import messages
from constructs_lib.backend.plugin.protocol.wire_format import FieldSpec, parse_fields

PATH = Path(messages.__file__).with_suffix(".pyi")
_HEAD = '''"""The types of the messages; scripts/message_types.py writes them from messages.py."""

from typing import ClassVar, Final

from constructs_lib.backend.plugin.protocol.protobuf import Message
from constructs_lib.backend.plugin.protocol.protobuf import Timestamp as Timestamp

MESSAGES: Final[dict[str, str]]
ENUMS: Final[dict[str, str]]
__all__: list[str]
'''
_SCALARS = {"string": "str", "int64": "int", "int32": "int", "enum": "int"}
_LABELS = {"repeated": "list[{}]", "map": "dict[str, {}]"}


def text() -> str:
    """Return what the file has to hold."""
    outermost = [name for name in messages.__all__ if name != "Timestamp"]
    lines = [line for name in outermost for line in _class(name)]
    # A class that ends with another one needs no second empty line.
    pairs = zip(lines, [*lines[1:], ""], strict=True)
    return "\n".join((_HEAD, *(line for line, after in pairs if line or after), ""))


def _class(name: str) -> Iterator[str]:
    base = "(Message)" if name in messages.MESSAGES else ""
    head = f"class {name.rpartition('.')[2]}{base}:"
    members = list(_members(name))
    yield from [head, *(line and f"    {line}" for line in members)] if members else [f"{head} ..."]
    yield ""


def _members(name: str) -> Iterator[str]:
    for inner in messages.MESSAGES:
        if inner.rpartition(".")[0] == name:
            yield from _class(inner)
    for word in messages.ENUMS.get(name, "").split():
        yield f"{word}: ClassVar[int]"
    for row in parse_fields(messages.MESSAGES.get(name, "")):
        yield f"{row.name}: {_type(row)} = ..."


def _type(row: FieldSpec) -> str:
    return _LABELS.get(row.label, "{}").format(_SCALARS.get(row.type_, row.type_))


def main(arguments: list[str]) -> int:
    """Write or check the file; return the exit status."""
    if "--check" not in arguments:
        PATH.write_text(text(), encoding="utf-8")
    elif not PATH.exists() or PATH.read_text(encoding="utf-8") != text():
        sys.stderr.write(f"{PATH.name} is stale: run python scripts/message_types.py\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
