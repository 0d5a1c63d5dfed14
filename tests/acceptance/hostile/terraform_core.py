"""What Terraform does with a provider, in one process: real messages, strict rules, no terraform.

Each command talks to a provider that was started anew, as Terraform does, and the state goes
through the form that it has in a file. The rules are those of Terraform's own ``AssertPlanValid``
and ``AssertObjectCompatible``; where Terraform is lenient with old SDKs, this is not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import terraform_rules as rules
from terraform_rules import Attributes, Object
from terraform_values import UNKNOWN, Dyn, dump, has_unknown, pack, to_json, unpack

from constructs_lib.backend.plugin import tfplugin6_pb2 as pb
from constructs_lib.backend.plugin.provider import Provider
from constructs_lib.backend.plugin.servicer import answer
from constructs_lib.backend.plugin.session import Session


class ProviderRefused(AssertionError):
    """The provider answered with an error."""


class Stored(NamedTuple):
    """One resource as the state file has it."""

    json: bytes
    private: bytes
    version: int = 0


class Planned(NamedTuple):
    """A plan, as the plan file keeps it: the state after the refresh, and the one to come."""

    prior: Object | None
    prior_private: bytes
    planned: Object
    private: bytes
    replaced: list[str]
    warnings: list[str]

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


class Core:
    """Terraform with one resource.

    :param load: makes the provider; called once a command
    :param type_name: such as ``fivetranops_connection``
    """

    def __init__(self, load: Callable[[], Provider], type_name: str) -> None:
        self._load = load
        self._type_name = type_name
        self.stored: Stored | None = None
        schema = self._ask(Session(load), "GetProviderSchema")
        self._provider_type = object_type(schema.provider.block.attributes)
        block = schema.resource_schemas[type_name].block
        self._attributes: Attributes = {one.name: one for one in block.attributes}
        self._type = object_type(block.attributes)

    def plan(self, config: Object, *, refresh: bool = True) -> Planned:
        """``terraform plan``; what the refresh finds is kept in the plan only."""
        session = self._start()
        prior, private = self._current(session)
        if prior is not None and refresh:
            prior, private = self._read(session, prior, private)
        self._validate(session, config)
        return self._plan(session, config, prior, private)

    def apply(self, plan: Planned, config: Object) -> list[str]:
        """``terraform apply PLAN``: plans once more with what is known by then, and carries out.

        :returns: the warnings
        """
        session = self._start()
        self._validate(session, config)
        final = self._plan(session, config, plan.prior, plan.prior_private)
        rules.check_compatible(plan.planned, final.planned, "the plan during apply")
        assert set(final.replaced) <= set(plan.replaced), "a replacement that was not planned"
        if not final.differences:
            self._store(plan.prior, plan.prior_private)
            return final.warnings
        return final.warnings + self._carry_out(session, final, config)

    def refresh(self) -> None:
        """``terraform apply -refresh-only``: what is there comes into state."""
        session = self._start()
        prior, private = self._current(session)
        assert prior is not None, "nothing is in state"
        self._store(*self._read(session, prior, private))

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
        if prior is None:
            return
        request = {"prior_state": self._message(prior), "proposed_new_state": self._message(None)}
        plan = self._ask(
            session, "PlanResourceChange", type_name=self._type_name, prior_private=private,
            config=self._message(None), **request,
        )  # fmt: skip
        assert self._object(plan.planned_state) is None, "a destroy plan is null"
        done = self._ask(
            session, "ApplyResourceChange", type_name=self._type_name, config=self._message(None),
            prior_state=request["prior_state"], planned_state=plan.planned_state,
            planned_private=plan.planned_private,
        )  # fmt: skip
        assert self._object(done.new_state) is None, "what is deleted leaves no state"
        self._store(None, b"")

    def state(self) -> Object | None:
        """The state as it is stored."""
        return self._current(self._start())[0]

    def config(self, values: Object) -> Object:
        """A whole configuration: what is not given is null."""
        return rules.completed(self._attributes, values)

    def _start(self) -> Session:
        session = Session(self._load)
        config = pack(dict.fromkeys(self._provider_type[1]), self._provider_type)
        self._ask(session, "ConfigureProvider", config=pb.DynamicValue(msgpack=config))
        return session

    def _current(self, session: Session) -> tuple[Object | None, bytes]:
        if self.stored is None:
            return None, b""
        response = self._ask(
            session, "UpgradeResourceState", type_name=self._type_name,
            version=self.stored.version, raw_state=pb.RawState(json=self.stored.json),
        )  # fmt: skip
        return self._object(response.upgraded_state), self.stored.private

    def _store(self, state: Object | None, private: bytes) -> None:
        form = None if state is None else dump(to_json(state, self._type))
        self.stored = None if form is None else Stored(form, private)

    def _validate(self, session: Session, config: Object) -> None:
        self._ask(
            session, "ValidateResourceConfig", type_name=self._type_name,
            config=self._message(config),
            client_capabilities=pb.ClientCapabilities(write_only_attributes_allowed=True),
        )  # fmt: skip

    def _read(self, session: Session, state: Object, private: bytes) -> tuple[Object | None, bytes]:
        response = self._ask(
            session, "ReadResource", type_name=self._type_name,
            current_state=self._message(state), private=private,
        )  # fmt: skip
        found = self._object(response.new_state)
        rules.check_stored(self._attributes, found, "a read")
        return found, response.private

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
        response = self._ask(
            session, "ApplyResourceChange", type_name=self._type_name,
            config=self._message(config), prior_state=self._message(plan.prior),
            planned_state=self._message(plan.planned), planned_private=plan.private,
        )  # fmt: skip
        state = self._object(response.new_state)
        assert state is not None, "a creation and an update answer an object"
        rules.check_stored(self._attributes, state, "an apply")
        rules.check_compatible(plan.planned, state, "an apply")
        self._store(state, response.private)
        return [one.summary for one in response.diagnostics]

    def _message(self, value: Object | None) -> pb.DynamicValue:
        return pb.DynamicValue(msgpack=pack(value, self._type))

    def _object(self, message: pb.DynamicValue) -> Object | None:
        found = unpack(message.msgpack, self._type)
        assert found is None or isinstance(found, dict)
        return found

    def _ask(self, session: Session, method: str, **parts: Any) -> Any:
        kind = getattr(pb, method)
        data = answer(session, method, kind.Request(**parts).SerializeToString())
        response = kind.Response.FromString(data)
        errors = [one for one in response.diagnostics if one.severity == pb.Diagnostic.ERROR]
        if errors:
            texts = "; ".join(f"{one.summary}: {one.detail}" for one in errors)
            raise ProviderRefused(f"{method}: {texts}")
        return response


def fields(values: Object | None, name: str) -> Object:
    """What stands in a dynamic attribute; nothing where that is null or unknown."""
    found = (values or {}).get(name)
    return found.value if isinstance(found, Dyn) and isinstance(found.value, dict) else {}


def is_unknown(values: Object, name: str) -> bool:
    """True if an attribute is known after apply as a whole."""
    return values.get(name) is UNKNOWN


def object_type(attributes: Any) -> Any:
    """The type, in JSON form, of the object that the attributes of a schema make up."""
    return ["object", {one.name: rules.attribute_type(one) for one in attributes}]
