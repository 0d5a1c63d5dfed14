"""A connection of the account that may be adopted, and its description such that nothing changes.

The description holds what somebody chose: each setting of ``config`` that is not empty, and the
attributes that differ from those of a new connection.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from constructs_lib import schemas
from constructs_lib.adopt.account import FoundConnection
from constructs_lib.adopt.description import Belonging, Described, variables_in
from constructs_lib.adopt.settings import NameRegistry, is_nothing, split_secrets
from constructs_lib.schemas.redaction import SECRET_PARAMETERS
from constructs_lib.schemas.rules import REASON_OF_IMPORT, settings_at_fault

_INITIAL = {
    "paused": False,
    "pause_after_trial": False,
    "schedule_type": "auto",
    "data_delay_sensitivity": "NORMAL",
    "data_delay_threshold": 0,
    "networking_method": "Directly",
    "destination_schema_names": "FIVETRAN_NAMING",
}
"""The attributes of a connection that nobody changed; they are not written. The sync frequency is
always written: people look for it first."""
_PARTS = ("config", "secrets")


class Candidate:
    """A connection that may be adopted, and the result.

    :param found: the connection
    :param name: its name where it is written
    :param names: gives the names of the variables
    :param written: the attributes that are written even if nobody changed them
    """

    def __init__(
        self,
        found: FoundConnection,
        name: str,
        names: NameRegistry,
        written: Collection[str] = (),
    ) -> None:
        self.found = found
        self.name = name
        self.left_out: dict[str, str] = {}
        """The settings that are left out, such as ``config.mode``, each with the reason."""
        self.refused = ""
        """Why it cannot be adopted; empty if it can."""
        self.attributes = _attributes(found, name, names, written)
        """Its attributes by the names of the constructs."""

    def described(self) -> Described:
        """Return its description."""
        attributes = {
            key: value
            for key, value in self.attributes.items()
            if key not in SECRET_PARAMETERS or value
        }
        return Described(
            self.name,
            attributes,
            self.found.id,
            comments=self.comments,
            belongings=self.belongings,
        )

    @property
    def belongings(self) -> tuple[Belonging, ...]:
        """What belongs to it, as far as it was read."""
        return tuple(Belonging(*each) for each in self.found.belongings.items())

    @property
    def comments(self) -> tuple[str, ...]:
        """What is not managed, and why: one line each."""
        return tuple(
            f"{setting} is not managed: it stays as it is at Fivetran. {reason}"
            for setting, reason in self.left_out.items()
        )

    def let_through(self) -> int:
        """Name in ``unchecked`` the settings with which the catalogue of services finds fault.

        An import does the same, so that it is no change. Secrets are not among them: what an
        import reads of them are masks.

        :returns: how many there are
        """
        self.attributes.pop("unchecked", None)
        at_fault = settings_at_fault(self.found.service, self.attributes["config"])
        if at_fault:
            self.attributes["unchecked"] = dict.fromkeys(sorted(at_fault), REASON_OF_IMPORT)
        return len(at_fault)

    def leave_out(self, attribute: str, key: str | None, reason: str) -> bool:
        """Leave a setting out; return False if there is no such setting.

        A key is removed as a whole, and from both attributes: a later change of its other parts
        would send it without the missing one.

        :param attribute: such as ``daily_sync_time``, ``config`` or ``secrets``
        :param key: the key inside ``config`` or ``secrets``; None for other attributes
        :param reason: why, in one line and without a secret
        """
        whole = (self.attributes,)
        parts = whole if key is None else tuple(self.attributes.get(each, {}) for each in _PARTS)
        name = attribute if key is None else key
        if not any(name in part for part in parts):
            return False
        for part in parts:
            part.pop(name, None)
        self.left_out[name if key is None else f"config.{key}"] = reason
        return True

    @property
    def unset_secrets(self) -> int:
        """The number of secrets with a variable, which Fivetran keeps until each has a value."""
        return sum(1 for _ in variables_in(self.attributes.get("secrets")))


def _attributes(
    found: FoundConnection, name: str, names: NameRegistry, written: Collection[str]
) -> dict[str, Any]:
    settings = split_secrets(found.config, schemas.service(found.service), name, names)
    named = {key: value for key, value in found.destination.items() if not is_nothing(value)}
    chosen = {
        key: value
        for key, value in found.attributes.items()
        if key in written or value != _INITIAL.get(key)
    }
    attributes = {
        "service": found.service,
        "group_id": found.group_id,
        **chosen,
        "config": {**named, **settings.clear},
    }
    return attributes | ({"secrets": settings.secret} if settings.secret else {})
