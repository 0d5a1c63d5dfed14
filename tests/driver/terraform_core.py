"""What Terraform does with a provider, in one process: real messages, strict rules, no terraform.

The rules are those of Terraform's own ``AssertPlanValid`` and ``AssertObjectCompatible``; where
Terraform is lenient with old SDKs, this is not. What becomes of a resource whose creation fails
half way (it is tainted, and replaced by the next apply), and which private state its deletion then
gets, follows Terraform 1.11.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import terraform_rules as rules
from terraform_rules import Object
from terraform_values import UNKNOWN, Dyn, has_unknown
from terraform_wire import ProviderRefused, Stored, Wire, refuse

from constructs_lib.backend.plugin.protocol.session import Session

__all__ = ["Core", "Planned", "ProviderRefused", "Stored", "fields", "is_unknown"]

TAINTED = "(tainted)"
"""What is named as the reason of a replacement where no attribute is."""


class Planned(NamedTuple):
    """A plan, as the plan file keeps it: the state after the refresh, and the one to come."""

    prior: Object | None
    prior_private: bytes
    planned: Object
    private: bytes
    replaced: list[str]
    warnings: list[str]
    tainted: bool = False
    """True if what is there is tainted."""

    @property
    def differences(self) -> set[str]:
        """The attributes that change."""
        before = self.prior or {}
        return {name for name, value in self.planned.items() if before.get(name) != value}

    def keys(self, name: str) -> set[str]:
        """The top-level keys of a dynamic attribute that change."""
        before, after = fields(self.prior, name), fields(self.planned, name)
        absent = object()
        names = before.keys() | after.keys()
        return {key for key in names if before.get(key, absent) != after.get(key, absent)}


class Core(Wire):
    """Terraform with one resource."""

    def plan(self, config: Object, *, refresh: bool = True) -> Planned:
        """``terraform plan``; what the refresh finds is kept in the plan only."""
        session = self._start()
        prior, private = self._current(session)
        if prior is not None and refresh:
            prior, private = self._read(session, prior, private)
        self._validate(session, config)
        if prior is not None and self._is_tainted:
            plan = self._plan(session, config, None, b"")
            return plan._replace(
                prior=prior, prior_private=private, replaced=[TAINTED], tainted=True
            )
        plan = self._plan(session, config, prior, private)
        if not plan.replaced:
            return plan
        anew = self._plan(session, config, None, plan.private)
        return plan._replace(planned=anew.planned, private=anew.private)

    def apply(self, plan: Planned, config: Object) -> list[str]:
        """``terraform apply PLAN``: plans once more with what is known by then, and carries out.

        What exists after an error is stored.

        :returns: the warnings
        """
        session = self._start()
        self._validate(session, config)
        self._store(plan.prior, plan.prior_private, tainted=plan.tainted)
        prior, private = plan.prior, plan.prior_private
        if plan.replaced and prior is not None:
            self._delete(session, prior, plan.private)
            prior, private = None, b""
        final = self._plan(session, config, prior, private)
        rules.check_compatible(plan.planned, final.planned, "the plan during apply")
        assert set(final.replaced) <= set(plan.replaced), "a replacement that was not planned"
        if not final.differences:
            return final.warnings
        return final.warnings + self._carry_out(session, final, config)

    def refresh(self) -> None:
        """``terraform apply -refresh-only``: what is there comes into state."""
        session = self._start()
        prior, private = self._current(session)
        assert prior is not None, "nothing is in state"
        self._store(*self._read(session, prior, private), tainted=self._is_tainted)

    def import_(self, identifier: str) -> None:
        """``terraform import``: the stub, and the read that completes it."""
        session = self._start()
        asked = {"type_name": self._type_name, "id": identifier}
        (found,) = self._ask(session, "ImportResourceState", **asked).imported_resources
        stub = self._object(found.state)
        assert stub is not None
        assert not has_unknown(stub), "an imported state holds no unknown value"
        state, private = self._read(session, stub, found.private)
        assert state is not None, "what is imported exists"
        self._store(state, private)

    def destroy(self) -> None:
        """``terraform destroy``."""
        session = self._start()
        prior, private = self._current(session)
        if prior is not None:
            prior, private = self._read(session, prior, private)
        self._store(prior, private, tainted=self._is_tainted)
        if prior is None:
            return
        plan = self._ask(
            session, "PlanResourceChange", type_name=self._type_name, prior_private=private,
            config=self._message(None), prior_state=self._message(prior),
            proposed_new_state=self._message(None),
        )  # fmt: skip
        assert self._object(plan.planned_state) is None, "a destroy plan is null"
        self._delete(session, prior, plan.planned_private)

    @property
    def _is_tainted(self) -> bool:
        return self.stored is not None and self.stored.tainted

    def _plan(
        self, session: Session, config: Object, prior: Object | None, private: bytes
    ) -> Planned:
        proposed = rules.proposed(self._attributes, prior, config)
        response = self._ask(
            session, "PlanResourceChange", type_name=self._type_name, config=self._message(config),
            prior_state=self._message(prior), proposed_new_state=self._message(proposed),
            prior_private=private,
        )  # fmt: skip
        planned = self._object(response.planned_state)
        assert planned is not None, "only a destruction plans null"
        rules.check_plan(self._attributes, prior, config, planned)
        replaced = [path.steps[0].attribute_name for path in response.requires_replace]
        assert prior is not None or not replaced, "what does not exist cannot be replaced"
        warnings = [one.summary for one in response.diagnostics]
        return Planned(prior, private, planned, response.planned_private, replaced, warnings)

    def _carry_out(self, session: Session, plan: Planned, config: Object) -> list[str]:
        response = self._exchange(
            session, "ApplyResourceChange", type_name=self._type_name,
            config=self._message(config), prior_state=self._message(plan.prior),
            planned_state=self._message(plan.planned), planned_private=plan.private,
        )  # fmt: skip
        state = self._object(response.new_state)
        rules.check_stored(self._attributes, state, "an apply")
        failed = self._keep(response, state, is_new=plan.prior is None)
        if not failed:
            assert state is not None, "a creation and an update answer an object"
            rules.check_compatible(plan.planned, state, "an apply")
        refuse("ApplyResourceChange", response)
        return [one.summary for one in response.diagnostics]

    def _delete(self, session: Session, prior: Object, private: bytes) -> None:
        response = self._exchange(
            session, "ApplyResourceChange", type_name=self._type_name, config=self._message(None),
            prior_state=self._message(prior), planned_state=self._message(None),
            planned_private=private,
        )  # fmt: skip
        state = self._object(response.new_state)
        if not self._keep(response, state, is_new=self._is_tainted):
            assert state is None, "what is deleted leaves no state"
        refuse("ApplyResourceChange", response)

    def _keep(self, response: Any, state: Object | None, *, is_new: bool) -> bool:
        """Stores what an apply answered.

        :param is_new: True if what is there after an error is tainted
        :returns: True if there was an error
        """
        failed = any(one.severity == one.ERROR for one in response.diagnostics)
        self._store(state, response.private, tainted=failed and is_new)
        return failed


def fields(values: Object | None, name: str) -> Object:
    """What stands in a dynamic attribute; nothing where that is null or unknown."""
    found = (values or {}).get(name)
    return found.value if isinstance(found, Dyn) and isinstance(found.value, dict) else {}


def is_unknown(values: Object, name: str) -> bool:
    """True if an attribute is known after apply as a whole."""
    return values.get(name) is UNKNOWN
