"""A provider for these tests: notes, kept in a JSON file. It is started by Terraform."""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

from toy_newer import NoteList, Touch
from toy_readers import Key, NoteData, described, until_noted

from constructs_lib.backend.plugin.diagnostics import Diagnostics, ProviderError
from constructs_lib.backend.plugin.provider import Provider
from constructs_lib.backend.plugin.resource import Operation, Plan, Resource
from constructs_lib.backend.plugin.serve import serve
from constructs_lib.backend.plugin.values.value import (
    UNKNOWN,
    Dynamic,
    Object,
    contains_unknown,
    unwrap,
)

NOTE = {
    "description": "A note.",
    "required": ["title", "body"],
    "properties": {
        "title": {"type": "string", "minLength": 1, "description": "Kept without spaces around."},
        "body": {"type": "object", "description": "Anything."},
        "kind": {"type": "string", "default": "memo", "x-forces-replacement": True},
        "color": {"type": "string", "enum": ["red", "green", "blue"]},
        "priority": {"type": "integer", "default": 3, "minimum": 0, "maximum": 9},
        "weight": {"type": "number"},
        "pinned": {"type": "boolean", "default": None},
        "labels": {"type": "object", "additionalProperties": {"type": "string"}},
        "details": {
            "type": "object",
            "required": ["owner"],
            "properties": {"owner": {"type": "string"}, "pages": {"type": "integer"}},
        },
        "timeouts": {
            "type": "object",
            "default": None,
            "properties": {"create": {"type": "string", "pattern": "^[0-9]+m$"}},
        },
        "extra": {"type": "object", "default": None},
        "secret_wo": {"type": "object", "writeOnly": True},
        "fail": {"type": "string", "default": None},
        "id": {"type": "string", "readOnly": True, "x-identity": "required"},
        "revision": {"type": "integer", "readOnly": True},
        "secret_length": {"type": "integer", "readOnly": True},
    },
}
PROVIDER = {
    "description": "Notes in a file.",
    "properties": {"file": {"type": "string", "minLength": 1}},
}
KEPT = ("title", "body", "kind", "color", "priority", "weight", "labels", "details")


class Store:
    """The notes in a file, and a journal of what was written."""

    lock = threading.Lock()

    def __init__(self, file: Path) -> None:
        self.file = file

    def load(self) -> dict[str, Any]:
        return json.loads(self.file.read_text()) if self.file.exists() else {}

    def put(self, identifier: str, note: dict[str, Any] | None) -> None:
        with self.lock:
            notes = self.load()
            notes.pop(identifier, None) if note is None else notes.update({identifier: note})
            self.file.write_text(json.dumps(notes, default=float))
        self.tell(f"{'delete' if note is None else 'write'} {identifier}")

    @property
    def journal(self) -> Path:
        return self.file.with_suffix(".journal")

    def tell(self, line: str) -> None:
        with self.lock, self.journal.open("a") as journal:
            journal.write(f"{line}\n")


def _length(secret: Any) -> int | None:
    return None if contains_unknown(secret) else len(str(unwrap(secret)))


class Note(Resource):
    schema = described("toy_note", NOTE)

    def plan(self, plan: Plan, operation: Operation) -> None:
        secret = _length(plan.config["secret_wo"])
        known = operation.private.get("length", _length(None))
        if secret is None or plan.is_create or known != secret:
            plan.planned["secret_length"] = UNKNOWN
        if any(map(plan.changed, (*KEPT, "secret_length"))):
            plan.planned["revision"] = UNKNOWN

    def plan_destroy(self, prior: Object, operation: Operation) -> None:
        operation.diagnostics.warning("Note goes away", f"{prior['id']} will be deleted.")

    def create(self, planned: Object, config: Object, operation: Operation) -> Object:
        identifier = f"note-{planned['title'].strip()}"
        if planned["fail"] == "early":
            raise ProviderError("Note refused", "It said early.", ("fail",))
        if planned["fail"] == "crash":
            raise RuntimeError("the-hidden-value")
        operation.save({**planned, "id": identifier})
        state = self._write(identifier, 1, planned, config, operation)
        if planned["fail"] == "late":
            raise ProviderError("Note half made", "It said late.", ("body", "text"))
        if planned["fail"] == "wait":
            Path(operation.provider_data.file).with_suffix(".waiting").touch()
            operation.stopping.wait(None if os.environ.get("TOY_PATIENCE") else 30)
        if planned["fail"] == "until renewed":
            until_noted(operation.provider_data.journal, "renew")
        return state

    def _write(
        self, identifier: str, revision: int, planned: Object, config: Object, operation: Operation
    ) -> Object:
        note = {name: unwrap(planned[name]) for name in KEPT}
        note = {name: None if value is UNKNOWN else value for name, value in note.items()}
        note["title"] = note["title"].strip()
        note["color"] = note["color"] or "green"
        note["revision"] = revision
        operation.provider_data.put(identifier, note)
        length = _length(config["secret_wo"])
        operation.private["length"] = length
        return {**note, "id": identifier, "secret_length": length}

    def read(self, state: Object, operation: Operation) -> Object | None:
        note = operation.provider_data.load().get(state["id"])
        if note is None:
            if state.get("title") is None:
                raise ProviderError("Note not found", f"There is no note {state['id']}.")
            return None
        body = note.pop("body")
        same_body = state["body"] is not None and unwrap(state["body"]) == body
        note["body"] = state["body"] if same_body else Dynamic.of(body)
        if (state["title"] or "").strip() == note["title"]:
            note.pop("title")
        return note

    def update(
        self, prior: Object, planned: Object, config: Object, operation: Operation
    ) -> Object:
        if planned["fail"] == "update":
            raise ProviderError("Note not changed", "It said update.")
        return self._write(prior["id"], int(prior["revision"]) + 1, planned, config, operation)

    def delete(self, prior: Object, operation: Operation) -> None:
        operation.provider_data.put(prior["id"], None)


class Toy(Provider):
    schema = described("toy", PROVIDER)

    def __init__(self) -> None:
        self.resources = {"toy_note": Note()}
        self.data_sources = {"toy_note": NoteData()}
        self.ephemeral_resources = {"toy_key": Key()}
        self.list_resources = {"toy_note": NoteList()}
        self.actions = {"toy_touch": Touch()}

    def configure(self, config: Object, terraform_version: str, diagnostics: Diagnostics) -> Any:
        return Store(Path(config.get("file") or os.environ["TOY_FILE"]))


def main() -> int:
    return serve(Toy, source="terraform.local/tests/toy", arguments=sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
