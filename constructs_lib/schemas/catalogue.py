"""Makes ``services.json`` from Fivetran's OpenAPI document.

``python -m constructs_lib.schemas.catalogue refresh --openapi FILE`` reads the document, which
Fivetran publishes for its REST API, and writes facts only: names, never sentences.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("services.json")
_FORMS = (("schema", "table_group_name"), ("schema", "table"), ("schema_prefix",), ("schema",))


def facts(document: dict[str, Any]) -> dict[str, dict[str, list[str]]]:
    """The facts about each service of an OpenAPI document.

    :param document: the parsed OpenAPI document
    :raises KeyError: if it does not describe the creation of connections
    """
    schemas = document["components"]["schemas"]
    services = schemas["NewConnectorRequestV1"]["discriminator"]["mapping"]
    return {name: _service(schemas, name, services[name]) for name in sorted(services)}


def _service(schemas: dict[str, Any], name: str, reference: str) -> dict[str, list[str]]:
    parts = [_resolve(schemas, part) for part in _resolve(schemas, {"$ref": reference})["allOf"]]
    formats = [p for p in parts if "required" in p.get("properties", {}).get("config", {})]
    keys = {key for part in formats for key in part["properties"]["config"]["required"]}
    form = next(form for form in _FORMS if keys.issuperset(form))
    entry = {"schema": list(form)}
    config = [p["properties"]["config"] for p in parts if "config" in p.get("properties", {})]
    secrets = sorted({path for part in config for path in _secrets(schemas, part, "")})
    read_only = _read_only(schemas, name)
    entry |= {"secrets": secrets} if secrets else {}
    return entry | ({"read_only": read_only} if read_only else {})


def _secrets(schemas: dict[str, Any], rule: dict[str, Any], path: str) -> Iterator[str]:
    rule = _resolve(schemas, rule)
    if rule.get("format") == "password":
        yield path
    for name, inner in rule.get("properties", {}).items():
        yield from _secrets(schemas, inner, f"{path}.{name}" if path else name)
    if "items" in rule:
        yield from _secrets(schemas, rule["items"], path + "[]")


def _read_only(schemas: dict[str, Any], name: str) -> list[str]:
    part = schemas.get(f"{name}_readonly_config_V1", {})
    return sorted(part.get("properties", {}).get("config", {}).get("properties", {}))


def _resolve(schemas: dict[str, Any], rule: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in rule:
        rule = schemas[rule["$ref"].rsplit("/", 1)[-1]]
    return rule


def _write(entries: dict[str, dict[str, list[str]]], target: Path) -> None:
    lines = (f"{json.dumps(name)}: {json.dumps(entry)}" for name, entry in entries.items())
    target.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m constructs_lib.schemas.catalogue")
    commands = parser.add_subparsers(dest="command", required=True)
    refresh = commands.add_parser("refresh", help="rebuild services.json from a newer contract")
    refresh.add_argument("--openapi", type=Path, required=True, help="Fivetran's OpenAPI document")
    options = parser.parse_args(arguments)
    try:
        entries = facts(json.loads(options.openapi.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, StopIteration):
        return 1
    _write(entries, _FILE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
