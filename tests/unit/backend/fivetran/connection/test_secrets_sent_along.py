"""Secrets and settings that Fivetran dropped are sent when something lets them count."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from api_world import GROUP, World
from terraform_core import Core
from terraform_values import UNKNOWN, exact, literal

from constructs_lib import schemas
from constructs_lib.backend.fivetran.connection.secrets import (
    authorization,
    causes,
    secrets_sent_along,
    warn_about_secrets_sent_along,
)
from constructs_lib.backend.plugin.diagnostics import Diagnostics
from constructs_lib.backend.plugin.resource import Plan
from constructs_lib.backend.plugin.values.value import Dynamic
from constructs_lib.sandbox.common import messages

CONNECTION = "fivetranops_connection"
MASK = "******"
BASE = {"schema_prefix": "orders", "host": "db.example.com"}
CERTIFICATE = {**BASE, "auth_method": "CLIENT_CERTIFICATE"}
PASSWORD = {**BASE, "auth_method": "PASSWORD"}
SECRETS = {"password": "hunter22"}
SENT = {"password": MASK}
"""The same in the journal of the API, which keeps no secret."""
TUNNEL = {**BASE, "connection_type": "Directly", "tunnel_host": "t.example.com"}

RULES: dict[str, dict[str, Any]] = {
    "config.password": {"config.auth_method": "PASSWORD"},
    "config.tunnel_host": {"config.connection_type": "SshTunnel"},
}
"""What the API drops in silence, and with which other value it does not."""


@pytest.fixture
def world() -> Iterator[World]:
    world = World({})
    world.store.configure(counts_with=RULES)
    yield world
    world.close()


@pytest.fixture
def core(world: World) -> Core:
    return Core(world.provider, CONNECTION)


def configured(core: Core, config: Any, service: str = "postgres", **given: Any) -> dict[str, Any]:
    dynamic = ("config_wo", "auth", "auth_wo")
    values = {n: (literal if n in dynamic else exact)(value) for n, value in given.items()}
    found: dict[str, Any] = core.config(
        {"group_id": GROUP, "service": service, "config": literal(config), **values}
    )
    return found


def applied(core: Core, config: dict[str, Any]) -> None:
    core.apply(core.plan(config), config)


def shown(core: Core, world: World) -> dict[str, Any]:
    """Return ``config`` as the API answers it."""
    config: dict[str, Any] = world.answer((core.state() or {})["id"])["config"]
    return config


def holds(world: World, password: str) -> bool:
    """Return True if the API holds this password."""
    (connection,) = world.connections()
    return messages.equals_masked(connection.digests["config.password"], password)


def test_a_secret_that_begins_to_count_is_sent(world: World, core: Core) -> None:
    applied(core, configured(core, CERTIFICATE, config_wo=SECRETS))
    assert "password" not in shown(core, world)
    world.writes()
    config = configured(core, PASSWORD, config_wo=SECRETS)

    applied(core, config)

    assert world.writes() == [{"config": {"auth_method": "PASSWORD", **SENT}}]
    assert holds(world, "hunter22")
    assert core.plan(config).differences == set()


def test_a_rotated_secret_behind_a_mask_is_sent(world: World, core: Core) -> None:
    # Given a secret that the API holds, and a newer one that it dropped
    applied(core, configured(core, PASSWORD, config_wo=SECRETS))
    applied(core, configured(core, CERTIFICATE, config_wo=SECRETS))
    newer = {"password": "hunter23"}
    applied(core, configured(core, CERTIFICATE, config_wo=newer))
    assert shown(core, world)["password"] == MASK
    assert holds(world, "hunter22")
    world.writes()

    applied(core, configured(core, PASSWORD, config_wo=newer))

    assert world.writes() == [{"config": {"auth_method": "PASSWORD", **SENT}}]
    assert holds(world, "hunter23")


def test_the_plan_tells_which_secrets_go_along(world: World, core: Core) -> None:
    applied(core, configured(core, CERTIFICATE, config_wo=SECRETS))

    plan = core.plan(configured(core, PASSWORD, config_wo=SECRETS))

    assert plan.planned["secrets_applied"] == {"config.password": UNKNOWN}
    assert [each for each in plan.warnings if "sent again" in each]


def test_the_warning_names_secrets_and_cause() -> None:
    prior = {"service": "postgres", "config": Dynamic.of(CERTIFICATE)}
    planned = prior | {"config": Dynamic.of(PASSWORD)}
    diagnostics = Diagnostics()

    warn_about_secrets_sent_along(Plan(planned, prior, planned), ["config.password"], diagnostics)

    (warning,) = diagnostics
    assert warning.detail.startswith("config.password: unchanged")
    assert "the change of config.auth_method." in warning.detail


def test_a_secret_that_changes_is_not_told_as_unchanged(core: Core) -> None:
    applied(core, configured(core, CERTIFICATE, config_wo=SECRETS))

    plan = core.plan(configured(core, PASSWORD, config_wo={"password": "hunter23"}))

    assert not [each for each in plan.warnings if "sent again" in each]


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ({"networking_method": "Directly"}, {"networking_method": "SshTunnel"}),
        ({"hybrid_deployment_agent_id": "a"}, {"hybrid_deployment_agent_id": ""}),
        ({"external_secrets_manager_id": "a"}, {"external_secrets_manager_id": ""}),
        (
            {"external_secrets_keys_config": {"password": "k", "user": "k"}},
            {"external_secrets_keys_config": {"user": "k"}},
        ),
    ],
)
def test_an_attribute_that_decides_sends_the_secrets(
    world: World, core: Core, first: dict[str, Any], then: dict[str, Any]
) -> None:
    applied(core, configured(core, PASSWORD, config_wo=SECRETS, **first))
    world.writes()

    applied(core, configured(core, PASSWORD, config_wo=SECRETS, **then))

    (body,) = world.writes()
    assert body.keys() & first.keys() == then.keys()
    assert body["config"] == SENT


@pytest.mark.parametrize(
    "change", [{"host": "other.example.com"}, {"port": 5433}, {"user": "fivetran"}]
)
def test_a_setting_of_free_text_sends_no_secret(
    world: World, core: Core, change: dict[str, Any]
) -> None:
    applied(core, configured(core, PASSWORD, config_wo=SECRETS))
    world.writes()

    applied(core, configured(core, {**PASSWORD, **change}, config_wo=SECRETS))

    assert world.writes() == [{"config": change}]


@pytest.mark.parametrize("change", [{"newer_mode": "B"}, {"newer_flag": True}])
def test_a_setting_beyond_the_catalogue_sends_secrets(
    world: World, core: Core, change: dict[str, Any]
) -> None:
    unchecked = {f"config.{key}": "newer than the catalogue" for key in change}
    applied(core, configured(core, PASSWORD, config_wo=SECRETS, unchecked=unchecked))
    world.writes()

    config = {**PASSWORD, **change}
    applied(core, configured(core, config, config_wo=SECRETS, unchecked=unchecked))

    assert world.writes() == [{"config": change | SENT}]


@pytest.mark.parametrize(
    ("change", "authenticates"),
    [({"auth_method": "ActiveDirectory"}, True), ({"update_method": "TELEPORT"}, False)],
)
def test_authorization_goes_along_with_its_method(
    world: World, core: Core, change: dict[str, Any], authenticates: bool
) -> None:
    config = {"schema_prefix": "o", "auth_method": "Password", "update_method": "NATIVE_UPDATE"}
    auth, auth_wo = {"service_principal_id": "sp"}, {"refresh_token": "r1234567"}
    given: dict[str, Any] = {"config_wo": SECRETS, "auth": auth, "auth_wo": auth_wo}
    applied(core, configured(core, config, "azure_sql_db", **given))
    world.writes()

    applied(core, configured(core, config | change, "azure_sql_db", **given))

    along = {"auth": dict.fromkeys(auth | auth_wo, MASK)} if authenticates else {}
    assert world.writes() == [{"config": change | SENT, **along}]


@pytest.mark.parametrize(("method", "sends"), [("CLIENT_CERTIFICATE", False), ("PASSWORD", True)])
@pytest.mark.parametrize("unknown", [{**BASE, "auth_method": UNKNOWN}, UNKNOWN])
def test_a_method_known_after_apply_keeps_the_promise(
    world: World, core: Core, unknown: Any, method: str, sends: bool
) -> None:
    applied(core, configured(core, CERTIFICATE, config_wo=SECRETS))
    world.writes()
    planned_with = configured(core, BASE, config_wo=SECRETS)
    planned_with["config"] = unknown if unknown is UNKNOWN else literal(unknown)
    plan = core.plan(planned_with)
    assert plan.planned["secrets_applied"] == {"config.password": UNKNOWN}

    core.apply(plan, configured(core, {**BASE, "auth_method": method}, config_wo=SECRETS))

    changed = {"config": {"auth_method": "PASSWORD", **SENT}}
    assert world.writes() == ([changed] if sends else [])


def test_a_secret_with_a_part_without_value_stays() -> None:
    secrets = {"login": {"key": "k1234567", "token": None}, **SECRETS}
    prior = {"service": "postgres", "config": Dynamic.of(CERTIFICATE)}
    planned = prior | {"config": Dynamic.of(PASSWORD)}

    names = secrets_sent_along(prior, planned, planned | {"config_wo": Dynamic.of(secrets)})

    assert names == ["config.password"]


def test_authorization_whose_secret_has_no_value_stays() -> None:
    auth = {"client_access": {"client_id": "c"}, "service_principal_id": "sp"}
    prior = {"service": "azure_sql_db", "auth": Dynamic.of(auth)}
    prior |= {"config": Dynamic.of({"auth_method": "Password"})}
    planned = prior | {"config": Dynamic.of({"auth_method": "ActiveDirectory"})}
    config = planned | {"auth_wo": Dynamic.of({"client_access": {"client_secret": None}})}

    assert authorization(prior, planned, config) == ["auth.service_principal_id"]


def test_a_setting_that_was_left_out_is_sent(world: World, core: Core) -> None:
    applied(core, configured(core, TUNNEL))
    assert "tunnel_host" not in shown(core, world)
    world.writes()
    config = configured(core, {**TUNNEL, "connection_type": "SshTunnel"})

    applied(core, config)

    expected = {"connection_type": "SshTunnel", "tunnel_host": "t.example.com"}
    assert world.writes() == [{"config": expected}]
    assert shown(core, world)["tunnel_host"] == "t.example.com"
    assert core.plan(config).differences == set()


def test_a_setting_that_a_read_leaves_out_is_sent(world: World, core: Core) -> None:
    # Given an API whose answer to a write repeats what was sent
    world.store.configure(counts_with={})
    applied(core, configured(core, TUNNEL))
    world.store.configure(distortions={"config.tunnel_host": "drop"})
    world.writes()

    applied(core, configured(core, {**TUNNEL, "connection_type": "SshTunnel"}))

    expected = {"connection_type": "SshTunnel", "tunnel_host": "t.example.com"}
    assert world.writes() == [{"config": expected}]


def test_a_setting_that_is_held_again_is_not_sent(world: World, core: Core) -> None:
    applied(core, configured(core, TUNNEL))
    applied(core, configured(core, {**TUNNEL, "connection_type": "SshTunnel"}))
    world.writes()

    applied(core, configured(core, TUNNEL))

    assert world.writes() == [{"config": {"connection_type": "Directly"}}]


def test_a_setting_that_was_left_out_alone_is_not_sent(world: World, core: Core) -> None:
    applied(core, configured(core, TUNNEL))
    world.writes()

    applied(core, configured(core, TUNNEL, paused=True))

    assert world.writes() == [{"paused": True}]


def test_every_enumerated_setting_of_the_catalogue_decides() -> None:
    missed, counted = [], 0
    for service in map(schemas.service, schemas.services()):
        assert service is not None
        for field in service.config.values():
            if len(field.allowed) < 2:
                continue
            one, other = (
                {"service": service.name, "config": Dynamic.of({field.name: value})}
                for value in field.allowed[:2]
            )
            counted += 1
            if causes(one, other, other) != [f"config.{field.name}"]:
                missed.append((service.name, field.name))

    assert missed == []
    assert counted > 300
