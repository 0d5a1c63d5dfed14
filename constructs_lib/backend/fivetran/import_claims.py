"""Keeps one run from importing a connection under one address and destroying it under another.

That is what a plan comes to when an entry that says what it imports is renamed after its deploy:
the new address imports the connection, and the old one, which nothing describes any more, deletes
it.
"""

from __future__ import annotations

import threading

from constructs_lib.backend.plugin.diagnostics import ProviderError


class Imports:
    """What is imported and what is to be destroyed since the provider was configured.

    Terraform plans both in any order, so whichever comes second is refused.
    """

    def __init__(self) -> None:
        self._imported: set[str] = set()
        self._destroyed: set[str] = set()
        self._lock = threading.Lock()

    def imported(self, identifier: str) -> None:
        """Notes an import.

        :raises ProviderError: if the connection is to be destroyed
        """
        with self._lock:
            self._imported.add(identifier)
            self._require_one(identifier)

    def is_imported(self, identifier: str) -> bool:
        """True if a connection was imported since the provider was configured."""
        with self._lock:
            return identifier in self._imported

    def destroyed(self, identifier: str | None) -> None:
        """Notes that a destruction is planned; None is a connection without an identifier yet.

        :raises ProviderError: if the connection was imported
        """
        if identifier is not None:
            with self._lock:
                self._destroyed.add(identifier)
                self._require_one(identifier)

    def _require_one(self, identifier: str) -> None:
        if identifier in self._imported & self._destroyed:
            raise ProviderError(
                "A connection would be imported and destroyed at once",
                f"Connection {identifier} is in state under another address than the one that "
                "imports it, as after its entry was renamed. The plan would import it under the "
                "new name and delete it under the old one. Take the old name back, or move it in "
                "the state first (terraform state mv OLD NEW). Nothing was changed.",
            )
