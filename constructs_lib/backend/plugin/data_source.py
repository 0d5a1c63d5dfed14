"""What a data source is: something that is read, and never changed.

Source: Terraform plugin protocol 6, ``ValidateDataResourceConfig`` and ``ReadDataSource``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from constructs_lib.backend.plugin.diagnostics import Diagnostics
from constructs_lib.backend.plugin.resource import Operation
from constructs_lib.backend.plugin.values.value import Object
from constructs_lib.schemas import ResourceSchema


class DataSource(ABC):
    """One type of data source. Each method may raise ``ProviderError``.

    Methods run in several threads at once, so it keeps nothing about a single instance.
    """

    schema: ResourceSchema
    """The description; a class attribute."""

    def validate(self, config: Object, diagnostics: Diagnostics) -> None:  # noqa: B027
        """Add what is wrong with a configuration beyond the rules of the schema.

        It runs several times, without provider data, and only on what keeps the rules of the
        schema. Any value may be unknown.
        """

    @abstractmethod
    def read(self, config: Object, operation: Operation) -> Object:
        """Return the object, by attribute.

        What is configured stays as configured, whatever is returned for it; an attribute that is
        missing is null. Nothing in ``config`` is unknown: Terraform waits until all is known.

        :raises ProviderError: if there is no such thing, because a data source must have a value
        """
