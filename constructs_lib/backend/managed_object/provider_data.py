"""The API that a provider is configured for, and what it has said about the managed objects.

The configuration may not be known yet: then there is no API to ask.

An API may say of one object that it does not exist, and be right. When it says so of *all* managed
objects, another account probably answers: the key belongs to another one, the address is that of
another cluster, or the file of the sandbox is empty. A plan that then creates everything again, or
an apply that empties the state, would do harm that nobody asked for. So :class:`Presence` holds
back what is gone until one of three things is known:

* another managed object exists: this is the right account, and what is gone is gone;
* Terraform has nothing else to ask (:class:`Activity`), and one object is gone: it is dropped from
  the state, with a warning;
* Terraform has nothing else to ask, and several are gone: one error, and the state is kept.

Nothing waits while everything exists. An object counts once, whichever resources are about it.
"""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import ClassVar, Generic, Protocol, TypeVar

from constructs_lib import net
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.errors import NotFound
from constructs_lib.backend.plugin.diagnostics import AlreadyReported, Diagnostics, ProviderError
from constructs_lib.backend.plugin.resource import Operation
from constructs_lib.records import NamedTuple

_QUIET = 1.0
"""Seconds without a call of Terraform after which a single missing object is the only one."""
_QUIET_OF_MANY = 3.0
"""The same before several become an error: other providers may keep Terraform busy for a while."""
_POLL = 0.02
_SHOWN = 5
"""How many identifiers a message names."""


class Wording(NamedTuple):
    """How messages name what a provider manages."""

    noun: str
    """One object, such as ``widget``."""
    provider: str
    """The provider, such as ``acme``."""
    account: str
    """What the objects belong to, such as ``account``."""
    settings: str
    """The settings that choose the account, with their environment variables."""


class Presence:
    """What an API has said about the managed objects, from one configuration to the next.

    :param words: how messages name things
    :param address: the address of the API
    :param allow_vanished: True if all objects may be gone
    """

    def __init__(self, words: Wording, address: str, *, allow_vanished: bool = False) -> None:
        self._words, self._address, self._allows = words, address, allow_vanished
        self._lock = Lock()
        self._created: set[str] = set()
        self._gone: dict[str, None] = {}
        self._reported: set[str] = set()
        self._is_proven = False
        self._is_refused = False
        self._is_held = False

    def created(self, identifier: str) -> None:
        """Note an object that this run has created: that it exists proves nothing."""
        with self._lock:
            self._created.add(identifier)

    def exists(self, identifier: str) -> None:
        """Note that the API knows a managed object."""
        with self._lock:
            self._is_proven = self._is_proven or identifier not in self._created

    def deleted(self, identifier: str) -> None:
        """Note an object that this run has deleted: it existed, and nobody wonders at its end."""
        self.exists(identifier)
        with self._lock:
            self._gone.setdefault(identifier)
            self._reported.add(identifier)

    def confirm_gone(
        self, identifier: str, error: NotFound, deadline: Deadline, operation: Operation
    ) -> None:
        """Return when a read may drop an object from the state, with a warning that names it.

        Only one read is held back: otherwise those that wait could take all the calls that
        Terraform makes at once, and nobody would ask for what exists. The others pass, because an
        error of the one that waits fails the plan as a whole.

        :param error: what the API said
        :raises ProviderError: if the API knows none of the managed objects
        :raises AlreadyReported: the same, when another read has reported it
        """
        with self._lock:
            self._gone.setdefault(identifier)
            names = self._decide(identifier)
            if names is None:
                if self._is_held:
                    return
                self._is_held = True
        if names is None:
            try:
                names = self._wait(identifier, deadline, operation)
            finally:
                with self._lock:
                    self._is_held = False
        if names:
            self._warn(names, error, operation)

    def confirm_deleted(
        self, identifier: str, error: NotFound, deadline: Deadline, operation: Operation
    ) -> None:
        """Return when a deletion of what is not there may count as done, with a warning.

        Unlike reads all of them are held back: what an apply drops from the state is lost.

        :param error: what the API said
        :raises ProviderError: if the API knows none of the managed objects
        """
        with self._lock:
            self._gone.setdefault(identifier)
        try:
            names = self._wait(identifier, deadline, operation)
        except AlreadyReported as reported:
            raise ProviderError(reported.summary, reported.detail) from None
        if names:
            self._warn(names, error, operation)

    def is_refused(self, identifier: str, deadline: Deadline, operation: Operation) -> bool:
        """Return True if a plan for an object is idle, because the error about all was raised.

        While it is not decided whether the object is gone, a plan that asks for it would add an
        error or a warning of its own; so it waits. Whatever was not found to be gone is planned.
        """
        with operation.activity.waiting():
            while self._is_open(identifier) and deadline.remaining > 2 * _POLL:
                self._pause(deadline)
        with self._lock:
            return self._is_refused and identifier in self._gone

    def _is_open(self, identifier: str) -> bool:
        with self._lock:
            is_decided = self._allows or self._is_proven or self._is_refused
            return identifier in self._gone and not is_decided and identifier not in self._reported

    def _pause(self, deadline: Deadline) -> None:
        deadline.wait(_POLL, f"what is known of other {self._words.noun}s")

    def _wait(self, identifier: str, deadline: Deadline, operation: Operation) -> list[str]:
        """Wait for the decision; see :meth:`_decide`. At the end of the deadline it is made."""
        activity = operation.activity
        with activity.waiting():
            while True:
                is_quiet = activity.is_quiet(_QUIET if len(self._gone) == 1 else _QUIET_OF_MANY)
                is_final = is_quiet or deadline.remaining <= 2 * _POLL
                with self._lock:
                    names = self._decide(identifier, is_final=is_final)
                if names is not None:
                    return names
                self._pause(deadline)

    def _decide(self, identifier: str, *, is_final: bool = False) -> list[str] | None:
        """Return the objects of whose end to warn; None while it is not clear what happened.

        :param is_final: True if nothing more will be known
        :raises AlreadyReported: if the error was raised before
        :raises ProviderError: if it is due now
        """
        if self._is_refused:
            raise AlreadyReported(
                f"{self._words.noun.capitalize()} {identifier} stays in the state",
                f"{self._address} has none of the managed {self._words.noun}s; see the error "
                "about all of them.",
            )
        if self._allows or self._is_proven:
            names = [name for name in self._gone if name not in self._reported]
        elif identifier in self._reported:
            return []
        elif not is_final:
            return None
        elif len(self._gone) > 1:
            self._is_refused = True
            raise self._refusal()
        else:
            names = [identifier]
        self._reported.update(names)
        return names

    def _warn(self, names: Sequence[str], error: NotFound, operation: Operation) -> None:
        noun, account = self._words.noun, self._words.account
        summary = (
            f"{noun.capitalize()} {names[0]} does not exist any more"
            if len(names) == 1
            else f"{len(names)} {noun}s do not exist any more: {_named(names)}"
        )
        operation.diagnostics.warning(
            summary,
            f"{str(error).rstrip('.')}. The response came from {self._address}. What is gone is "
            "removed from the state, and the next plan creates it again if it is still "
            f"configured. If you know that it exists, this is a different {account}: check "
            f"{self._words.settings}.",
        )

    def _refusal(self) -> ProviderError:
        noun, provider, account, settings = self._words
        names = list(self._gone)
        return ProviderError(
            f"All {len(names)} managed {noun}s that were asked for are gone",
            f"According to {self._address}, with the credentials of this provider, none of them "
            f"exists: {_named(names)}. Most likely this is a different {account}. The state keeps "
            f"them, and nothing is created in their place.\n\nCheck {settings}. If they really "
            f"were deleted, set allow_vanished = true in the provider {provider} for one run, or "
            "remove each of them from the state with 'terraform state rm ADDRESS'.",
        )


def _named(names: Sequence[str]) -> str:
    """Return the first names, and how many more there are."""
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def check_authorities(diagnostics: Diagnostics) -> bool:
    """Return True if the certificate authorities that the environment names, if any, can be read;
    add an error otherwise.
    """
    found = net.authorities_problem()
    if found is not None:
        name, reason = found
        diagnostics.error(f"{name} of the environment cannot be used", f"{reason}. {net.REMEDY}")
    return found is None


class ApiClient(Protocol):
    """A client that holds connections."""

    @property
    def address(self) -> str:
        """The address of the API, as messages name it."""

    def close(self) -> None:
        """Close the connections."""


ClientT = TypeVar("ClientT", bound=ApiClient)


class ProviderData(Generic[ClientT]):
    """The API that a provider is configured for.

    :param client: the API; None while the configuration of the provider is unknown
    :param allow_vanished: True if all managed objects may be gone at once
    """

    WORDS: ClassVar[Wording]
    """How messages name what the provider manages."""
    UNKNOWN_BECAUSE: ClassVar[str]
    """Which values of the provider may be unknown, for the message: a whole clause."""
    INSTEAD: ClassVar[str]
    """The environment variables that can give them."""

    def __init__(self, client: ClientT | None, *, allow_vanished: bool = False) -> None:
        self._client = client
        self._allows_vanished = allow_vanished
        self._presences: dict[str, Presence] = {}
        self.presence = self.presence_of(self.WORDS.noun)
        """What the API has said about the managed objects."""

    def presence_of(self, noun: str) -> Presence:
        """Return what the API has said about the managed objects of one kind.

        :param noun: what messages call one, such as ``group``
        """
        words = self.WORDS._replace(noun=noun)
        address = "" if self._client is None else self._client.address
        made = Presence(words, address, allow_vanished=self._allows_vanished)
        # Calls run in several threads, and all of them must get the same.
        return self._presences.setdefault(noun, made)

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
                f"{self.UNKNOWN_BECAUSE} created in the same run, but this step needs the API "
                "before that. Create it first (terraform apply -target=…), or give the values "
                f"with variables or the environment variables {self.INSTEAD}.",
            )
        return self._client

    def close(self) -> None:
        """Close the connections to the API."""
        if self._client is not None:
            self._client.close()
