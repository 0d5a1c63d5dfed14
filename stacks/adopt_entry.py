"""The entry of a connection that exists: what makes a deploy change nothing.

It holds what somebody chose: each setting of ``config`` that says something, and the attributes
that are not as Fivetran gives them to a connection that nobody has changed. What the defaults of
the environment say is not repeated, and what they say otherwise is written or taken back, so that
they change nothing either.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from constructs_lib import schemas
from stacks.adopt_account import FoundConnection
from stacks.adopt_names import Names
from stacks.adopt_split import is_nothing, split
from stacks.settings_build import variables_in
from stacks.settings_emit import STEP, emitted

_USUAL = {
    "paused": False,
    "pause_after_trial": False,
    "schedule_type": "auto",
    "data_delay_sensitivity": "NORMAL",
    "data_delay_threshold": 0,
    "networking_method": "Directly",
    "destination_schema_names": "FIVETRAN_NAMING",
}
"""What an attribute is where nobody has said anything; it is not written. How often a connection
syncs is always written: that is what somebody looks for first."""
_PARTS = ("config", "secrets")
_ABOUT_TERRAFORM = ("protect",)
"""Defaults that change nothing at Fivetran."""


class Candidate:
    """A connection that may be adopted, and what became of it.

    :param found: the connection
    :param name: its name in the settings file
    :param defaults: the defaults of the environment
    :param names: gives the names of the variables
    """

    def __init__(
        self, found: FoundConnection, name: str, defaults: Mapping[str, Any], names: Names
    ) -> None:
        self.found = found
        self.name = name
        self.left: dict[str, str] = {}
        """The settings that are left out, such as ``config.mode``, each with the reason."""
        self.refused = ""
        """Why it cannot be adopted; empty if it can."""
        self._defaults = defaults
        self._wanted = _wanted(found, name, defaults, names)

    def text(self, indent: int) -> str:
        """The lines of the entry, with a line break at the end.

        :param indent: columns before the name
        """
        values = _beyond(self._defaults, self._wanted)
        lines = [f"{' ' * indent}{self.name}:", *emitted(values, indent + STEP)]
        for setting, reason in self.left.items():
            lines.append(f"{' ' * (indent + STEP)}# Left as it is at Fivetran: {setting}. {reason}")
        return "".join(f"{line}\n" for line in lines)

    def leave_out(self, attribute: str, key: str | None, reason: str) -> bool:
        """Leaves a setting out of the entry; False if there is no such setting.

        A key goes as a whole, and from both attributes: a later change of its other parts would
        send it without the one that is missing.

        :param attribute: such as ``daily_sync_time``, ``config`` or ``secrets``
        :param key: the key inside ``config`` or ``secrets``; None for other attributes
        :param reason: why, in one line and without a secret
        """
        whole = (self._wanted,)
        parts = whole if key is None else tuple(self._wanted.get(each, {}) for each in _PARTS)
        name = attribute if key is None else key
        if not any(name in part for part in parts):
            return False
        for part in parts:
            part.pop(name, None)
        self.left[name if key is None else f"config.{key}"] = reason
        return True

    @property
    def kept_secrets(self) -> int:
        """How many secrets have a variable, and stay as they are."""
        return sum(1 for _ in variables_in(self._wanted.get("secrets")))


def _wanted(
    found: FoundConnection, name: str, defaults: Mapping[str, Any], names: Names
) -> dict[str, Any]:
    """All that the connection shall be described by, defaults included."""
    settings = split(found.config, schemas.service(found.service), name, names)
    named = {key: value for key, value in found.destination.items() if not is_nothing(value)}
    chosen = {
        key: value
        for key, value in found.attributes.items()
        if key in defaults or value != _USUAL.get(key)
    }
    about = {key: defaults[key] for key in _ABOUT_TERRAFORM if key in defaults}
    wanted = {
        "import_id": found.id,
        "service": found.service,
        "group_id": found.group_id,
        **about,
        **chosen,
        "config": {**named, **settings.clear},
    }
    return wanted | ({"secrets": settings.secret} if settings.secret else {})


def _beyond(defaults: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What has to be laid over the defaults, so that the result is what is wanted."""
    written: dict[str, Any] = {}
    for key, value in wanted.items():
        below = defaults.get(key)
        if isinstance(below, Mapping) and isinstance(value, Mapping):
            inside = _beyond(below, value)
            written |= {key: inside} if inside else {}
        elif key not in defaults or repr(below) != repr(value):
            written[key] = value
    return written | {key: None for key in defaults if key not in wanted}
