"""The lines that a new resource needs in files that exist."""

from __future__ import annotations

from typing import NamedTuple

from scaffold.names import ScaffoldError

_LIBRARY = "constructs_lib"
_PROVIDER_DATA = f"{_LIBRARY}/backend/fivetran/provider_data.py"
_SANDBOX = f"{_LIBRARY}/sandbox/fivetran"


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


_PRESENCE = '''\
        self.presence_of_@plural@ = Presence(
            self.WORDS._replace(noun="@noun@"),
            "" if client is None else client.address,
            allow_vanished=allow_vanished,
        )
        """What the API has said about the managed @plural_noun@."""
'''
_TABLES = '''\
    def stored_@stem@(self, identifier: str) -> str | None:
        """Return the document of @a_noun@; None if there is none."""
        query = "SELECT document FROM @type@ WHERE id = ?"
        row = self._link.execute(query, (identifier,)).fetchone()
        return str(row[0]) if row else None

    def store_@stem@(self, identifier: str, document: str) -> None:
        """Store the document of @a_noun@."""
        self._link.execute("REPLACE INTO @type@ VALUES (?, ?)", (identifier, document))

    def drop_@stem@(self, identifier: str) -> bool:
        """Remove @a_noun@; return False if there was none."""
        query = "DELETE FROM @type@ WHERE id = ?"
        return self._link.execute(query, (identifier,)).rowcount == 1

'''
_TABLE = """\
CREATE TABLE IF NOT EXISTS @type@ (
    id TEXT PRIMARY KEY, document TEXT NOT NULL);
"""
_ROUTES = """\
    "/v1/@plural@": {"POST": @stem@_endpoints.create},
    "/v1/@plural@/{@stem@_id}": {
        "GET": @stem@_endpoints.read,
        "PATCH": @stem@_endpoints.modify,
        "DELETE": @stem@_endpoints.delete,
    },
"""

INSERTIONS = (
    Insertion(
        _PROVIDER_DATA,
        "from constructs_lib.backend.managed_object.provider_data import ",
        "Presence, ",
        is_after=True,
        unless="import Presence, ",
    ),
    Insertion(_PROVIDER_DATA, "        self.run = os.urandom(8).hex()\n", _PRESENCE),
    Insertion(
        f"{_SANDBOX}/store.py",
        ')\n"""The database of the sandbox of Fivetran\'s API."""\n',
        '    added_tables="""\n""",\n',
        unless='    added_tables="""\n',
    ),
    Insertion(f"{_SANDBOX}/store.py", '    added_tables="""\n', _TABLE, is_after=True),
    Insertion(f"{_SANDBOX}/store.py", "    def requests_since(", _TABLES),
    Insertion(f"{_SANDBOX}/store.py", "        for table in (", '"@type@", ', is_after=True),
    Insertion(
        f"{_SANDBOX}/routes.py",
        "from constructs_lib.sandbox.fivetran.call import ",
        "from constructs_lib.sandbox.fivetran.@stem@ import endpoints as @stem@_endpoints\n",
    ),
    Insertion(f"{_SANDBOX}/routes.py", '    "/v1/groups": {"GET"', _ROUTES),
    Insertion(f"{_SANDBOX}/api.py", "_UNMASKED = {", '"name", ', is_after=True, unless='"name"'),
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
