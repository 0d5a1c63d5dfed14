"""What the resources work with: the account that the provider is configured for."""

from __future__ import annotations

from secrets import token_hex
from threading import Lock

from constructs_lib.backend.fivetran.client import Client
from constructs_lib.backend.fivetran.journal import Journal
from constructs_lib.backend.fivetran.secrets import Vault
from constructs_lib.backend.http.configured import Configured


class Account(Configured[Client]):
    """One configured account.

    :param client: its API; None while the configuration of the provider is unknown
    :param vault: makes the digests of secrets; None as long
    :param journal: keeps what a crash must not take away; None to keep nothing
    """

    UNKNOWN_BECAUSE = (
        "api_key, api_secret or api_url of the provider fivetranops comes from something that is"
    )
    INSTEAD = "FIVETRAN_APIKEY, FIVETRAN_APISECRET, FIVETRAN_API_URL"

    def __init__(
        self, client: Client | None, vault: Vault | None, journal: Journal | None = None
    ) -> None:
        super().__init__(client)
        self.vault = vault
        self.journal = journal
        self.run = token_hex(8)
        """Tells this run of the provider from those before."""
        self.refreshed: set[str] = set()
        """The connections that were read since the provider was configured: a plan that follows a
        refresh is a new plan, and not Terraform's check of a plan during apply."""
        self.state_set: set[str] = set()
        """The connections whose state a resource set since then."""
        self._claims: set[str] = set()
        self._claiming = Lock()
        self.state_restored: set[str] = set()
        """The connections whose state of before was put back since then."""
        self.journal_told = False
        """True if it was said that the journal cannot be kept."""

    def claim_state(self, identifier: str) -> bool:
        """True for the first resource that is about to set the state of a connection."""
        with self._claiming:
            is_first = identifier not in self._claims
            self._claims.add(identifier)
            return is_first
