"""However the API answers: applies succeed, and plans show what changed, and nothing else.

The number of examples is bounded, and their choice always the same, so that a failure can be
repeated; ``HOSTILE_EXAMPLES=2000`` runs as many, at random.
"""

from __future__ import annotations

import operator
import os
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any

from api_world import GROUP, World
from hostile_meaning import alike, hides, may_mean, means
from hostile_strategies import (
    ATTRIBUTE_CHANGES,
    ATTRIBUTES,
    CHOSEN,
    DISTORTED,
    GIVEN_SECRETS,
    KEYS,
    SECRET_CHANGES,
    SECRETS_OF,
    SERVICES,
    SETTINGS,
    VALUES,
)
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from terraform_core import Core, Planned, ProviderRefused, fields
from terraform_values import UNKNOWN, exact, literal

from constructs_lib.backend.fivetran.connection.request import DECIDING, SIDE_EFFECTS

Part = Callable[[dict[str, Any]], dict[str, Any]]
VOLATILE = {"setup_state", "sync_state"}
"""What the API itself may change with any request, so that a plan may leave it open."""
NEW = "set by a person, 4711"
ABSENT = "(not answered)"
MASKED = {"amplitude": "aws_credentials", "postgres": "public_key"}
"""Settings whose text is masked, or not taken, by the API of a service."""
WORDS = {
    "schedule_type": ("auto", "manual"),
    "data_delay_sensitivity": ("LOW", "NORMAL", "HIGH", "CUSTOM", "SYNC_FREQUENCY"),
    "networking_method": ("Directly", "PrivateLink", "SshTunnel", "ProxyAgent"),
    "schema_status": ("ready", "blocked_on_capture"),
    "daily_sync_time": tuple(f"{hour:02}:00" for hour in range(24)),
}
"""The attributes whose words are compared whatever their spelling."""
CLEARED = "external_secrets_keys_config"
"""The attribute among those chosen that the empty value clears."""
IDENTITY = ("*", "schema", "destination_schema_names")
"""Paths whose distortion makes an imported connection another one than is configured."""


class HostileApi(RuleBasedStateMachine):
    """One connection, an API that distorts its answers, and people who change things beside."""

    @initialize(
        service=st.sampled_from(sorted(SERVICES)),
        settings=SETTINGS,
        attributes=CHOSEN,
        secrets=GIVEN_SECRETS,
        distortions=DISTORTED,
    )
    def create(
        self,
        service: str,
        settings: dict[str, Any],
        attributes: dict[str, Any],
        secrets: dict[str, Any],
        distortions: dict[str, str],
    ) -> None:
        self.distortions = distortions
        self.world = World(distortions)
        self.core = Core(self.world.provider, "fivetranops_connection")
        self.service, self.settings, self.attributes = service, settings, attributes
        self.secrets = {name: secrets[name] for name in SECRETS_OF[service] if name in secrets}
        self.adopted = False
        self.answers: list[dict[str, Any]] = []
        self._settle(self._plan(self._without_ambiguity()))
        assert len(self.world.connections()) == 1

    @rule(key=st.sampled_from(KEYS), value=VALUES, known=st.booleans())
    def setting_changes(self, key: str, value: Any, known: bool) -> None:
        before = fields(self.core.state(), "config")
        was_adopted = self.adopted
        self.settings = {**self.settings, key: value}
        self._without_ambiguity()
        if key not in self.settings:
            return
        plan = self._plan() if known else self._plan_before_it_is_known(key)
        # With the first change after an import, what the state lacked of the settings joins it.
        changing = {key, *(plan.keys("config") if self.adopted else ())}
        values = [held.get(name) for name in changing for held in (before, self.settings)]
        # Of a setting that the catalogue lacks, nobody knows whether it lets others count.
        decides = not known or any(isinstance(one, (str, bool)) for one in values)
        along = {*self.secrets, *self.settings} if decides else set()
        reported = self._of_the_import() | ({"secrets_applied"} if along else set())
        assert plan.differences <= {"config", *VOLATILE} | reported
        sent = self._settle(plan)
        assert len(sent) <= 1
        if not was_adopted:
            assert key in before or "config" in plan.differences
            assert not known or plan.keys("config") & self.settings.keys() <= {key}
            # What the API answers as nothing is sent again: the change may let it count.
            also = along | self._answered_as_nothing()
            assert all({key} <= body["config"].keys() <= {key, *also} for body in sent)

    @rule(key=st.sampled_from(KEYS))
    def setting_is_no_longer_managed(self, key: str) -> None:
        self.settings = {name: value for name, value in self.settings.items() if name != key}
        plan = self._plan()
        assert plan.differences <= {"config"}
        assert plan.keys("config") & self.settings.keys() == set()
        assert self._settle(plan) == []

    @rule(change=ATTRIBUTE_CHANGES)
    def attribute_changes(self, change: tuple[str, Any]) -> None:
        name, value = change
        self.attributes = {**self.attributes, name: value}
        plan = self._plan()
        along = {"secrets_applied"} if name in DECIDING else set()
        assert plan.differences <= {name, *SIDE_EFFECTS.get(name, ()), *VOLATILE, *along}
        sent = self._settle(plan)
        is_said = f"{name} has no value that could be cleared" in plan.warnings
        assert len(sent) + is_said == (1 if name in plan.differences else 0)
        assert not is_said or (name == CLEARED and not value)

    @rule(name=st.sampled_from(sorted(ATTRIBUTES)))
    def attribute_is_no_longer_managed(self, name: str) -> None:
        self.attributes = {one: value for one, value in self.attributes.items() if one != name}
        plan = self._plan()
        assert plan.differences == set()
        assert self._settle(plan) == []

    @rule(change=SECRET_CHANGES)
    def secret_is_rotated(self, change: tuple[str, Any]) -> None:
        name, value = change
        if name not in SECRETS_OF[self.service]:
            return
        former = self.secrets.get(name)
        self.secrets = {**self.secrets, name: value}
        self._without_ambiguity()
        plan = self._plan()
        assert plan.differences <= {"secrets_applied", "config", *VOLATILE}
        assert plan.keys("config") & self.settings.keys() == set()
        was_adopted = self.adopted
        sent = self._settle(plan)
        if not was_adopted:
            must_be_sent = value is not None and value != former
            assert [list(body["config"]) for body in sent] == [[name]] * must_be_sent

    @rule(key=st.sampled_from(KEYS), value=VALUES)
    def someone_changes_a_setting(self, key: str, value: Any) -> None:
        self._drift(lambda one: self.world.change(one, {"config": {key: value}}))

    @rule(key=st.sampled_from(KEYS))
    def someone_sets_something_new(self, key: str) -> None:
        is_watched = key in self.settings
        plan = self._drift(lambda one: self.world.change(one, {"config": {key: NEW}}))
        if is_watched and not hides(self.distortions, key) and MASKED.get(self.service) != key:
            assert "config" in plan.differences, f"the drift of {key} is not seen"

    @rule(change=ATTRIBUTE_CHANGES)
    def someone_changes_an_attribute(self, change: tuple[str, Any]) -> None:
        self._drift(lambda one: self.world.change(one, dict([change])))

    @rule(distortions=DISTORTED)
    def api_answers_otherwise(self, distortions: dict[str, str]) -> None:
        self.distortions = distortions
        self._drift(lambda one: self.world.store.configure(distortions=distortions))

    @rule()
    def nothing_changes(self) -> None:
        self.core.refresh()
        assert self._plan().differences == set()

    @precondition(lambda self: not self.distortions.keys() & set(IDENTITY))
    @rule()
    def state_is_lost_and_imported(self) -> None:
        answer = self.world.answer(self._id())
        self.core.import_(self._id())
        self.adopted = True
        plan = self._plan()
        if all(self._can_be_adopted(key, answer.get("config")) for key in self.settings):
            assert "config" not in plan.differences
        self._settle(plan)

    def teardown(self) -> None:
        if hasattr(self, "world"):
            with closing(self.world):
                if self.core.stored is not None:
                    self.core.destroy()
                    assert self.world.connections() == []

    def _drift(self, change: Callable[[str], Any]) -> Planned:
        """Something changes: the plan shows it where the answer does, and repairs it."""
        self.answers.append(self.world.answer(self._id()))
        change(self._id())
        after = self.world.answer(self._id())
        plan = self._plan()
        for sure, holds in ((True, operator.le), (False, operator.ge)):
            shown = self._shown(sure, self.attributes, _flat, after)
            keys = self._shown(sure, self.settings, _config, after)
            shown |= {"config"} if keys else set()
            # Secrets go along with the repair of what may decide about them.
            beside = self._of_the_import() | {"secrets_applied"}
            seen = plan.differences - _left_open(shown) - beside
            assert holds(shown, seen), (shown, seen)
            if not self.adopted:
                assert holds(keys, plan.keys("config") & self.settings.keys())
        sent = self._settle(plan)
        assert len(sent) == bool(plan.differences - VOLATILE)
        return plan

    def _shown(self, sure: bool, known: dict[str, Any], part: Part, answer: Any) -> set[str]:
        """The names of what is configured and is answered as something else than before.

        :param sure: True leaves out what may be read as the same, also as any answer that was seen
            before; False what must be
        """
        after, before = part(answer), [part(one) for one in self.answers]

        def is_same(name: str) -> bool:
            value, now = exact(known[name]), after[name]
            if not sure:
                left = name == CLEARED and not value and bool(now)
                return alike(before[-1].get(name, ABSENT), now) or (means(value, now) and not left)
            return may_mean(value, now) or any(may_mean(b.get(name, ABSENT), now) for b in before)

        return {name for name in known.keys() & after.keys() if not is_same(name)}

    def _answered_as_nothing(self) -> set[str]:
        """The settings of which an answer said nothing."""
        answers = [_config(one) for one in (*self.answers, self.world.answer(self._id()))]
        nothing = (None, "", [], {})
        return {name for name in self.settings for one in answers if one.get(name) in nothing}

    def _can_be_adopted(self, key: str, config: Any) -> bool:
        known = exact(self.settings[key])
        answered = config.get(key) if isinstance(config, dict) else None
        return "*" not in str(answered) and means(known, answered)

    def _of_the_import(self) -> set[str]:
        """What a change of ``config`` changes in a connection that was imported."""
        return {"unchecked"} if self.adopted else set()

    def _plan(self, settings: dict[str, Any] | None = None) -> Planned:
        return self.core.plan(self._config(settings))

    def _plan_before_it_is_known(self, key: str) -> Planned:
        """The plan while a setting is not known, which an import can refuse."""
        try:
            return self._plan({**self.settings, key: UNKNOWN})
        except ProviderRefused as refused:
            if self.adopted and "compared with values that are not known" in str(refused):
                return self._plan()
            raise

    def _settle(self, plan: Planned) -> list[Any]:
        """Applies a plan, and holds the promises of an acceptance test.

        :returns: the bodies of the write requests
        """
        assert plan.replaced == []
        self.world.writes()
        self.core.apply(plan, self._config())
        sent = self.world.writes()
        _is_empty(self.core.plan(self._config(), refresh=False))
        _is_empty(self._plan())
        self.core.refresh()
        _is_empty(self._plan())
        self.answers.append(self.world.answer(self._id()))
        return sent

    def _config(self, settings: dict[str, Any] | None = None) -> dict[str, Any]:
        shown = self.settings if settings is None else settings
        return self.core.config(
            {
                "group_id": GROUP,
                "service": self.service,
                "config": literal({**SERVICES[self.service], **shown}),
                "config_wo": literal(self.secrets) if self.secrets else None,
                **{name: exact(value) for name, value in self.attributes.items()},
            }
        )

    def _without_ambiguity(self) -> None:
        """No setting stands in config and in config_wo, which the provider refuses."""
        shown = self.settings.get("aws_credentials")
        if "aws_credentials" in self.secrets and not isinstance(shown, dict):
            self.settings.pop("aws_credentials", None)

    def _id(self) -> str:
        state = self.core.state()
        assert state is not None
        return str(state["id"])


def _left_open(names: set[str]) -> set[str]:
    """What a plan may leave open along with changes of these attributes."""
    return ({effect for name in names for effect in SIDE_EFFECTS.get(name, ())} | VOLATILE) - names


def _is_empty(plan: Planned) -> None:
    shown = {name: ((plan.prior or {}).get(name), plan.planned[name]) for name in plan.differences}
    assert shown == {}, f"the plan shows {shown}"


def _flat(answer: dict[str, Any]) -> dict[str, Any]:
    status = answer.get("status")
    schema_status = status if isinstance(status, dict) else {}
    flat = {**answer, **{k: v for k, v in schema_status.items() if k == "schema_status"}}
    return {name: _word(WORDS.get(name, ()), value) for name, value in flat.items()}


def _word(allowed: Sequence[str], answered: Any) -> Any:
    """One of the words that an attribute allows, whatever its case and the blanks around it."""
    spelled = {word.lower(): word for word in allowed}
    return spelled.get(str(answered).strip().lower(), answered)


def _config(answer: dict[str, Any]) -> dict[str, Any]:
    config = answer.get("config")
    return config if isinstance(config, dict) else {}


EXAMPLES = os.environ.get("HOSTILE_EXAMPLES")
TestHostileApi = HostileApi.TestCase
TestHostileApi.settings = settings(
    max_examples=int(EXAMPLES or 60),
    derandomize=EXAMPLES is None,
    database=None,
    deadline=None,
    stateful_step_count=8,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
