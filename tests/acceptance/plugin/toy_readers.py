"""What the provider for these tests reads and opens, beside its notes: a data source and a key."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from constructs_lib.backend.plugin.diagnostics import Diagnostics, ProviderError
from constructs_lib.backend.plugin.resource import DataSource, EphemeralResource, Opened, Operation
from constructs_lib.backend.plugin.values.value import Dynamic, Object
from constructs_lib.schemas import ResourceSchema
from constructs_lib.schemas.model import _attributes

NOTE_DATA = {
    "description": "A note, as it is.",
    "required": ["note_id"],
    "properties": {
        "note_id": {"type": "string", "minLength": 1},
        "color": {"type": "string"},
        "title": {"type": "string", "readOnly": True},
        "body": {"type": "object", "readOnly": True},
        "marks": {
            "type": "array",
            "readOnly": True,
            "items": {
                "type": "object",
                "properties": {
                    "name": {"type": "string", "readOnly": True},
                    "page": {"type": "integer", "readOnly": True},
                },
            },
        },
    },
}
KEY = {
    "description": "A key that opens a note for one run.",
    "required": ["note_id"],
    "properties": {
        "note_id": {"type": "string", "minLength": 1},
        "renewed": {"type": "boolean", "default": None},
        "fail": {"type": "string", "default": None},
        "value": {"type": "string", "format": "password", "readOnly": True},
    },
}
PREFIX = "toy-k3y-"
_PROGRAM_TIMEOUT = 60.0


def described(name: str, document: dict[str, Any]) -> ResourceSchema:
    return ResourceSchema(name, document["description"], _attributes(document), document)


class NoteData(DataSource):
    schema = described("toy_note", NOTE_DATA)

    def validate(self, config: Object, diagnostics: Diagnostics) -> None:
        if config["note_id"] == "nothing":
            diagnostics.error("No note has this identifier", "Give another.", ("note_id",))

    def read(self, config: Object, operation: Operation) -> Object:
        note = operation.provider_data.load().get(config["note_id"])
        if note is None:
            raise ProviderError("Note not found", f"There is no note {config['note_id']}.")
        marks = [{"name": note["title"], "page": 1}, {"name": None, "page": 2}]
        found = {"title": note["title"], "color": note["color"], "marks": marks}
        return {**found, "body": Dynamic.of(note["body"])}


class Key(EphemeralResource):
    schema = described("toy_key", KEY)

    def validate(self, config: Object, diagnostics: Diagnostics) -> None:
        if config["note_id"] == "nothing":
            diagnostics.error("No note has this identifier", "Give another.", ("note_id",))

    def open(self, config: Object, operation: Operation) -> Opened:
        if config["fail"] == "open":
            raise ProviderError("Key refused", "It said open.", ("fail",))
        operation.private |= {"note": config["note_id"], "fail": config["fail"]}
        operation.provider_data.tell(f"open {config['note_id']}")
        soon = datetime.now(timezone.utc) + timedelta(seconds=1)
        value = PREFIX + config["note_id"]
        return Opened({"value": value}, soon if config["renewed"] else None)

    def renew(self, operation: Operation) -> datetime | None:
        if operation.private["fail"] == "renew":
            operation.provider_data.tell("renew refused")
            raise ProviderError("Key not renewed", "It said renew.")
        operation.provider_data.tell(f"renew {operation.private['note']}")
        return None

    def close(self, operation: Operation) -> None:
        operation.provider_data.tell(f"close {operation.private['note']}")
        if operation.private["fail"] == "close":
            raise ProviderError("Key not closed", "It said close.")


def until_noted(file: Path, beginning: str) -> None:
    """Waits until a journal holds a line that begins so."""
    end = time.monotonic() + _PROGRAM_TIMEOUT
    while time.monotonic() < end:
        if file.exists() and f"\n{beginning}" in "\n" + file.read_text():
            return
        time.sleep(0.02)
