"""Terraform's state file, read as ``terraform show -json`` tells it, without starting Terraform."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from constructs_lib import schemas
from constructs_lib.schemas import Attribute, Kind


def text_of(folder: Path) -> str:
    """Return the state of a working directory; empty if there is none.

    A Terraform that was killed may leave an empty file.
    """
    file = folder / "terraform.tfstate"
    return file.read_text() if file.exists() else ""


def managed(text: str) -> Iterator[tuple[str, str]]:
    """Return the type and the identifier of each managed resource, those of modules included."""
    for block in _blocks(text):
        if block["mode"] == "managed":
            for instance in block["instances"]:
                yield block["type"], instance["attributes"].get("id")


def resources(text: str) -> list[dict[str, Any]] | None:
    """Return the address and the values of each resource of the root module.

    None if a resource is not of the providers of this project, so that the types of its
    attributes are not known.
    """
    found = []
    for block in _blocks(text):
        name = "data." * (block["mode"] == "data") + block["type"]
        if block.get("module"):
            continue
        try:
            attributes = schemas.load(name).attributes
        except KeyError:
            return None
        for instance in block["instances"]:
            address = f"{name}.{block['name']}{_index(instance)}"
            values = _shown(instance["attributes"], attributes)
            found.append({"address": address, "values": values})
    return found


def _blocks(text: str) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = json.loads(text)["resources"] if text else []
    return blocks


def _index(instance: Mapping[str, Any]) -> str:
    return f"[{json.dumps(instance['index_key'])}]" if "index_key" in instance else ""


def _shown(values: Mapping[str, Any], attributes: Mapping[str, Attribute]) -> dict[str, Any]:
    """Return values with those of a dynamic type alone, which are stored along with their type."""
    return {name: _shown_value(value, attributes.get(name)) for name, value in values.items()}


def _shown_value(value: Any, attribute: Attribute | None) -> Any:
    if value is None or attribute is None:
        return value
    if attribute.kind is Kind.DYNAMIC:
        return value["value"]
    if attribute.kind is Kind.NESTED:
        return _shown(value, attribute.attributes)
    if attribute.kind is Kind.OBJECTS:
        return [_shown(each, attribute.attributes) for each in value]
    return value
