"""Values that somebody marked as sensitive are in no message about the status of a connector."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from elastic_world import ElasticWorld
from terraform_core import Core, ProviderRefused
from terraform_values import UNKNOWN, exact

Wanted = Callable[..., dict[str, Any]]


@pytest.mark.parametrize("name", ["status", "via", "drift_policy"])
def test_a_marked_text_is_in_no_error_of_a_check(
    core: Core, wanted: Wanted, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    config = wanted("error") | {name: exact("canary-marked")}

    with pytest.raises(ProviderRefused, match=f"Invalid value of {name}: Found text") as caught:
        core.plan(config)

    said = "\n".join([str(caught.value), *core.said, *capfd.readouterr()])
    assert "canary" not in said


@pytest.mark.parametrize(("name", "value"), [("status", "canary"), ("connector_id", "..")])
def test_a_marked_text_that_is_known_late_is_in_no_error(
    world: ElasticWorld,
    core: Core,
    wanted: Wanted,
    name: str,
    value: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plan = core.plan(wanted("error") | {name: UNKNOWN})
    monkeypatch.setattr(core, "_validate", lambda session, config: None)

    with pytest.raises(ProviderRefused, match=r"Found text[;.]") as caught:
        core.apply(plan, wanted("error") | {name: exact(value)})

    assert f"'{value}'" not in str(caught.value)
    assert world.writes() == []
