"""The masks by which APIs answer in place of secrets: no state takes one for the secret."""

from __future__ import annotations

from collections.abc import Iterator

from constructs_lib.backend.plugin.consistency.state_rules import ReadAnswer
from constructs_lib.backend.plugin.diagnostics import Path
from constructs_lib.backend.plugin.values.value import Dynamic, Value
from constructs_lib.schemas import is_mask


def mask_replaces_nothing(answer: ReadAnswer) -> Iterator[Path]:
    """Never replace a known value with the mask of a secret.

    Lists are not looked into: their items have no names, so nothing tells which one is masked.
    """
    for name in answer.attributes:
        before, now = (answer.prior or {}).get(name), (answer.state or {}).get(name)
        yield from _masked(before, now, (name,))


def _masked(before: Value, now: Value, path: Path) -> Iterator[Path]:
    before = before.value if isinstance(before, Dynamic) else before
    now = now.value if isinstance(now, Dynamic) else now
    if is_mask(now) and before is not None and not is_mask(before):
        yield path
    if isinstance(before, dict) and isinstance(now, dict):
        for name in before.keys() & now.keys():
            yield from _masked(before[name], now[name], (*path, name))
