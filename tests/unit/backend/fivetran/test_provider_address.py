"""The address in the provider's configuration."""

from __future__ import annotations

import pytest

from constructs_lib.backend.fivetran.provider import FivetranOps
from constructs_lib.backend.plugin.diagnostics import Diagnostics


@pytest.mark.parametrize(
    ("url", "path"),
    [("https://a:b@api.example.com", ()), ("https://api.example.com/?a", ("api_url",))],
)
def test_no_path_leads_to_a_login_in_the_address(url: str, path: tuple[str, ...]) -> None:
    diagnostics = Diagnostics()

    FivetranOps().validate({"api_url": url}, diagnostics)

    # Terraform would show the line that a path leads to.
    assert [(one.is_error, one.path) for one in diagnostics] == [(True, path)]
