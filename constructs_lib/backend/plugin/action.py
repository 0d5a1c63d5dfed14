"""What an action is: something to be done to an object, without a state of its own.

Terraform 1.14 and later invokes it before or after a change of a resource
(``lifecycle.action_trigger``), or by itself (``terraform apply -invoke``).

Source: Terraform plugin protocol 6.10, ``ValidateActionConfig``, ``PlanAction`` and
``InvokeAction``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator

from constructs_lib.backend.plugin.diagnostics import Diagnostics
from constructs_lib.backend.plugin.resource import Operation
from constructs_lib.backend.plugin.values.value import Object
from constructs_lib.schemas import ResourceSchema


class Action(ABC):
    """One type of action. Each method may raise ``ProviderError``.

    Methods run in several threads at once, so it keeps nothing about a single invocation.
    """

    schema: ResourceSchema
    """The description of its configuration; a class attribute. Nothing in it is read only."""

    def validate(self, config: Object, diagnostics: Diagnostics) -> None:  # noqa: B027
        """Add what is wrong with a configuration beyond the rules of the schema.

        It runs several times, without provider data, and only on what keeps the rules of the
        schema. Any value may be unknown. An action without configuration has null everywhere.
        """

    def plan(self, config: Object, operation: Operation) -> None:  # noqa: B027
        """Add warnings or errors to the plan of an invocation. Any value may be unknown.

        An error prevents the whole plan.
        """

    @abstractmethod
    def invoke(self, config: Object, operation: Operation) -> Iterator[str]:
        """Do it, and yield sentences about its progress: what is waited for, since when.

        Nothing in ``config`` is unknown. Add errors to ``operation.diagnostics`` or raise one. When
        ``operation.stopping`` is set, finish soon and say in an error what was left undone; nobody
        hears of progress any more. Terraform never repeats an invocation that failed.
        """
