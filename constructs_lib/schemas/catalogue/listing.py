"""What ``show`` and ``search`` print."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from constructs_lib.schemas.fields import Field
from constructs_lib.schemas.services import Service, services
from constructs_lib.schemas.suggestions import did_you_mean

_HEADER = ("field", "type", "belongs into", "allowed")
_SHOWN = 8


def table(service: Service) -> str:
    """The fields of a service as a table, with a line break at its end."""
    form = " and ".join(service.destination_schema) or "not known"
    rows = [_HEADER]
    rows += [
        (f"config.{key}", "string", "config, required", "") for key in service.destination_schema
    ]
    for root, fields in (("config", service.config), ("auth", service.auth)):
        for field in fields.values():
            rows += [_row(root, path, leaf) for path, leaf in field.leaves()]
    return f"{service.name}, destination schema: {form}\n\n" + _aligned(rows)


def found(word: str) -> list[str]:
    """The names of the services that contain a word; small and capital letters are the same."""
    wanted = word.casefold().replace(" ", "_").replace("-", "_")
    return [name for name in services() if wanted in name]


def not_found(word: str) -> str:
    """The message that there is no such service."""
    near = did_you_mean(word, services())
    return f"no service {word!r} in the catalogue" + (f"; {near}" if near else "")


def _row(root: str, path: str, field: Field) -> tuple[str, str, str, str]:
    secrets = "secrets" if root == "config" else "auth_secrets"
    where = secrets if field.secret else root
    where = "nowhere: read-only" if field.read_only else where
    return f"{root}.{path}", field.kind.value, where, _some(field.allowed)


def _some(values: Sequence[str]) -> str:
    more = len(values) - _SHOWN
    return ", ".join(values[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "".join(_line(row, widths) for row in rows)


def _line(row: Iterable[str], widths: Iterable[int]) -> str:
    cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
    return "  ".join(cells).rstrip() + "\n"
