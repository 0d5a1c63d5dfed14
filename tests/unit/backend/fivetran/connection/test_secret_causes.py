"""Which changes may decide about secrets, what goes along with them, and what the plan says."""

from __future__ import annotations

from typing import Any

from every_case import check_every

from constructs_lib.backend.fivetran.connection.secrets import (
    authorization,
    causes,
    dropped,
    secrets_sent_along,
    warn_about_secrets_sent_along,
)
from constructs_lib.backend.managed_object.equivalence import fingerprint
from constructs_lib.backend.plugin.diagnostics import Diagnostic, Diagnostics
from constructs_lib.backend.plugin.resource import Plan
from constructs_lib.backend.plugin.values.value import UNKNOWN, Dynamic, Object

CONFIG = {"schema_prefix": "o", "host": "db", "port": 1, "auth_method": "PASSWORD"}
AUTH = {"client_access": {"client_id": "c"}, "none": None, "mode": "A"}
SECRETS = {"config_wo": Dynamic.of({"password": "p"}), "auth_wo": Dynamic.of({"token": "t"})}


def values(service: Any = "postgres", **given: Any) -> Object:
    """Values of a connection; objects are given as Terraform's dynamic values."""
    found = {"service": service, "config": dict(CONFIG), "auth": dict(AUTH), **given}
    return {n: Dynamic.of(v) if isinstance(v, dict) else v for n, v in found.items()}


def changed(service: Any = "postgres", **keys: Any) -> tuple[Object, Object, Object]:
    """A change of keys of ``config``, with the secrets of both kinds."""
    after = values(service, config={**CONFIG, **keys})
    return values(service), after, after | SECRETS


def test_changes_that_may_decide_about_secrets_are_named() -> None:
    def named(before: Object, after: Object, config: Object | None = None) -> list[str]:
        return causes(before, after, after if config is None else config)

    agent, none = {"hybrid_deployment_agent_id": "a"}, {"hybrid_deployment_agent_id": ""}
    cases: list[tuple[list[str], list[str]]] = [
        (named(*changed()), []),
        (named(*changed(auth_method="AWS_IAM")), ["config.auth_method"]),
        (named(*changed(always_encrypted=True)), ["config.always_encrypted"]),
        (named(*changed(host="other", port=2, tunnel_user="u")), []),
        (named(*changed(schema_prefix="p")), []),
        (named(*changed(new_mode="x", new_flag=True)), ["config.new_flag", "config.new_mode"]),
        (named(*changed(new_size=1, new_list=["x"])), []),
        (named(*changed(new=UNKNOWN)), ["config.new"]),
        (named(*changed(table="t")), ["config.table"]),
        (
            named(values(config={**CONFIG, "new": "x"}), values(config={**CONFIG, "new": 1})),
            ["config.new"],
        ),
        (named(*changed("appeared_tomorrow", host="x", port=2, schema="x")), ["config.host"]),
        (named(*changed(UNKNOWN, host="x", port=2)), ["config.host"]),
        (
            named(values("google_play"), values("google_play", auth={**AUTH, "mode": "B"})),
            ["auth.mode"],
        ),
        (
            named(
                values("google_play"),
                values("google_play", auth={"authentication_method": "OAUTH"}),
            ),
            ["auth.authentication_method"],
        ),
        (named(values(), values(), values(auth=UNKNOWN, config=UNKNOWN)), ["config", "auth"]),
        (named(values(), values(**agent)), list(agent)),
        (named(values(), values(**agent), values()), []),
        (named(values(**agent), values(**agent)), []),
        (named(values(**agent), values(**none)), list(agent)),
        (named(values(), values(**none)), []),
        (named(values(), values(), values(hybrid_deployment_agent_id=UNKNOWN)), list(agent)),
    ]

    check_every(enumerate(cases), lambda case: _equal(*case[1]))


def _equal(found: object, expected: object) -> None:
    assert found == expected


def test_a_cause_decides_about_the_secrets_of_its_part() -> None:
    both = ["auth.token", "config.password"]

    assert secrets_sent_along(*changed(auth_method="AWS_IAM")) == both
    assert secrets_sent_along(*changed(new_access_mode="x")) == both
    assert secrets_sent_along(*changed(own_credentials=True)) == both
    assert secrets_sent_along(*changed(update_method="QUERY_BASED")) == ["config.password"]
    assert secrets_sent_along(*changed(host="other")) == []
    before, after, config = changed()
    assert secrets_sent_along(before, values(auth={**AUTH, "mode": "B"}), config) == ["auth.token"]
    assert secrets_sent_along(before, after, config | {"auth": UNKNOWN}) == ["auth.token"]
    assert secrets_sent_along(before, after, config | {"config": UNKNOWN}) == both
    unknown = config | {"config_wo": UNKNOWN, "config": UNKNOWN}
    assert secrets_sent_along(before, after, unknown) == ["auth.token", "config.*"]


def test_secrets_that_lack_a_part_do_not_go_along() -> None:
    before, after, config = changed(auth_method="AWS_IAM")
    partial = {"b": {"c": "s", "d": None}, "a": {"c": "s"}, "e": None, "f": {"g": {"h": None}}}
    partial |= {"a.b": {"c": "s"}, "b.c": {"c": "s", "d": None}}

    assert secrets_sent_along(before, after, config | {"config_wo": Dynamic.of(partial)}) == [
        "auth.token",
        "config.a",
        "config.a.b",
    ]


def test_settings_of_auth_go_along_with_what_decides_about_them() -> None:
    before, after, config = changed(auth_method="AWS_IAM")
    partial = Dynamic.of({"client_access": {"client_secret": None}})

    assert authorization(before, after, config) == ["auth.client_access", "auth.mode"]
    assert authorization(before, after, config | {"auth_wo": partial}) == ["auth.mode"]
    assert authorization(*changed(update_method="QUERY_BASED")) == []
    assert authorization(*changed(host="other")) == []


def test_settings_that_fivetran_dropped_are_found_by_the_notes() -> None:
    config = {**CONFIG, "user": "u", "empty": "", "login": {"host": "h"}}
    nothing, something = ([fingerprint("x"), fingerprint(each)] for each in (None, "y"))
    echo = {"config.host": nothing, "config.port": something, "config.empty": nothing}
    private = {"echo": echo, "absent": ["user", "empty", "login", "gone"]}

    def found(before: Object, after: Object, secrets: Any) -> list[str]:
        return dropped(before, after, after | {"config_wo": Dynamic.of(secrets)}, private)

    before, after = values(config=config), values(config={**config, "auth_method": "AWS_IAM"})
    assert found(before, after, {}) == ["host", "user", "login"]
    assert found(before, after, {"login": {"key": None}}) == ["host", "user"]
    # What was only left out is not sent where nothing decides about it.
    assert found(before, before, {}) == ["host"]
    assert dropped(before, after, after, {}) == []


def test_the_plan_says_which_secrets_are_sent_again_and_why() -> None:
    before, after, config = changed(auth_method="AWS_IAM", new_flag=True)
    plan, diagnostics = Plan(config, before, after), Diagnostics()

    warn_about_secrets_sent_along(plan, [], diagnostics)
    warn_about_secrets_sent_along(plan, ["auth.token", "config.password"], diagnostics)
    plan.replace.append(("service",))
    warn_about_secrets_sent_along(plan, ["config.password"], diagnostics)

    assert list(diagnostics) == [
        Diagnostic(
            False,
            "Secrets are sent again",
            "auth.token, config.password: unchanged, but sent along with the change of "
            "config.auth_method, config.new_flag. That change may decide which secrets Fivetran "
            "uses, and Fivetran silently drops secrets that it does not use when they are sent.",
            ("secrets_applied",),
        )
    ]
