"""What a list resource is: it finds objects of one resource type for ``terraform query``.

Terraform 1.14 and later asks for it, by a block ``list`` in a file ``*.tfquery.hcl``. It gets each
object as it is found, shows its name, and can write a configuration that imports it. A list
resource has the name of the managed resource whose objects it finds, and that has an identity.

Source: Terraform plugin protocol 6.10, ``ValidateListResourceConfig`` and ``ListResource``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator

from constructs_lib.backend.plugin.diagnostics import Diagnostic, Diagnostics
from constructs_lib.backend.plugin.resource import Operation
from constructs_lib.backend.plugin.values.value import Object
from constructs_lib.records import NamedTuple
from constructs_lib.schemas import ResourceSchema


class Listed(NamedTuple):
    """One object that was found."""

    identity: Object
    """Its identity, as the managed resource has it: known, and with each part that is required."""
    display_name: str
    """What a person recognises it by; not empty."""
    state: Object | None = None
    """Its state; only if ``ListOperation.includes_state``. What is missing is null, and so is what
    is write-only. Sensitive values become null, because ``terraform query -json`` prints them."""
    warnings: tuple[Diagnostic, ...] = ()
    """What the user should know about this object, such as a part that could not be read."""

    def __repr__(self) -> str:
        # The state may hold secrets.
        return f"<Listed {self.display_name!r}>"


class ListOperation(Operation):
    """What a list gets in addition to its configuration."""

    includes_state: bool = False
    """True if Terraform wants the state of each object, which may cost a request for each."""
    limit: int = 0
    """How many objects Terraform takes at most. Later ones are not asked for."""


class ListResource(ABC):
    """One type of list. Each method may raise ``ProviderError``.

    Methods run in several threads at once, so it keeps nothing about a single list.
    """

    schema: ResourceSchema
    """The description of its configuration, such as filters; a class attribute."""

    def validate(self, config: Object, diagnostics: Diagnostics) -> None:  # noqa: B027
        """Add what is wrong with a configuration beyond the rules of the schema.

        It runs several times, without provider data, and only on what keeps the rules of the
        schema. Any value may be unknown.
        """

    @abstractmethod
    def list(self, config: Object, operation: ListOperation) -> Iterator[Listed]:
        """Yield the objects as they are found, so that nobody waits for those that nobody takes.

        Nothing in ``config`` is unknown. It is closed at the limit, when Terraform cancels, and
        when Terraform was told to stop: a request of the next page is then not made. After an
        error, what was found by then is shown, with a warning in place of the error.
        """
