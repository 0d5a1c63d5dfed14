"""What the resources work with: the account that the provider is configured for."""

from __future__ import annotations

import os
from threading import Lock

from constructs_lib.backend.fivetran.client import Client
from constructs_lib.backend.fivetran.import_claims import Imports
from constructs_lib.backend.fivetran.intents import Intents
from constructs_lib.backend.fivetran.journal import Journal
from constructs_lib.backend.fivetran.secrets import Vault
from constructs_lib.backend.fivetran.turns import Turns
from constructs_lib.backend.http.configured import Configured
from constructs_lib.backend.http.presence import Words
from constructs_lib.backend.plugin.diagnostics import Diagnostics

_NO_JOURNAL = (
    "All went well; but if a run dies while it sets a state, the next one cannot put the "
    "connection back into operation by itself."
)
_NO_HISTORY = (
    "All went well; but the state of before is not among those that 'state history' shows."
)


class Account(Configured[Client]):
    """One configured account.

    :param client: its API; None while the configuration of the provider is unknown
    :param vault: makes the digests of secrets; None as long
    :param journal: keeps what a crash must not take away; None to keep nothing
    :param allow_vanished: True if all managed connections may be gone at once
    """

    WORDS = Words(
        "connection",
        "fivetranops",
        "account",
        "api_key, api_secret and api_url of the provider fivetranops (or FIVETRAN_APIKEY, "
        "FIVETRAN_APISECRET and FIVETRAN_API_URL)",
    )
    UNKNOWN_BECAUSE = (
        "api_key, api_secret or api_url of the provider fivetranops comes from something that is"
    )
    INSTEAD = "FIVETRAN_APIKEY, FIVETRAN_APISECRET, FIVETRAN_API_URL"

    def __init__(
        self,
        client: Client | None,
        vault: Vault | None,
        journal: Journal | None = None,
        *,
        allow_vanished: bool = False,
    ) -> None:
        super().__init__(client, allow_vanished=allow_vanished)
        self.vault = vault
        self.journal = journal
        self.run = os.urandom(8).hex()
        """Tells this run of the provider from those before."""
        self.refreshed: set[str] = set()
        """The connections that were read since the provider was configured: a plan that follows a
        refresh is a new plan, and not Terraform's check of a plan during apply."""
        self.state_set: set[str] = set()
        """The connections whose state a resource set since then."""
        self.imports = Imports()
        """Keeps a run from importing and destroying one connection."""
        self._claims: set[str] = set()
        self._claiming = Lock()
        self.state_restored: set[str] = set()
        """The connections whose state of before was put back since then."""
        self._told: set[str] = set()
        """What was said of the journal, which is said once."""
        self.intents = Intents()
        """What this run will have done with a connection."""
        self.turns = Turns()
        """Whose turn it is at a connection."""
        self.secrets: dict[str, list[str]] = {}
        """The secrets of a connection, as far as this run has seen them: its answers quote them."""

    def claim_state(self, identifier: str) -> bool:
        """True for the first resource that is about to set the state of a connection."""
        with self._claiming:
            is_first = identifier not in self._claims
            self._claims.add(identifier)
            return is_first

    def at_work(self) -> None:
        """Terraform goes on planning: more reads of connections may follow."""
        if self._client is not None:
            self._client.reads.touch()

    def tell_of_journal(self, diagnostics: Diagnostics) -> None:
        """Warns, once, of a journal or history that cannot be kept."""
        if self.journal is None:
            return
        problems = {"No journal can be kept": (self.journal.problem, _NO_JOURNAL)}
        problems["No history can be kept"] = (self.journal.history_problem, _NO_HISTORY)
        for summary, (problem, meaning) in problems.items():
            if problem and summary not in self._told:
                self._told.add(summary)
                diagnostics.warning(summary, f"{problem}. {meaning}")
