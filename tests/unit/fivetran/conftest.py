"""What the tests of the Fivetran backend share."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from scripted_api import ScriptedApi, scripted_api

# The driver that plans and applies as Terraform does, without it.
sys.path.append(str(Path(__file__).parents[2] / "acceptance" / "hostile"))


@pytest.fixture
def api() -> Iterator[ScriptedApi]:
    with scripted_api() as server:
        yield server
