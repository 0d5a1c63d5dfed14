"""The life of one optional attribute of a resource, and the rule that each step of it keeps.

An apply that reports a change has sent it, or the plan has said that it will not be sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from terraform_core import Core, Planned

from constructs_lib.schemas import Attribute, Kind

SAYS = (
    "A change that sends nothing",
    "Settings are no longer managed",
    "No historical sync is started",
    "is_historical_sync is not sent at creation",
    "connect_card_config only takes effect at creation",
    "is already set",
    " already",
    "is started",
)
"""How the summary of a warning says that nothing is sent."""


def optional_places(attributes: dict[str, Attribute]) -> Iterator[str]:
    """Yield each attribute that may be left out, as the JSON Schema has it: those inside others
    after a point, and ``*`` for the keys that the schema does not know.
    """
    for name, attribute in attributes.items():
        if attribute.read_only or (attribute.required and attribute.kind is not Kind.DYNAMIC):
            continue
        if attribute.kind is Kind.NESTED:
            inside = attribute.attributes.values()
            yield from (f"{name}.{inner.name}" for inner in inside)
        else:
            is_open = attribute.kind in (Kind.DYNAMIC, Kind.MAP, Kind.LISTS)
            yield f"{name}.*" if is_open else name


class Step:
    """One plan and apply.

    :param core: Terraform with the resource
    :param attributes: those of the resource
    :param config: the configuration of the step
    :param writes: returns the bodies of the write requests since the last call
    """

    def __init__(
        self,
        core: Core,
        attributes: dict[str, Attribute],
        config: Any,
        writes: Callable[[], list[Any]],
    ) -> None:
        read_only = {name for name, one in attributes.items() if one.read_only}
        self.plan: Planned = core.plan(config)
        self.differences = self.plan.differences - read_only
        writes()
        core.apply(self.plan, config)
        self.sent = writes()
        rest = core.plan(config).differences
        assert rest == set(), f"{sorted(rest)} are never settled"

    @property
    def says_so(self) -> bool:
        """True if the plan says that something is not sent."""
        return any(words in summary for summary in self.plan.warnings for words in SAYS)

    def check_rule(self, names: set[str], *, is_sent: bool) -> None:
        """Check the rule.

        :param names: the attributes that the step changes
        :param is_sent: True if a request is expected that carries the change
        """
        reported = (self.differences, self.sent, self.plan.warnings)
        assert self.differences <= names, reported
        if not self.differences:
            return
        assert bool(self.sent) is is_sent, reported
        assert is_sent or self.says_so, reported
