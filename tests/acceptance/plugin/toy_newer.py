"""What the provider for these tests offers to Terraform 1.14 and later: a list and an action."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from toy_readers import described

from constructs_lib.backend.plugin.action import Action
from constructs_lib.backend.plugin.diagnostics import Diagnostics, ProviderError
from constructs_lib.backend.plugin.list_resource import Listed, ListOperation, ListResource
from constructs_lib.backend.plugin.resource import Operation
from constructs_lib.backend.plugin.values.value import Dynamic, Object

NOTES = {
    "description": "The notes in the file, by their titles.",
    "properties": {
        "color": {"type": "string", "enum": ["red", "green", "blue"]},
        "fail_after": {"type": "integer", "default": None},
        "fail": {"type": "string", "default": None},
    },
}
TOUCH = {
    "description": "Touches a note.",
    "required": ["note_id"],
    "properties": {
        "note_id": {"type": "string", "minLength": 1},
        "fail": {"type": "string", "default": None},
    },
}


class NoteList(ListResource):
    schema = described("toy_note", NOTES)

    def validate(self, config: Object, diagnostics: Diagnostics) -> None:
        if config["fail"] == "validate":
            diagnostics.error("No such list", "It said validate.", ("fail",))

    def list(self, config: Object, operation: ListOperation) -> Iterator[Listed]:
        notes = operation.provider_data.load()
        chosen = [
            (key, note) for key, note in notes.items() if config["color"] in (None, note["color"])
        ]
        for number, (key, note) in enumerate(chosen):
            operation.provider_data.tell(f"list {key}")
            if config["fail_after"] == number:
                raise ProviderError("Notes not read", "It said fail_after.")
            state = _state(key, note) if operation.includes_state else None
            yield Listed({"id": key}, f"{note['title']} ({note['color']})", state)
        if config["fail_after"] == len(chosen):
            raise ProviderError("Notes not read", "It said fail_after.")


def _state(key: str, note: dict[str, Any]) -> Object:
    return {**note, "id": key, "body": Dynamic.of(note["body"])}


class Touch(Action):
    schema = described("toy_touch", TOUCH)

    def validate(self, config: Object, diagnostics: Diagnostics) -> None:
        if config["note_id"] == "nothing":
            diagnostics.error("No note has this identifier", "Give another.", ("note_id",))

    def plan(self, config: Object, operation: Operation) -> None:
        if config["fail"] == "plan":
            raise ProviderError("Touch refused", "It said plan.", ("fail",))

    def invoke(self, config: Object, operation: Operation) -> Iterator[str]:
        store = operation.provider_data
        store.tell(f"touch {config['note_id']}")
        yield f"Touching {config['note_id']}."
        if config["fail"] == "crash":
            raise RuntimeError("the-hidden-value")
        if config["fail"] == "wait":
            store.file.with_suffix(".waiting").touch()
            while not operation.stopping.wait(0.05):
                yield "Still touching."
            yield "Stopping."
            time.sleep(0.2)
            raise ProviderError("Touch interrupted", f"{config['note_id']} is half touched.")
        yield "Touched it."
        if config["fail"] == "late":
            raise ProviderError("Touch failed", "It said late.", ("fail",))
        store.tell(f"touched {config['note_id']}")
