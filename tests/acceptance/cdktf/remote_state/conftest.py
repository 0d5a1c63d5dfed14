from __future__ import annotations

from collections.abc import Iterator

import pytest
from state_project import Providers


@pytest.fixture
def providers() -> Iterator[Providers]:
    """What Terraform attaches to in the stacks of a test."""
    providers = Providers()
    yield providers
    providers.end()
