"""Values as JSON, with ``UNKNOWN`` in place of each value that is known only later."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final, final

from constructs_lib.schemas import limits
from constructs_lib.schemas.keywords import describe_type
from constructs_lib.validation.findings import Finding, IsToken, Path, Place, pointer

DEEPEST: Final = limits.MAX_LEVELS
"""The most levels that a value may have; more come from a mistake, and would end in a traceback."""


_JSON: Final = "text, numbers, true, false, null, lists and mappings with text as keys"


@final
class _Unknown:
    """The type of ``UNKNOWN``."""

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __deepcopy__(self, _memo: object) -> _Unknown:
        return self


UNKNOWN: Final = _Unknown()
"""Stands for a value that is known only later; it satisfies any check."""


def as_json_values(
    values: Mapping[str, Any], *, place: Place, is_token: IsToken
) -> tuple[dict[str, Any], list[Finding]]:
    """Return ``values`` as dicts, lists and scalars, and findings about what has no form in JSON.

    Tokens become ``UNKNOWN``, and so do values that have a finding: one mistake is reported
    once. The given values are not changed.
    """
    walk = _Walk(place, is_token)
    return walk.mapping(values, ()), walk.findings


class _Walk:
    """One pass over the values of one construct."""

    def __init__(self, place: Place, is_token: IsToken) -> None:
        self.findings: list[Finding] = []
        self._place = place
        self._is_token = is_token
        self._above: set[int] = set()

    def value(self, value: Any, path: Path) -> Any:
        """Return one value in JSON form."""
        if self._is_token(value):
            return UNKNOWN
        if value is None or isinstance(value, (str, bool)):
            return value
        if isinstance(value, int):
            return value if _fits(value) else self._too_long(path)
        if isinstance(value, float):
            return value if math.isfinite(value) else self._no_json(repr(value), path)
        if isinstance(value, (Mapping, Sequence)) and not isinstance(value, (bytes, bytearray)):
            return self._container(value, path)
        return self._no_json(f"a value of type {type(value).__name__}", path)

    def mapping(self, value: Mapping[Any, Any], path: Path) -> dict[str, Any]:
        """Return a mapping in JSON form, without the keys that are not text."""
        found: dict[str, Any] = {}
        for key, inner in value.items():
            if isinstance(key, str):
                found[key] = self.value(inner, (*path, key))
            else:
                self._no_json(f"the key {key!r} ({describe_type(key)})", path)
        return found

    def _container(self, value: Mapping[Any, Any] | Sequence[Any], path: Path) -> Any:
        if id(value) in self._above:
            return self._no_json("a value that contains itself", path)
        if len(path) > DEEPEST:
            allowed = f"at most {DEEPEST} levels of lists and mappings"
            return self._no_json(f"more than {DEEPEST} levels", path[:1], allowed)
        self._above.add(id(value))
        try:
            if isinstance(value, Mapping):
                return self.mapping(value, path)
            return [self.value(inner, (*path, index)) for index, inner in enumerate(value)]
        finally:
            self._above.discard(id(value))

    def _too_long(self, path: Path) -> _Unknown:
        allowed = f"numbers of at most {limits.MAX_DIGITS} digits: Terraform keeps no more"
        return self._no_json("a number of too many digits", path, allowed)

    def _no_json(self, found: str, path: Path, allowed: str = _JSON) -> _Unknown:
        self.findings.append(
            Finding("not-json", "error", self._place, pointer(path), found, allowed)
        )
        return UNKNOWN


def _fits(number: int) -> bool:
    # The first look is quick, as most numbers are small.
    is_small = abs(number) < 2**63
    return is_small or not (
        limits.has_too_many_places(number) or limits.has_too_many_digits(number)
    )
