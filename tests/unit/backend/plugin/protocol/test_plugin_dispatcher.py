from __future__ import annotations

import json
import threading
from typing import Any

import msgpack
import pytest
import tfplugin6_pb2 as pb
from plugin_samples import Sample, Scripted, call, errors, message, thing, values

from constructs_lib.backend.plugin.diagnostics import AlreadyReported, ProviderError
from constructs_lib.backend.plugin.protocol.dispatcher import dispatch, methods
from constructs_lib.backend.plugin.protocol.session import Session
from constructs_lib.backend.plugin.values.encoding import encode
from constructs_lib.backend.plugin.values.types import object_of
from constructs_lib.backend.plugin.values.value import UNKNOWN, Dynamic

CONFIG = thing(name="one", config=Dynamic.of({"a": 1}))
PRIOR = {**CONFIG, "id": "x", "level": 3}
NOTHING = message(None)
ALLOWED = pb.ClientCapabilities(write_only_attributes_allowed=True)


def refuse(*arguments: Any) -> Any:
    raise ProviderError("Refused", "It said no.", ("color",))


def crash(*arguments: Any) -> Any:
    raise RuntimeError("s3cret")


def test_metadata_names_the_resources_and_capabilities() -> None:
    data = dispatch(Session(lambda: Sample(Scripted())), "GetMetadata", b"")
    response = pb.GetMetadata.Response.FromString(data)
    assert [resource.type_name for resource in response.resources] == ["toy_thing"]
    assert response.server_capabilities.plan_destroy
    assert response.server_capabilities.get_provider_schema_optional


def test_a_provider_that_does_not_load_is_an_error_of_each_call() -> None:
    def load() -> Any:
        raise ImportError("no module named s3cret")

    data = dispatch(Session(load), "GetProviderSchema", b"")
    response = pb.GetProviderSchema.Response.FromString(data)
    assert "ImportError" in errors(response)[0]
    assert "s3cret" not in errors(response)[0]


@pytest.mark.parametrize("data", [b"\xff", b"\x0a\xff", b"\x12\x03\x0a\x01\xc1"])
def test_hostile_bytes_are_an_error(data: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    session = Session(lambda: Sample(Scripted()))
    for method in methods(session).values():
        method(data)
    response = pb.ReadResource.Response.FromString(dispatch(session, "ReadResource", data))
    assert [d.severity for d in response.diagnostics] == [pb.Diagnostic.ERROR]
    assert "Traceback" not in capsys.readouterr().err


def test_an_unknown_type_and_a_data_source_are_clear_errors() -> None:
    session = Session(lambda: Sample(Scripted()))
    request = pb.ReadResource.Request(type_name="toy_other").SerializeToString()
    response = pb.ReadResource.Response.FromString(dispatch(session, "ReadResource", request))
    assert "toy_other" in errors(response)[0]
    response = pb.ReadDataSource.Response.FromString(dispatch(session, "ReadDataSource", b""))
    assert "Unknown data source" in errors(response)[0]


def test_validation_asks_the_resource_only_what_keeps_the_schema() -> None:
    asked: list[Any] = []
    resource = Scripted(validate=lambda config, diagnostics: asked.append(config))
    good = call(resource, "ValidateResourceConfig", config=message(CONFIG))
    bad = call(resource, "ValidateResourceConfig", config=message({**CONFIG, "color": "x"}))
    assert (len(errors(good)), len(errors(bad)), len(asked)) == (0, 1, 1)


def test_prepared_schemas_are_answered_without_the_provider() -> None:
    session = Session(lambda: Sample(Scripted()), prepared_schemas=b"prepared")

    answers = {name: dispatch(session, name, b"") for name in ("GetProviderSchema", "GetFunctions")}

    assert answers == {"GetProviderSchema": b"prepared", "GetFunctions": b""}
    assert not session.is_loaded


def test_a_write_only_value_needs_a_terraform_that_knows_them() -> None:
    config = message({**CONFIG, "secret_wo": Dynamic.of({"p": "s"})})
    old = call(Scripted(), "ValidateResourceConfig", config=config)
    assert "Terraform 1.11" in errors(old)[0]
    new = call(Scripted(), "ValidateResourceConfig", config=config, client_capabilities=ALLOWED)
    assert errors(new) == []


def test_a_plan_keeps_private_state_and_what_the_resource_adds() -> None:
    def plan(plan: Any, operation: Any) -> None:
        operation.private["seen"] = operation.provider_data
        plan.planned["color"] = UNKNOWN
        plan.replace.append(("config", "schema"))

    response = call(
        Scripted(plan=plan), "PlanResourceChange", prior_state=message(PRIOR),
        proposed_new_state=message(PRIOR), config=message(CONFIG), prior_private=b'{"a": 1}',
    )  # fmt: skip
    assert errors(response) == []
    assert values(response.planned_state) == {**PRIOR, "color": UNKNOWN}
    assert json.loads(response.planned_private) == {"a": 1, "seen": None}
    assert len(response.requires_replace[0].steps) == 2


def test_a_plan_that_breaks_a_promise_is_an_error_that_names_it() -> None:
    resource = Scripted(plan=lambda plan, operation: plan.planned.update(name="two"))
    response = call(
        resource, "PlanResourceChange", proposed_new_state=message(CONFIG), config=message(CONFIG)
    )
    assert "attribute name" in errors(response)[0]


@pytest.mark.parametrize("levels", [101, 200, 450, 5000])
def test_a_configuration_of_too_many_levels_is_no_bug(levels: int) -> None:
    kind = b"".join([b'["object",{"a":' * levels, b'"number"', b"}]" * levels])
    head = b"\x82" + b"".join(map(msgpack.packb, ("name", "one", "config")))
    value = b"\x92" + msgpack.packb(kind) + b"\x81\xa1a" * levels + b"\x01"
    config = pb.DynamicValue(msgpack=head + value)

    response = call(Scripted(), "ValidateResourceConfig", config=config)

    (error,) = errors(response)
    assert error.startswith("Value beyond the limits: ValidateResourceConfig of toy_thing: ")
    assert "at most 100 levels of lists and objects" in error
    assert "bug" not in error


def test_a_required_value_that_turns_out_null_is_refused() -> None:
    config = message({**CONFIG, "name": None})
    response = call(
        Scripted(), "PlanResourceChange", proposed_new_state=config, config=config,
        prior_state=NOTHING,
    )  # fmt: skip
    assert "name is required" in errors(response)[0]


def test_a_plan_repeats_the_type_of_an_unknown_value() -> None:
    typed = [b'["object",{"x":"number"}]', msgpack.ExtType(0, b"\x00")]
    data = msgpack.packb({**msgpack.unpackb(message(CONFIG).msgpack), "config": typed})
    config = pb.DynamicValue(msgpack=data)
    response = call(
        Scripted(), "PlanResourceChange", proposed_new_state=config, config=config,
        prior_state=NOTHING,
    )  # fmt: skip
    assert errors(response) == []
    assert msgpack.unpackb(response.planned_state.msgpack)["config"] == typed


def test_a_destruction_plans_null_and_warns() -> None:
    resource = Scripted(plan_destroy=lambda prior, op: op.diagnostics.warning("Bye", prior["id"]))
    response = call(
        resource, "PlanResourceChange", prior_state=message(PRIOR), proposed_new_state=NOTHING,
        prior_private=b'{"a": 1}',
    )  # fmt: skip
    assert values(response.planned_state) is None
    assert errors(response) == ["Bye: x"]
    assert json.loads(response.planned_private) == {"a": 1}


def read(resource: Any, **more: Any) -> Any:
    return call(resource, "ReadResource", current_state=message(PRIOR), private=b'{"a": 1}', **more)


def test_a_read_answers_what_is_there() -> None:
    response = read(Scripted(read=lambda state, operation: {**state, "color": "green"}))
    assert values(response.new_state) == {**PRIOR, "color": "green"}
    assert json.loads(response.private) == {"a": 1}


def test_a_read_whose_error_was_reported_keeps_all() -> None:
    def refuse_again(state: Any, operation: Any) -> Any:
        operation.private["b"] = 2
        raise AlreadyReported("Refused", "It was said.")

    response = read(Scripted(read=refuse_again))

    assert values(response.new_state) == PRIOR
    assert json.loads(response.private) == {"a": 1}
    assert not response.diagnostics


def test_calls_are_counted_while_they_run() -> None:
    seen: list[tuple[bool, bool]] = []

    def look(state: Any, operation: Any) -> Any:
        with operation.activity.waiting():
            alone = operation.activity.is_quiet(0)
        seen.append((operation.activity.is_quiet(0), alone))
        return state

    read(Scripted(read=look))

    assert seen == [(False, True)]


def test_a_read_returns_what_is_added_to_the_private_state() -> None:
    response = read(Scripted(read=lambda state, operation: operation.private.update(b=2) or state))
    assert json.loads(response.private) == {"a": 1, "b": 2}


def test_a_read_of_what_is_gone_answers_null() -> None:
    response = read(Scripted(read=lambda state, operation: None))
    assert errors(response) == []
    assert values(response.new_state) is None


@pytest.mark.parametrize("failure", [refuse, crash])
def test_a_read_that_fails_keeps_state_and_private_state(failure: Any) -> None:
    response = read(Scripted(read=failure))
    assert len(response.diagnostics) == 1
    assert values(response.new_state) == PRIOR
    assert json.loads(response.private) == {"a": 1}


def test_a_read_that_answers_an_unknown_value_is_an_error() -> None:
    response = read(Scripted(read=lambda state, operation: {**state, "color": UNKNOWN}))
    assert "Keep unknown values out" in errors(response)[0]


def test_an_import_answers_a_stub() -> None:
    response = call(Scripted(), "ImportResourceState", id="x")
    [imported] = response.imported_resources
    assert imported.type_name == "toy_thing"
    assert values(imported.state) == thing(id="x")


class Importing(Scripted):
    """Notes something at import; ``twice`` is refused, but answered all the same."""

    def import_state(self, identifier: str, operation: Any) -> Any:
        operation.private["from"] = "import"
        if identifier == "twice":
            operation.diagnostics.error("Not that one")
        return {"id": identifier}


def test_an_import_keeps_private_state() -> None:
    [imported] = call(Importing(), "ImportResourceState", id="x").imported_resources
    assert json.loads(imported.private) == {"from": "import"}


def test_an_import_that_reports_an_error_imports_nothing() -> None:
    response = call(Importing(), "ImportResourceState", id="twice")
    assert errors(response) == ["Not that one: "]
    assert list(response.imported_resources) == []


def upgrade(resource: Any, state: Any, version: int = 0) -> Any:
    raw = pb.RawState(json=json.dumps(state).encode())
    return call(resource, "UpgradeResourceState", version=version, raw_state=raw)


def test_a_state_passes_through_without_what_the_schema_lacks() -> None:
    wrapped = {"type": ["object", {"a": "number"}], "value": {"a": 1}}
    response = upgrade(Scripted(), {"name": "one", "config": wrapped, "gone": [1]})
    assert values(response.upgraded_state) == thing(name="one", config=Dynamic.of({"a": 1}))


def test_a_state_of_an_older_version_is_converted() -> None:
    class Newer(Scripted):
        version = 2

        def upgrade_state(self, version: int, state: dict[str, Any]) -> dict[str, Any]:
            return {"name": f"{state['title']}{version}"}

    assert values(upgrade(Newer(), {"title": "a"}, 1).upgraded_state) == thing(name="a1")


def test_a_state_of_a_newer_version_is_a_clear_error() -> None:
    assert "newer version" in errors(upgrade(Scripted(), {}, 1))[0]


class Closing(Sample):
    """Configures new provider data each time, and notes what is stopped and closed."""

    def __init__(self) -> None:
        super().__init__(Scripted())
        self.made: list[object] = []
        self.ended: list[Any] = []

    def configure(self, config: Any, terraform_version: str, diagnostics: Any) -> Any:
        self.made.append(object())
        return self.made[-1]

    def stop(self, provider_data: Any) -> None:
        self.ended.append(("stop", provider_data))

    def close(self, provider_data: Any) -> None:
        self.ended.append(("close", provider_data))


def test_a_stop_is_signalled_until_the_next_configuration() -> None:
    provider = Closing()
    session = Session(lambda: provider)
    config = pb.DynamicValue(msgpack=encode({}, object_of({})))
    request = pb.ConfigureProvider.Request(config=config).SerializeToString()
    dispatch(session, "ConfigureProvider", request)
    running = session.stopping
    dispatch(session, "StopProvider", b"")
    assert running.is_set()
    assert provider.ended == [("stop", provider.made[0])]
    dispatch(session, "ConfigureProvider", request)
    assert running.is_set()
    assert not session.stopping.is_set()
    assert provider.ended[1:] == [("close", provider.made[0])]


def configure(session: Session) -> None:
    config = pb.DynamicValue(msgpack=encode({}, object_of({})))
    dispatch(
        session,
        "ConfigureProvider",
        pb.ConfigureProvider.Request(config=config).SerializeToString(),
    )


class Configuring(Sample):
    """Is told to stop while it is being configured."""

    def __init__(self) -> None:
        super().__init__(Scripted())
        self.session = Session(lambda: self)

    def configure(self, config: Any, terraform_version: str, diagnostics: Any) -> Any:
        dispatch(self.session, "StopProvider", b"")
        return object()


def test_stop_during_configuration_holds_afterwards() -> None:
    session = Configuring().session

    configure(session)

    assert session.stopping.is_set()


def test_stop_before_configuration_holds_when_launched() -> None:
    session = Session(Closing, is_launched=True)
    dispatch(session, "StopProvider", b"")

    configure(session)

    assert session.stopping.is_set()


def test_stop_is_answered_though_the_provider_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("constructs_lib.backend.plugin.protocol.session._STOP_LIMIT", 0.01)
    released = threading.Event()

    class Blocking(Closing):
        def stop(self, provider_data: Any) -> None:
            released.wait(60)

    session = Session(Blocking)
    configure(session)
    data = dispatch(session, "StopProvider", b"")

    assert session.stopping.is_set()
    assert not released.is_set()
    assert pb.StopProvider.Response.FromString(data).Error == ""
    released.set()


def test_stop_that_fails_in_the_provider_is_reported() -> None:
    class Failing(Closing):
        def stop(self, provider_data: Any) -> None:
            raise ProviderError("It does not stop", "It said so.")

    session = Session(Failing)
    configure(session)
    data = dispatch(session, "StopProvider", b"")

    assert session.stopping.is_set()
    assert pb.StopProvider.Response.FromString(data).Error == "It does not stop"
