"""The ways in which the real API answers something other than what was sent.

A provider that survives all of them has no perpetual differences. Each quirk changes the
``config`` of an answer; what is stored stays as it was sent. Secrets are masked already when a
quirk sees them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Config = dict[str, Any]


def adds(config: Config) -> Config:
    """A setting appears that nobody sent, as when a connector gains one."""
    return {**config, "sandbox_added": "default"}


def drops(config: Config) -> Config:
    """The setting that comes last in the alphabet is not answered."""
    return {key: config[key] for key in sorted(config)[:-1]}


def reorders(config: Config) -> Config:
    """Lists come back in the reverse order."""
    return {key: value[::-1] if isinstance(value, list) else value for key, value in config.items()}


def normalises(config: Config) -> Config:
    """Text comes back without blanks at its ends, and host names in lower case."""
    return {key: _normal(key, value) for key, value in config.items()}


def blanks(config: Config) -> Config:
    """Empty values come back as another kind of nothing: ``""`` as null, ``[]`` as ``""``."""
    return {key: _blank(value) for key, value in config.items()}


QUIRKS: dict[str, Callable[[Config], Config]] = {
    "adds": adds,
    "drops": drops,
    "reorders": reorders,
    "normalises": normalises,
    "blanks": blanks,
}
"""All quirks by name, in the order in which they are applied."""


def apply(names: tuple[str, ...], config: Config) -> Config:
    """The configuration as an API with these quirks answers it."""
    for name, quirk in QUIRKS.items():
        config = quirk(config) if name in names else config
    return config


def _normal(key: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return value.strip().lower() if key.endswith("host") else value.strip()


def _blank(value: Any) -> Any:
    if value == "":
        return None
    return "" if value == [] else value
