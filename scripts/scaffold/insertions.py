"""The lines that a new resource needs in files that exist."""

from __future__ import annotations

from typing import NamedTuple

from scaffold.names import ScaffoldError

_LIBRARY = "constructs_lib"


class Insertion(NamedTuple):
    """Lines that are put before or after a text which a file has exactly once."""

    path: str
    anchor: str
    lines: str
    is_after: bool = False
    unless: str = ""
    """A text which, where the file has it, makes these lines needless."""

    def apply(self, text: str) -> str:
        """Return the text of the file with these lines.

        :raises ScaffoldError: if the place is not found
        """
        if self.unless and self.unless in text:
            return text
        if text.count(self.anchor) != 1:
            place = self.anchor.strip().splitlines()[0]
            raise ScaffoldError(
                f"{self.path} has {text.count(self.anchor)} times {place!r}, where lines of the "
                "new resource belong: correct scripts/scaffold/insertions.py"
            )
        parts = (self.anchor, self.lines) if self.is_after else (self.lines, self.anchor)
        return text.replace(self.anchor, "".join(parts))


INSERTIONS = (
    Insertion(
        f"{_LIBRARY}/constructs/__init__.py",
        "from constructs_lib.constructs.fivetran.provider import FivetranProvider\n",
        "from constructs_lib.constructs.fivetran.@stem@ import @Class@, @Class@Instance\n",
    ),
    Insertion(
        f"{_LIBRARY}/constructs/__init__.py",
        "__all__ = [\n",
        '    "@Class@",\n    "@Class@Instance",\n',
        is_after=True,
    ),
    Insertion(
        f"{_LIBRARY}/__init__.py",
        "    from constructs_lib.constructs import (\n",
        "        @Class@,\n",
        is_after=True,
    ),
    Insertion(f"{_LIBRARY}/__init__.py", "__all__ = [\n", '    "@Class@",\n', is_after=True),
)
"""All of them, in the order in which they are made. The ``@tokens@`` stand for the name."""
