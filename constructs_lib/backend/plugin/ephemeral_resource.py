"""What an ephemeral resource is: something that is opened for one run, and stored nowhere.

Terraform opens it when a run needs it, renews it when it is due, and closes it when nothing uses it
any more. Its result is in no state and in no plan file. Terraform before 1.10 does not know
ephemeral resources, and does not ask for them.

Source: Terraform plugin protocol 6, ``OpenEphemeralResource`` and the calls around it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import datetime
from typing import NamedTuple

from constructs_lib.backend.plugin.diagnostics import Diagnostics
from constructs_lib.backend.plugin.resource import Operation
from constructs_lib.backend.plugin.values.value import Object
from constructs_lib.schemas import ResourceSchema


class Opened(NamedTuple):
    """What was opened."""

    result: Object
    """The values by attribute. What is configured stays as configured, whatever the value here;
    an attribute that is missing is null."""
    renew_at: datetime | None = None
    """When Terraform has to renew it, with a time zone; None if it lasts."""

    def __repr__(self) -> str:
        # The result is secret, as a rule: it would not be ephemeral otherwise.
        return f"<Opened, renewed at {self.renew_at}>"


class EphemeralResource(ABC):
    """One type of ephemeral resource. Each method may raise ``ProviderError``.

    Methods run in several threads at once, so it keeps nothing about a single instance. What
    ``open`` writes to ``Operation.private``, ``renew`` and ``close`` find there. A deferral is not
    offered: nothing that is configured is unknown when it is opened.
    """

    schema: ResourceSchema
    """The description; a class attribute."""

    def validate(self, config: Object, diagnostics: Diagnostics) -> None:  # noqa: B027
        """Add what is wrong with a configuration beyond the rules of the schema.

        It runs several times, without provider data, and only on what keeps the rules of the
        schema. Any value may be unknown.
        """

    @abstractmethod
    def open(self, config: Object, operation: Operation) -> Opened:
        """Open it. This runs at each plan and each apply whose configuration is known.

        After an error Terraform closes nothing: what was opened by then is to be closed here.
        """

    def renew(self, operation: Operation) -> datetime | None:
        """Renew what was opened, and return when to do so again; None if never."""
        return None

    def close(self, operation: Operation) -> None:  # noqa: B027
        """Close what was opened; it is no error if it is gone already."""
