"""What the journal records of one connection: what it was like before its state was set.

Both entries are dictionaries in their files. Fields that a later version adds are ignored, and
those that an earlier version did not write have a default.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from constructs_lib.backend.fivetran.journal.history import TERRAFORM
from constructs_lib.backend.http import jsontext
from constructs_lib.backend.managed_object import equivalence

_VERSION = 1


class JournalEntry(NamedTuple):
    """What a connection was like before its state was set, and how far that went."""

    connection: str
    """Its identifier."""
    account: str
    """Which account it belongs to, see ``Client.account``."""
    paused: bool
    """Its paused flag. If true, the run had nothing to pause, and there is nothing to undo."""
    found: dict[str, Any] | None
    """Its state; None if none had been written."""
    wanted: str
    """The fingerprint of the state that was to be set; empty if the connection itself was changed,
    and paused for that."""
    since: str
    """When the run began, or began to put the flag back (RFC 3339, UTC, by the API's clock)."""
    is_sent: bool = False
    """True from just before the state was sent."""
    stored: str = ""
    """The fingerprint of what was read back after that. Before that, of what an earlier attempt has
    stored, if that is what was found; else empty."""
    is_putting_back: bool = False
    """True from just before the paused flag was put back: it may be back, and who paused the
    connection since then meant it."""
    is_open: bool = True
    """False when the paused flag is back; the rest is kept until the state is set."""
    by: str = TERRAFORM
    """Whose run it was, as in the history."""

    def has_set(self, live: dict[str, Any] | None) -> bool:
        """Return True if a state is what the run has set, or what it was about to set.

        :param live: the state; None if there is none
        """
        prints = (self.stored, self.wanted)
        return self.is_sent and any(equivalence.is_fingerprint(print_, live) for print_ in prints)


class SetStateEntry(NamedTuple):
    """A state that Terraform has set, kept until Terraform's state is known to have it.

    Terraform may be killed while this process sets a state. Then the state is set, and the next
    apply would take it for what was there before.
    """

    connection: str
    account: str
    workspace: str
    """Terraform's workspace."""
    attempt: str
    """Names the attempt, here and in the private state of the resource."""
    found: dict[str, Any] | None
    """The state before the first attempt of which Terraform does not know; None if there was none.
    """
    stored: str
    """The fingerprint of what was read back."""
    at: str
    """When that was (RFC 3339, UTC, by the API's clock)."""


def set_state_entry(text: str) -> SetStateEntry:
    """Return the entry of a state that was set from the text of its file.

    :raises ValueError: if it is none
    """
    values = jsontext.loads(text)
    names = SetStateEntry._fields
    if not isinstance(values, dict) or not values.keys() >= set(names):
        raise ValueError("no entry of a state that was set")
    if not all(jsontext.is_text(values[name]) for name in names if name != "found"):
        raise ValueError("a field is of another type")
    if not isinstance(values["found"], (dict, type(None))):
        raise ValueError("found is of another type")
    return SetStateEntry(**{name: values[name] for name in names})


def dumped(entry: JournalEntry | SetStateEntry) -> str:
    """Return an entry as the text of its file."""
    return jsontext.dumps({"version": _VERSION, **entry._asdict()})


def loaded(text: str) -> JournalEntry:
    """Return the entry from the text of its file.

    :raises ValueError: if it is none, or one of another version
    """
    values = jsontext.loads(text)
    if not isinstance(values, dict) or values.pop("version", None) != _VERSION:
        raise ValueError("no entry of this version")
    kinds: dict[str, Any] = dict.fromkeys(("connection", "account", "wanted", "since"), str)
    kinds |= {"paused": bool, "found": (dict, type(None)), "is_sent": bool, "stored": str}
    kinds |= {"is_putting_back": bool, "is_open": bool, "by": str}
    values = {**JournalEntry._field_defaults, **values}
    for name, kind in kinds.items():
        is_ours = isinstance(values.get(name, ...), kind)
        if not is_ours or (kind is str and not jsontext.is_text(values[name])):
            raise ValueError(f"{name} is missing, or of another type")
    return JournalEntry(**{name: values[name] for name in kinds})
