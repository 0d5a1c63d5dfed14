"""The types of the fixtures in this folder."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from constructs_lib import Connection

Synth: TypeAlias = Callable[[], dict[str, Any]]
Connect: TypeAlias = Callable[..., Connection]
