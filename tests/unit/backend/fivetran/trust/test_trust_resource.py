"""Certificates and fingerprints by Terraform's rules, in memory: sets, drift, failures, imports.
And the requests about them: answers that are none, lists without end, and odd 404s.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import pytest
from api_world import World
from scripted_api import Answer, ScriptedApi
from terraform_core import Core, ProviderRefused
from terraform_values import exact

from constructs_lib.backend.fivetran.api import errors
from constructs_lib.backend.fivetran.api.client import Client
from constructs_lib.backend.fivetran.trust import waiting
from constructs_lib.backend.fivetran.trust.client import TrustClient, hashes_to_revoke, lacks_value
from constructs_lib.backend.http import attempts
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.sandbox import Fault
from constructs_lib.sandbox.fivetran.trust.endpoints import encoded
from constructs_lib.sandbox.fivetran.trust.source import CERTIFICATE, FINGERPRINT, Kind

HOSTS = {"certificates": "db.unsigned.test", "fingerprints": "db.unknown.test"}


class Trust(NamedTuple):
    """Terraform with one set, and the people beside it."""

    world: World
    core: Core
    kind: Kind
    connection: str

    def shown(self, *hosts: str) -> dict[str, str]:
        """What hosts show, as the configuration has it."""
        found = [self.kind.shown(host) for host in hosts]
        return {each["hash"]: each[self.kind.value] for each in found}

    def config(self, *hosts: str, **more: Any) -> Any:
        given = {"connection_id": self.connection, self.kind.segment: self.shown(*hosts), **more}
        return self.core.config({name: exact(value) for name, value in given.items()})

    def apply(self, *hosts: str, **more: Any) -> list[str]:
        """Plans and applies; returns the warnings of both."""
        config = self.config(*hosts, **more)
        plan = self.core.plan(config)
        return [*plan.warnings, *self.core.apply(plan, config)]

    def writes(self) -> list[Any]:
        """What was approved and revoked since the last look: hosts cannot be told, hashes can."""
        entries = [entry for entry in self.world.store.journal(0) if entry.writes]
        path = f"/v1/connections/{self.connection}/{self.kind.segment}"
        return [
            entry.body["hash"] if entry.method == "POST" else f"-{entry.path.rpartition('/')[2]}"
            for entry in entries
            if entry.path.startswith(path)
        ]

    def approve(self, host: str) -> str:
        """Approves what a host shows, as a person would."""
        (pair,) = self.shown(host).items()
        path = f"{self.connection}/{self.kind.segment}"
        self.world._ask("POST", path, dict(zip(("hash", self.kind.value), pair, strict=True)))
        return pair[0]

    def revoke(self, host: str) -> None:
        (name,) = self.shown(host)
        self.world._ask("DELETE", f"{self.connection}/{self.kind.segment}/{encoded(name)}")

    def approved(self) -> set[str]:
        items = self.world._ask("GET", f"{self.connection}/{self.kind.segment}")["items"]
        return {item["hash"] for item in items}

    def state(self, name: str) -> Any:
        return (self.core.state() or {})[name]


@pytest.fixture(params=[CERTIFICATE, FINGERPRINT], ids=lambda kind: kind.segment)
def trust(request: pytest.FixtureRequest, world: World, monkeypatch: pytest.MonkeyPatch) -> Trust:
    monkeypatch.setattr(attempts, "_FIRST_PAUSE", 0.001)
    kind: Kind = request.param
    config = {"schema_prefix": "shop", "host": HOSTS[kind.segment]}
    connection = world.add("postgres", config)
    core = Core(world.provider, f"fivetranops_connection_{kind.segment}")
    return Trust(world, core, kind, connection)


def hashes(trust: Trust, *hosts: str) -> list[str]:
    return sorted(trust.shown(*hosts))


def test_a_set_is_approved_changed_and_revoked(trust: Trust) -> None:
    trust.apply("a.test", "b.test")
    assert trust.writes() == hashes(trust, "a.test", "b.test")

    trust.apply("b.test", "c.test")
    (gone,), (new,) = trust.shown("a.test"), trust.shown("c.test")
    assert trust.writes()[2:] == [new, f"-{encoded(gone)}"]
    assert [item["hash"] for item in trust.state("approved")] == hashes(trust, "b.test", "c.test")

    trust.core.destroy()
    assert trust.approved() == set()


def test_what_waits_is_what_the_source_has_shown(trust: Trust) -> None:
    trust.apply()
    (shown,) = trust.state("waiting")
    assert {shown["hash"]: shown[trust.kind.value]} == trust.shown(HOSTS[trust.kind.segment])

    trust.apply(HOSTS[trust.kind.segment])
    assert trust.state("waiting") == []


def test_what_others_approve_is_left_alone(trust: Trust) -> None:
    foreign = trust.approve("person.test")
    trust.apply("a.test")

    assert not trust.core.plan(trust.config("a.test")).differences
    trust.core.destroy()
    assert trust.approved() == {foreign}


def test_what_was_revoked_elsewhere_is_approved_again(trust: Trust) -> None:
    trust.apply("a.test")
    trust.revoke("a.test")

    assert trust.kind.segment in trust.core.plan(trust.config("a.test")).differences
    trust.apply("a.test")
    assert trust.approved() == set(trust.shown("a.test"))


def test_an_exclusive_set_tells_what_it_revokes(trust: Trust) -> None:
    trust.approve("before.test")
    warnings = trust.apply("a.test", exclusive=True)
    assert any("will be revoked" in warning for warning in warnings)
    later = trust.approve("later.test")
    plan = trust.core.plan(trust.config("a.test", exclusive=True))
    assert later in (plan.prior or {})[trust.kind.segment]
    trust.apply("a.test", exclusive=True)
    assert trust.approved() == set(trust.shown("a.test"))

    free = trust.approve("free.test")
    assert any("stay approved" in warning for warning in trust.apply("a.test"))
    assert free in trust.approved()


def test_an_exclusive_set_revokes_all_of_it_in_the_end(trust: Trust) -> None:
    trust.apply("a.test", exclusive=True)
    trust.approve("later.test")

    trust.core.destroy()

    assert trust.approved() == set()


def test_what_was_approved_before_needs_no_request(trust: Trust) -> None:
    trust.approve("a.test")
    before = len(trust.writes())

    trust.apply("a.test")

    assert len(trust.writes()) == before


def test_an_import_takes_everything_over(trust: Trust) -> None:
    names = {trust.approve("a.test"), trust.approve("b.test")}
    trust.core.import_(trust.connection)
    assert set(trust.state(trust.kind.segment)) == names

    # What the configuration does not name is revoked, and the plan says so.
    warnings = trust.apply("a.test")
    assert any("will be revoked" in warning for warning in warnings)
    assert trust.approved() == set(trust.shown("a.test"))
    assert not trust.core.plan(trust.config("a.test")).differences


@pytest.mark.parametrize("lost", ["500_after", "reset_after", "truncated_body"])
def test_a_lost_answer_is_resolved_by_the_list(trust: Trust, lost: str) -> None:
    path = f"/v1/connections/{{id}}/{trust.kind.segment}"
    trust.world.fail(
        Fault(kind=lost, method="POST", path=path), Fault(lost, "DELETE", path + "/{hash}")
    )
    trust.apply("a.test")
    trust.apply()

    assert len(trust.writes()) == 2
    assert trust.approved() == set()


def test_a_failure_keeps_what_was_reached(trust: Trust) -> None:
    trust.apply("old.test")
    path = f"/v1/connections/{{id}}/{trust.kind.segment}"
    trust.world.fail(Fault("refused", "POST", path, nth=2, code=415))

    with pytest.raises(ProviderRefused):
        trust.apply("a.test", "b.test")

    first, second = hashes(trust, "a.test", "b.test")
    assert set(trust.state(trust.kind.segment)) == {first, *trust.shown("old.test")}
    trust.world.fail()
    trust.apply("a.test", "b.test")
    (old,) = trust.shown("old.test")
    assert trust.writes()[-2:] == [second, f"-{encoded(old)}"]


def test_one_that_is_revoked_meanwhile_counts_as_revoked(trust: Trust) -> None:
    trust.apply("a.test")
    config = trust.config()
    plan = trust.core.plan(config)
    trust.revoke("a.test")

    trust.core.apply(plan, config)

    assert trust.state(trust.kind.segment) == {}


def with_value(trust: Trust, value: str | None, host: str = "") -> Any:
    """A configuration with one more hash, that of a host or one that nobody has approved."""
    (name,) = trust.shown(host) if host else ("r+u4",)
    given = {**trust.shown("a.test"), name: value}
    return trust.core.config({**trust.config("a.test"), trust.kind.segment: exact(given)})


@pytest.mark.parametrize("is_new", [True, False])
def test_the_plan_refuses_a_missing_value(trust: Trust, is_new: bool) -> None:
    if not is_new:
        trust.apply("a.test")
    before = trust.writes()

    with pytest.raises(ProviderRefused, match=f"without its {trust.kind.value}") as refused:
        trust.core.plan(with_value(trust, ""))

    assert "r+u4 is not approved, and its value is an empty text" in str(refused.value)
    assert trust.writes() == before


def test_the_plan_takes_what_is_approved_without_value(trust: Trust) -> None:
    trust.approve("b.test")
    wanted = with_value(trust, "", "b.test")
    trust.core.apply(trust.core.plan(wanted), wanted)
    before = len(trust.world.store.journal(0))

    # The state has it by now, so the plan reads the list only once, in the refresh.
    assert not trust.core.plan(wanted).differences
    paths = [entry.path for entry in trust.world.store.journal(0)[before:]]
    assert sum(trust.kind.segment in path for path in paths) == 1


def test_what_is_revoked_after_the_plan_is_refused(trust: Trust) -> None:
    trust.approve("b.test")
    wanted = with_value(trust, "", "b.test")
    plan = trust.core.plan(wanted)
    trust.revoke("b.test")
    before = trust.writes()

    with pytest.raises(ProviderRefused, match=f"without its {trust.kind.value}"):
        trust.core.apply(plan, wanted)

    assert trust.writes() == before


def test_a_null_value_is_refused_as_null(trust: Trust) -> None:
    with pytest.raises(ProviderRefused, match=f"A {trust.kind.noun.lower()} is null") as refused:
        trust.core.plan(with_value(trust, None))

    assert "The value of r+u4 is null" in str(refused.value)


@pytest.mark.parametrize(("value", "said"), [(None, "null"), ("", "an empty text")])
def test_an_apply_says_which_value_is_missing(value: str | None, said: str) -> None:
    error = lacks_value(waiting.FINGERPRINT, "eUtP", value)

    assert f"its value is {said}." in error.detail


def test_a_connection_that_is_gone_takes_its_set_along(trust: Trust) -> None:
    trust.apply("a.test")
    trust.world._ask("DELETE", trust.connection)

    trust.core.refresh()

    assert trust.core.state() is None


def test_limits_alone_send_nothing(trust: Trust) -> None:
    trust.apply("a.test", timeouts={"create": "1m", "update": None, "delete": None})
    before = len(trust.world.store.journal(0))

    config = trust.config("a.test")
    trust.core.apply(trust.core.plan(config, refresh=False), config)

    assert len(trust.world.store.journal(0)) == before


def test_a_list_of_several_pages_is_read_whole(trust: Trust) -> None:
    trust.world.store.configure(page_items=1)
    names = [trust.approve(f"{letter}.test") for letter in "abc"]

    trust.core.import_(trust.connection)

    assert sorted(trust.state(trust.kind.segment)) == sorted(names)


@pytest.mark.parametrize(
    ("before", "after", "live", "revoked"),
    [
        (None, (False, "a"), "abc", ""),
        (None, (True, "a"), "abc", "bc"),
        ((False, "ab"), (False, "a"), "abc", "b"),
        ((False, "ab"), (False, "a"), "ac", ""),
        ((False, "ab"), (True, "a"), "abc", "bc"),
        ((True, "abc"), (True, "a"), "ab", "b"),
        ((True, "abc"), (False, "a"), "abc", ""),
        ((None, "ab"), (False, "a"), "ab", "b"),
    ],
)
def test_what_a_change_revokes(
    before: tuple[bool | None, str] | None,
    after: tuple[bool, str],
    live: Sequence[str],
    revoked: str,
) -> None:
    def state(values: tuple[bool | None, str]) -> dict[str, Any]:
        return {"exclusive": values[0], "certificates": dict.fromkeys(values[1], "")}

    prior = None if before is None else state(before)

    assert hashes_to_revoke(prior, state(after), "certificates", live) == list(revoked)


ITEM = {"id": "YQ", "hash": "a", "public_key": "ssh-rsa AAAA"}
MISSING = Answer(404, {"code": "NotFound", "message": "Fingerprint with specified hash not found"})


def page(*items: Any, cursor: str | None = None) -> Answer:
    data = {"items": list(items), "next_cursor": cursor}
    return Answer(200, {"code": "Success", "data": data})


@pytest.fixture
def requests(client: Client, quick: None) -> TrustClient:
    return TrustClient(client, waiting.FINGERPRINT, "pale_hydrogen")


def deadline() -> Deadline:
    return Deadline(20.0)


def test_a_404_counts_as_revoked_if_the_list_agrees(
    api: ScriptedApi, requests: TrustClient
) -> None:
    api.answers = [MISSING, page()]

    requests.revoke(ITEM, deadline())

    asked = [(each.method, each.path.partition("?")[0]) for each in api.seen]
    path = "/v1/connections/pale_hydrogen/fingerprints"
    assert asked == [("DELETE", f"{path}/YQ"), ("GET", path)]


def test_a_404_of_something_else_is_an_error(api: ScriptedApi, requests: TrustClient) -> None:
    api.answers = [MISSING, page(ITEM)]

    with pytest.raises(errors.SomethingElseMissing):
        requests.revoke(ITEM, deadline())


def test_an_approval_without_an_envelope_is_looked_up(
    api: ScriptedApi, requests: TrustClient
) -> None:
    # By the contract the answer of status 201 is the fingerprint itself.
    api.answers = [Answer(201, ITEM), page(ITEM)]

    requests.approve("a", "ssh-rsa AAAA", deadline())

    assert [each.method for each in api.seen] == ["POST", "GET"]
    assert api.seen[0].body == {"hash": "a", "public_key": "ssh-rsa AAAA"}


@pytest.mark.parametrize(
    "answers",
    [
        [page(ITEM, cursor="again")],
        [page(cursor="empty")],
        [Answer(200, {"code": "Success", "data": {"items": None}})],
        [Answer(200, {"code": "Success", "data": {"items": [], "next_cursor": 5}})],
        [page(None)],
        [page({"id": "YQ"})],
        [page({"id": "", "hash": "a"})],
    ],
)
def test_a_list_that_is_none_is_an_error(
    api: ScriptedApi, requests: TrustClient, answers: list[Answer]
) -> None:
    api.answers = answers

    with pytest.raises(errors.InvalidResponse):
        requests.approved(Deadline(0.5))
