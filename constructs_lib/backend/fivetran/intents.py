"""What this run will have done with a connection by the time something else is applied to it.

A plan sees a connection as it is. Whether it will be paused and set up when a sync of it begins may
be changed by the same run before: by the resource of the connection, of its state, or of its setup
tests. Each of them notes it here when it is planned. Terraform plans what depends on something
after that, so a note is there where the order is said; where it is not, the order of the apply is
not either.
"""

from __future__ import annotations

from constructs_lib.backend.plugin.resource import Plan
from constructs_lib.backend.plugin.values import UNKNOWN


class Intents:
    """The notes of one run; several threads use them."""

    def __init__(self) -> None:
        self._paused: dict[str, bool | None] = {}
        self._tested: set[str] = set()
        self._destroyed: set[str] = set()

    def note_flag(self, identifier: str, paused: bool | None) -> None:
        """The run sets the paused flag; None if it is not known yet which."""
        self._paused[identifier] = paused

    def note_tests(self, identifier: str) -> None:
        """The run has the setup tests of the connection run."""
        self._tested.add(identifier)

    def note_destroyed(self, identifier: str) -> None:
        """The run destroys the connection."""
        self._destroyed.add(identifier)

    def is_destroyed(self, identifier: str) -> bool:
        """True if the run certainly destroys the connection. Terraform plans that after what
        depends on it, so that False says nothing.
        """
        return identifier in self._destroyed

    def paused(self, identifier: str, now: bool) -> bool | None:
        """The paused flag afterwards; None if it cannot be told.

        :param now: the flag as it is
        """
        return self._paused.get(identifier, now)

    def may_be_set_up(self, identifier: str) -> bool:
        """True if the setup tests run, so that the connection may be set up afterwards."""
        return identifier in self._tested

    def note_connection(self, plan: Plan, *, runs_tests: bool) -> None:
        """What the plan of a connection does with it.

        :param runs_tests: True if its setup tests may run
        """
        identifier = (plan.prior or {}).get("id")
        if not isinstance(identifier, str) or plan.replace:
            return
        if plan.changed("paused"):
            flag = plan.planned.get("paused")
            self.note_flag(identifier, None if flag is UNKNOWN else bool(flag))
        if runs_tests:
            self.note_tests(identifier)
