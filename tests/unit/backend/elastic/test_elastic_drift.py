"""What happens beside the resource: drift, moves between plan and apply, and lost answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from elastic_world import ElasticWorld, apply, is_settled, state
from terraform_core import Core, ProviderRefused

from constructs_lib.sandbox.elastic import ElasticFault

Wanted = Callable[..., dict[str, Any]]
PUT = "/_connector/wiki/_status"
ALWAYS = 10**6


def test_what_the_service_writes_is_no_change(
    world: ElasticWorld, core: Core, wanted: Wanted
) -> None:
    apply(core, wanted("error"))
    world.move("connected")

    assert is_settled(core, wanted("error"))


def test_an_enforced_status_is_set_back(world: ElasticWorld, core: Core, wanted: Wanted) -> None:
    config = wanted("error", drift_policy="enforce")
    apply(core, config)
    world.move("connected")
    world.writes()

    plan = core.plan(config)
    assert plan.differences == {"status", "previous_status"}
    assert "connected -> error" in core.said[-1]
    core.apply(plan, config)

    assert world.writes() == ["error"]
    assert state(core)["previous_status"] == "connected"


def test_beginning_to_enforce_sets_what_moved(
    world: ElasticWorld, core: Core, wanted: Wanted
) -> None:
    apply(core, wanted("error"))
    world.move("connected")
    world.writes()

    apply(core, wanted("error", drift_policy="enforce"))

    assert world.writes() == ["error"]


def test_a_status_that_moved_since_the_plan_is_told(
    world: ElasticWorld, core: Core, wanted: Wanted
) -> None:
    apply(core, wanted("error"))
    config = wanted("configured")
    plan = core.plan(config)
    world.move("connected")

    warnings = core.apply(plan, config)

    assert "The status of connector wiki changed between plan and apply" in warnings
    assert "In the plan it was error; at the apply it was connected" in core.said[-1]
    assert state(core)["previous_status"] == "connected"


def test_a_status_that_moved_where_nothing_leads_on_shows_both(
    world: ElasticWorld, core: Core, wanted: Wanted
) -> None:
    apply(core, wanted("error"))
    config = wanted("connected")
    plan = core.plan(config)
    world.move("needs_configuration")

    with pytest.raises(ProviderRefused) as refused:
        core.apply(plan, config)

    assert "is needs_configuration; it was error when it was last read" in str(refused.value)
    assert world.status == "needs_configuration"
    assert state(core)["status"] == "error"


LOST = [
    "500_after", "502_html_after", "reset_after", "truncated_body", "invalid_json", "429", "500",
    "502_html", "reset_before",
]  # fmt: skip


@pytest.mark.parametrize("kind", LOST)
def test_lost_answer_is_resolved_by_reading_before_a_retry(
    world: ElasticWorld, core: Core, wanted: Wanted, kind: str
) -> None:
    config = wanted("needs_configuration")
    plan = core.plan(config)
    world.requests()
    world.fail(ElasticFault(kind, method="PUT", path=PUT, times=1))

    core.apply(plan, config)

    sent = [method for method, *_ in world.requests()]
    took_effect = ElasticFault.KINDS[kind].takes_effect
    assert sent.count("PUT") == (1 if took_effect else 2)
    assert took_effect or kind == "429" or sent[-3:] == ["PUT", "GET", "PUT"]
    assert (world.status, state(core)["previous_status"]) == ("needs_configuration", "created")
    assert is_settled(core, config)


def test_status_set_by_somebody_after_a_lost_answer_is_an_error(
    world: ElasticWorld, core: Core, wanted: Wanted
) -> None:
    config = wanted("needs_configuration")
    plan = core.plan(config)
    world.fail(
        ElasticFault("500", method="PUT"),
        ElasticFault("status_moves", method="PUT", status="error"),
    )

    with pytest.raises(ProviderRefused, match="now it is error"):
        core.apply(plan, config)

    assert world.status == "error"


def test_status_set_by_somebody_to_the_wanted_one_is_a_success(
    world: ElasticWorld, core: Core, wanted: Wanted
) -> None:
    config = wanted("needs_configuration")
    plan = core.plan(config)
    moved = {"status": "needs_configuration", "when": "before"}
    world.fail(ElasticFault("status_moves", method="PUT", **moved))

    core.apply(plan, config)

    assert world.status == "needs_configuration"
    assert is_settled(core, config)


def test_status_moved_just_before_the_request_is_refused(
    world: ElasticWorld, core: Core, wanted: Wanted
) -> None:
    world.begin("configured")
    config = wanted("needs_configuration")
    plan = core.plan(config)
    moved = {"status": "connected", "when": "before"}
    world.fail(ElasticFault("status_moves", method="PUT", **moved))

    with pytest.raises(ProviderRefused, match="is connected; it was configured when"):
        core.apply(plan, config)

    assert world.status == "connected"


def test_interrupted_change_ends_with_the_status_before(
    world: ElasticWorld, core: Core, wanted: Wanted
) -> None:
    world.begin("created")
    apply(core, wanted("created"))
    config = wanted("configured", via="shortest")
    plan = core.plan(config)
    world.fail(ElasticFault("500", method="PUT", nth=2, times=ALWAYS))

    with pytest.raises(ProviderRefused, match="is now needs_configuration"):
        core.apply(plan, config)
    assert world.status == "needs_configuration"
    world.fail()
    apply(core, config)

    assert world.status == "configured"
    assert state(core)["previous_status"] == "created"
    assert is_settled(core, config)


def test_interrupted_first_change_ends_with_the_status_before(
    world: ElasticWorld, core: Core, wanted: Wanted
) -> None:
    config = wanted("configured", via="shortest")
    plan = core.plan(config)
    world.fail(ElasticFault("500", method="PUT", nth=2, times=ALWAYS))

    with pytest.raises(ProviderRefused, match="is now needs_configuration"):
        core.apply(plan, config)
    world.fail()
    apply(core, config)

    assert world.status == "configured"
    assert state(core)["previous_status"] == "created"
    assert is_settled(core, config)


def test_failed_refresh_does_not_count_the_connector_as_gone(
    world: ElasticWorld, core: Core, wanted: Wanted
) -> None:
    apply(core, wanted("error"))
    world.fail(ElasticFault("500", method="GET", times=ALWAYS))

    with pytest.raises(ProviderRefused, match="answered 500"):
        core.refresh()

    assert state(core)["status"] == "error"


def test_replacement_keeps_apart_the_status_of_the_old_connector(
    world: ElasticWorld, core: Core, wanted: Wanted
) -> None:
    world.store.add_connector("other", status="created")
    apply(core, wanted("error"))
    core.refresh()
    config = wanted("connected")
    config["connector_id"] = "other"

    with pytest.raises(ProviderRefused, match="connector other is created") as refused:
        core.plan(config)

    assert "last read" not in str(refused.value)
