from __future__ import annotations

from collections.abc import Iterator

import pytest
from connection_core import core, world

from constructs_lib.backend.fivetran import connection

__all__ = ["core", "world"]


@pytest.fixture(autouse=True, scope="module")
def _any_settings() -> Iterator[None]:
    """The settings here are invented, so that they have every shape; no service has such."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, "check_settings", lambda config, diagnostics: None)
        yield
