"""Whose state becomes a connection: that of Fivetran's own provider, however it is named."""

from __future__ import annotations

import pytest

from constructs_lib.backend.fivetran import SOURCE
from constructs_lib.backend.fivetran.moved_state import is_official
from constructs_lib.backend.plugin.resource import MovedState


@pytest.mark.parametrize(
    ("provider", "type_name", "expected"),
    [
        ("registry.terraform.io/fivetran/fivetran", "fivetran_connector", True),
        ("mirror.example.com/fivetran/fivetran", "fivetran_connection", True),
        (SOURCE, "fivetran_connection", True),
        (SOURCE, "fivetranops_connection", False),
        (SOURCE, "fivetran_group", False),
        ("registry.terraform.io/somebody/fivetran", "fivetran_connection", False),
        ("registry.terraform.io/connections-as-code/elasticops", "fivetran_connector", False),
    ],
)
def test_a_state_is_recognized_by_provider_and_type(
    provider: str, type_name: str, expected: bool
) -> None:
    assert is_official(MovedState(provider, type_name, 1, {})) is expected
