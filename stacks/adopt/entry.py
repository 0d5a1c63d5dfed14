"""The entry of an existing connection in a settings file, such that a deploy changes nothing.

It does not repeat the defaults of the environment; where they differ from the connection, it
overrides or removes them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from constructs_lib.adopt.account import FoundConnection
from constructs_lib.adopt.candidate import Candidate
from constructs_lib.adopt.description import Belonging
from constructs_lib.adopt.settings import NameRegistry
from constructs_lib.adopt.yaml_form import belonging_entry, entry

_ABOUT_TERRAFORM = ("protect",)
"""Defaults that change nothing at Fivetran."""


class EntryCandidate(Candidate):
    """A connection that may become an entry of an environment.

    :param found: the connection
    :param name: its name in the settings file
    :param defaults: the defaults of the environment
    :param names: gives the names of the variables
    """

    def __init__(
        self, found: FoundConnection, name: str, defaults: Mapping[str, Any], names: NameRegistry
    ) -> None:
        super().__init__(found, name, names, written=defaults)
        self._defaults = defaults

    def text(self, indent: int) -> str:
        """Return the lines of the entry, with a line break at the end.

        :param indent: columns before the name
        """
        about = {key: self._defaults[key] for key in _ABOUT_TERRAFORM if key in self._defaults}
        # What the entry is about comes first.
        first = {key: self.attributes[key] for key in ("service", "group_id")}
        wanted = {"import_id": self.found.id, **first, **about, **self.attributes}
        return entry(self.name, _beyond(self._defaults, wanted), self.comments, indent)

    def belonging_texts(self) -> dict[str, Callable[[int], str]]:
        """Return what makes the lines of each belonging, by the section of the settings file."""
        return {
            each.section.name: partial(_belonging_text, self.name, self.found.id, each)
            for each in self.belongings
        }


def _belonging_text(name: str, identifier: str, belonging: Belonging, indent: int) -> str:
    return belonging_entry(name, identifier, belonging, indent)


def _beyond(defaults: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an entry must hold so that merging it over the defaults gives what is wanted."""
    written: dict[str, Any] = {}
    for key, value in wanted.items():
        below = defaults.get(key)
        if isinstance(below, Mapping) and isinstance(value, Mapping):
            inside = _beyond(below, value)
            written |= {key: inside} if inside else {}
        elif key not in defaults or repr(below) != repr(value):
            written[key] = value
    return written | {key: None for key in defaults if key not in wanted}
