"""The resource from its first setting to its end, in one process against the sandbox."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from elastic_world import WIKI, ElasticWorld, apply, is_settled, state
from terraform_core import Core, ProviderRefused
from terraform_values import UNKNOWN

Wanted = Callable[..., dict[str, Any]]
PUT = "/_connector/wiki/_status"
ALWAYS = 10**6


def test_the_first_setting_keeps_what_was_before(
    world: ElasticWorld, core: Core, wanted: Wanted
) -> None:
    warnings = apply(core, wanted("needs_configuration"))

    put = ("PUT", PUT, {"status": "needs_configuration"})
    assert [one for one in world.requests() if one[0] != "GET"] == [put]
    assert (state(core)["id"], state(core)["previous_status"]) == (WIKI, "created")
    assert state(core)["drift_policy"] == "on_change"
    assert state(core)["via"] == "direct"
    assert warnings == ["The status of connector wiki will be set"]
    assert is_settled(core, wanted("needs_configuration"))


def test_a_change_is_made_in_place(world: ElasticWorld, core: Core, wanted: Wanted) -> None:
    apply(core, wanted("needs_configuration"))
    world.writes()

    plan = core.plan(wanted("configured"))
    core.apply(plan, wanted("configured"))

    assert plan.differences == {"status", "previous_status"}
    assert not plan.replaced
    assert world.writes() == ["configured"]
    assert state(core)["previous_status"] == "needs_configuration"


@pytest.mark.parametrize("status", ["created", "CREATED", "Created"])
def test_an_equal_status_sends_nothing_whatever_its_case(
    world: ElasticWorld, core: Core, wanted: Wanted, status: str
) -> None:
    apply(core, wanted(status))

    assert world.writes() == []
    assert state(core)["status"] == status
    assert state(core)["previous_status"] is None
    assert all("is created already" in words for words in core.said)
    assert core.said


def test_another_case_of_the_status_plans_nothing(
    world: ElasticWorld, core: Core, wanted: Wanted
) -> None:
    apply(core, wanted("error"))
    world.writes()

    assert is_settled(core, wanted("ERROR"))
    assert world.writes() == []


@pytest.mark.parametrize(
    "more", [{"via": "shortest"}, {"timeouts": {"create": "1m", "update": "1m"}}]
)
def test_what_only_steers_sends_nothing(
    world: ElasticWorld, core: Core, wanted: Wanted, more: Any
) -> None:
    apply(core, wanted("error"))
    world.requests()

    plan = core.plan(wanted("error", **more))
    core.apply(plan, wanted("error", **more))

    assert plan.differences == set(more)
    assert world.writes() == []


def test_another_connector_replaces(world: ElasticWorld, core: Core, wanted: Wanted) -> None:
    world.store.add_connector("other", status="error")
    apply(core, wanted("error"))
    world.requests()
    config = wanted("error")
    config["connector_id"] = "other"

    plan = core.plan(config)
    core.apply(plan, config)

    assert plan.replaced == ["connector_id"]
    assert world.writes() == []
    assert state(core)["id"] == "other"


def test_a_connector_that_is_gone_is_dropped_from_state(
    world: ElasticWorld, core: Core, wanted: Wanted
) -> None:
    apply(core, wanted("error"))
    world.remove()

    core.refresh()

    assert core.state() is None


def test_missing_connector_warns_at_plan_and_fails_at_apply(
    world: ElasticWorld, core: Core, wanted: Wanted
) -> None:
    world.remove()
    config = wanted("error")
    plan = core.plan(config)
    assert plan.warnings == ["Connector wiki does not exist yet"]

    with pytest.raises(ProviderRefused, match=r"connector \[wiki\] not found"):
        core.apply(plan, config)

    assert core.state() is None


def test_a_connector_that_is_made_between_plan_and_apply_is_set(
    world: ElasticWorld, core: Core, wanted: Wanted
) -> None:
    world.remove()
    plan = core.plan(wanted("error"))
    world.store.add_connector(WIKI)

    core.apply(plan, wanted("error"))

    assert world.status == "error"


def test_an_import_takes_the_live_status(world: ElasticWorld, core: Core, wanted: Wanted) -> None:
    world.move("connected")

    core.import_(WIKI)

    assert state(core)["status"] == "connected"
    assert state(core)["drift_policy"] == "on_change"
    assert is_settled(core, wanted("Connected"))
    assert world.writes() == []


@pytest.mark.parametrize("identifier", ["", " ", ".", ".."])
def test_an_identifier_that_leads_elsewhere_is_refused_locally(
    world: ElasticWorld, core: Core, identifier: str
) -> None:
    world.requests()

    with pytest.raises(ProviderRefused, match="cannot have this identifier"):
        core.import_(identifier)

    assert world.requests() == []


def test_an_identifier_is_encoded_into_the_path(
    world: ElasticWorld, core: Core, wanted: Wanted
) -> None:
    world.store.add_connector("a/b c")
    config = wanted("error")
    config["connector_id"] = "a/b c"

    apply(core, config)

    found = world.store.connector("a/b c")
    assert found is not None
    assert found.status == "error"
    assert world.status == "created"


def test_destroying_forgets_and_says_so(world: ElasticWorld, core: Core, wanted: Wanted) -> None:
    apply(core, wanted("error"))
    world.requests()

    core.destroy()

    assert "left as it is" in core.said[-1]
    assert "created" in core.said[-1]
    assert world.writes() == []
    assert world.status == "error"


def test_what_the_service_reports_comes_into_state(
    world: ElasticWorld, core: Core, wanted: Wanted
) -> None:
    apply(core, wanted("error"))
    world.move("error", "the host is unknown")

    core.refresh()

    assert state(core)["error"] == "the host is unknown"
    assert is_settled(core, wanted("error"))


def test_unknown_values_are_planned_and_set(
    world: ElasticWorld, core: Core, wanted: Wanted
) -> None:
    plan = core.plan(wanted("error") | {"status": UNKNOWN, "connector_id": UNKNOWN})
    assert plan.planned["previous_status"] is UNKNOWN

    core.apply(plan, wanted("error"))

    assert world.writes() == ["error"]


def test_unknown_status_at_apply_is_an_error_before_any_request(
    world: ElasticWorld, core: Core, wanted: Wanted
) -> None:
    plan = core.plan(wanted("error") | {"status": UNKNOWN})

    with pytest.raises(ProviderRefused, match="Did you mean"):
        core.apply(plan, wanted("conected"))

    assert world.writes() == []


def test_a_configuration_never_comes_into_state(
    world: ElasticWorld, core: Core, wanted: Wanted
) -> None:
    secret = {"password": {"value": "canary-s3cret"}}
    world.store.add_connector("secretive", configuration=secret)
    config = wanted("error")
    config["connector_id"] = "secretive"

    apply(core, config)
    core.refresh()

    assert core.stored is not None
    assert b"canary" not in core.stored.json + core.stored.private
