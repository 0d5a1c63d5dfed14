"""One resource, what is wanted of it, and the person who runs Terraform until it is so."""

from __future__ import annotations

from fault_operations import CANARY, Values
from terraform_core import Core, ProviderRefused

_ATTEMPTS = 3


class Subject:
    """A resource.

    :param core: Terraform with this resource
    """

    def __init__(self, core: Core) -> None:
        self.core = core
        self.wanted: Values | None = None
        """The configuration; None if the resource is to be gone."""
        self.to_import: str | None = None
        """The identifier under which it is imported as long as it is not in state."""

    def run(self) -> None:
        """``terraform apply``, or ``terraform destroy``.

        :raises ProviderRefused: if the provider reports an error
        """
        if self.wanted is None:
            self.core.destroy()
            return
        if self.to_import is not None and self.core.stored is None:
            self.core.import_(self.to_import)
        self.core.apply(self.core.plan(self.wanted), self.wanted)

    def is_settled(self) -> bool:
        """True if there is nothing left to do, with and without a refresh."""
        if self.wanted is None or self.core.stored is None:
            return self.wanted is None and self.core.stored is None
        try:
            plans = [self.core.plan(self.wanted, refresh=refresh) for refresh in (False, True)]
        except ProviderRefused:
            return False
        return not any(plan.differences or plan.replaced for plan in plans)

    def settle(self, story: list[str]) -> bool:
        """Runs until nothing is left to do, three times at most.

        :param story: gets the errors
        :returns: False if that was not enough
        """
        for _ in range(_ATTEMPTS):
            try:
                self.run()
            except ProviderRefused as refused:
                story.append(str(refused))
                continue
            if self.is_settled():
                return True
        return False

    def leaks(self) -> bool:
        """True if a secret stands in a message or in the state file."""
        stored = self.core.stored
        files = (stored.json + stored.private) if stored else b""
        return CANARY.encode() in files or any(CANARY in text for text in self.core.said)
