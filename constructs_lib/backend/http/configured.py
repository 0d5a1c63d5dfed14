"""What a provider is configured for: an API, unless its configuration is not known yet."""

from __future__ import annotations

from typing import ClassVar, Generic, Protocol, TypeVar

from constructs_lib.backend.http.presence import Presence, Words
from constructs_lib.backend.plugin.diagnostics import Diagnostics, ProviderError
from constructs_lib.net import authorities


def check_authorities(diagnostics: Diagnostics) -> bool:
    """Return True if the certificate authorities that the environment names, if any, can be read;
    add an error otherwise.
    """
    found = authorities.problem()
    if found is not None:
        name, reason = found
        diagnostics.error(
            f"{name} of the environment cannot be used", f"{reason}. {authorities.REMEDY}"
        )
    return found is None


class Closable(Protocol):
    """A client that holds connections."""

    @property
    def address(self) -> str:
        """The address of the API, as messages name it."""

    def close(self) -> None:
        """Closes them."""


ClientT = TypeVar("ClientT", bound=Closable)


class Configured(Generic[ClientT]):
    """The API that a provider is configured for.

    :param client: the API; None while the configuration of the provider is unknown
    :param allow_vanished: True if all managed objects may be gone at once
    """

    WORDS: ClassVar[Words]
    """How messages name what the provider manages."""
    UNKNOWN_BECAUSE: ClassVar[str]
    """Which values of the provider may be unknown, for the message: a whole clause."""
    INSTEAD: ClassVar[str]
    """The environment variables that can give them."""

    def __init__(self, client: ClientT | None, *, allow_vanished: bool = False) -> None:
        self._client = client
        address = "" if client is None else client.address
        self.presence = Presence(self.WORDS, address, allow_vanished=allow_vanished)
        """What the API has said about the managed objects."""

    @property
    def is_known(self) -> bool:
        """False while the provider's configuration is unknown, so that nothing can be asked."""
        return self._client is not None

    @property
    def client(self) -> ClientT:
        """The API.

        :raises ProviderError: while the configuration of the provider is unknown
        """
        if self._client is None:
            raise ProviderError(
                "The provider's configuration is not known yet",
                f"{self.UNKNOWN_BECAUSE} created in the same run, and this step needs the API "
                "before. Create that first (terraform apply -target=…), or give the values by "
                f"variables or by the environment variables {self.INSTEAD}.",
            )
        return self._client

    def close(self) -> None:
        """Closes the connections to the API."""
        if self._client is not None:
            self._client.close()
