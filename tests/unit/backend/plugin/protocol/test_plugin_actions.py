"""Actions: what Terraform gets when they are validated, planned and invoked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import tfplugin6_pb2 as pb
from plugin_samples import errors
from stream_samples import Touch, ask, config_of, events, said, session_of

from constructs_lib.backend.plugin.diagnostics import ProviderError
from constructs_lib.backend.plugin.protocol.dispatcher import stream, streams
from constructs_lib.backend.plugin.values.value import UNKNOWN

CONFIG = {"thing_id": "x", "how": None}
INVOKE = {"action_type": "toy_touch"}


def planned(touch: Touch, values: Any = CONFIG) -> Any:
    return ask(touch, "PlanAction", config=config_of(touch, values), **INVOKE)


def invoked(invoke: Callable[..., Any], values: Any = CONFIG) -> list[Any]:
    """The messages about an invocation; there is nothing after the one that completes it."""
    touch = Touch(invoke=invoke)
    config = config_of(touch, values)
    found = list(events(session_of(touch), "InvokeAction", config=config, **INVOKE))
    kinds = [one.WhichOneof("type") for one in found]
    assert kinds == ["progress"] * (len(found) - 1) + ["completed"]
    return found


def progress(found: list[Any]) -> list[str]:
    return [one.progress.message for one in found[:-1]]


def completed(found: list[Any]) -> list[str]:
    return said(found[-1].completed.diagnostics)


def tell(*sentences: Any) -> Callable[..., Any]:
    return lambda config, operation: iter(sentences)


def test_an_action_is_announced_with_its_configuration() -> None:
    metadata = ask(Touch(), "GetMetadata")
    response = ask(Touch(), "GetProviderSchema")

    assert [one.type_name for one in metadata.actions] == ["toy_touch"]
    assert errors(response) == []
    found = response.action_schemas["toy_touch"].schema.block.attributes
    described = [(one.name, one.required, one.optional, one.computed) for one in found]
    assert described == [("thing_id", True, False, False), ("how", False, True, False)]


def test_an_invocation_tells_its_progress_and_then_completes() -> None:
    found = invoked(tell("Waiting since 12:00.", "Done."))

    assert progress(found) == ["Waiting since 12:00.", "Done."]
    assert completed(found) == []


def test_progress_is_told_as_it_is_made() -> None:
    reached: list[str] = []

    def invoke(config: Any, operation: Any) -> Iterator[str]:
        for sentence in ("One.", "Two."):
            reached.append(sentence)
            yield sentence

    touch = Touch(invoke=invoke)
    messages = events(session_of(touch), "InvokeAction", config=config_of(touch, CONFIG), **INVOKE)

    assert next(messages).progress.message == "One."
    assert reached == ["One."]


def test_the_configuration_and_the_client_are_handed_over() -> None:
    seen: list[Any] = []
    touch = Touch(invoke=lambda config, op: iter(seen.append((config, op.provider_data)) or ()))
    session = session_of(touch)
    session.use("the provider data")

    list(events(session, "InvokeAction", config=config_of(touch, CONFIG), **INVOKE))

    assert seen == [(CONFIG, "the provider data")]


def test_an_error_completes_the_invocation() -> None:
    def fail(config: Any, operation: Any) -> Iterator[str]:
        yield "Trying."
        operation.diagnostics.warning("Slow")
        raise ProviderError("Not touched", "HTTP 500.", ("thing_id",))

    found = invoked(fail)

    assert progress(found) == ["Trying."]
    assert completed(found) == ["WARNING Slow: ", "ERROR Not touched: HTTP 500."]
    (_, error) = found[-1].completed.diagnostics
    assert error.attribute.steps[0].attribute_name == "thing_id"


def test_a_reported_error_completes_the_invocation() -> None:
    def fail(config: Any, operation: Any) -> Iterator[str]:
        operation.diagnostics.error("Not touched")
        yield "Cleaning up."

    found = invoked(fail)

    assert progress(found) == ["Cleaning up."]
    assert completed(found) == ["ERROR Not touched: "]


def crash(config: Any, operation: Any) -> Iterator[str]:
    yield "Trying."
    raise RuntimeError("s3cret")


@pytest.mark.parametrize("invoke", [crash, lambda *_: None, lambda *_: 1 / 0])
def test_a_crash_completes_the_invocation_without_a_value(invoke: Any) -> None:
    (text,) = completed(invoked(invoke))

    assert text.startswith("ERROR Unexpected failure in the provider: InvokeAction of toy_touch: ")
    assert "s3cret" not in text


def test_after_a_stop_nobody_hears_of_progress() -> None:
    """Terraform crashes if anything follows it."""

    def stopped(config: Any, operation: Any) -> Iterator[str]:
        yield "Waiting."
        operation.stopping.set()
        yield "Stopping."
        yield "Stopped."
        raise ProviderError("Interrupted", "Half of it is done.")

    found = invoked(stopped)

    assert progress(found) == ["Waiting."]
    assert completed(found) == ["ERROR Interrupted: Half of it is done."]


def test_an_invocation_that_is_given_up_is_closed() -> None:
    closed: list[bool] = []

    def invoke(config: Any, operation: Any) -> Iterator[str]:
        try:
            while True:
                yield "Waiting."
        finally:
            closed.append(True)

    touch = Touch(invoke=invoke)
    session = session_of(touch)
    request = pb.InvokeAction.Request(config=config_of(touch, CONFIG), **INVOKE)
    messages = stream(session, "InvokeAction", request.SerializeToString())
    next(messages)
    messages.close()

    assert closed == [True]
    assert session.activity.is_quiet(0)


@pytest.mark.parametrize("wrong", ["", "  ", None, 5])
def test_progress_that_is_no_sentence_is_reported_at_the_end(wrong: Any) -> None:
    found = invoked(tell("One.", wrong, "Two."))

    assert progress(found) == ["One.", "Two."]
    (text,) = completed(found)
    assert "(Rule progress_is_a_sentence.)" in text


def test_progress_changes_no_terminal() -> None:
    (sentence,) = progress(invoked(tell("a\x1b[31m")))

    assert "\x1b" not in sentence


def test_an_unknown_configuration_is_not_invoked() -> None:
    found = invoked(tell("One."), {**CONFIG, "how": UNKNOWN})

    assert progress(found) == []
    assert "(Rule config_is_known.)" in completed(found)[0]


@pytest.mark.parametrize("values", [None, {}, {"thing_id": None, "how": "gently"}])
def test_an_action_without_what_it_needs_does_nothing(values: Any) -> None:
    """Without a config block Terraform plans and invokes with null."""
    planning: list[Any] = []

    found = invoked(tell("One."), values)
    (error,) = errors(planned(Touch(plan=lambda *given: planning.append(given)), values))

    assert progress(found) == planning == []
    expected = "thing_id has no value: thing_id is required, and is missing"
    assert completed(found)[0].startswith(f"ERROR {expected}")
    assert error.startswith(expected)


@pytest.mark.parametrize("data", [b"\xff", b"\x0a\x05other", b"\x12\x03\x0a\x01\xc1"])
def test_what_cannot_be_invoked_completes_with_an_error(data: bytes) -> None:
    methods = streams(session_of(Touch()))

    (message,) = methods["/tfplugin6.Provider/InvokeAction"](data)

    event = pb.InvokeAction.Event.FromString(message)
    assert event.WhichOneof("type") == "completed"
    assert said(event.completed.diagnostics)[0].startswith("ERROR")


def test_a_plan_asks_the_action_with_unknown_values() -> None:
    seen: list[Any] = []

    def plan(config: Any, operation: Any) -> None:
        seen.append(config)
        operation.diagnostics.warning("It takes long")

    response = planned(Touch(plan=plan), {**CONFIG, "thing_id": UNKNOWN})

    assert errors(response) == ["It takes long: "]
    assert seen == [{**CONFIG, "thing_id": UNKNOWN}]
    assert not response.HasField("deferred")


def test_a_plan_may_be_refused() -> None:
    def refuse(config: Any, operation: Any) -> None:
        raise ProviderError("Refused", "It said no.", ("how",))

    assert errors(planned(Touch(plan=refuse))) == ["Refused: It said no."]


def validated(touch: Touch, values: Any) -> list[str]:
    config = config_of(touch, values)
    return errors(ask(touch, "ValidateActionConfig", type_name="toy_touch", config=config))


def test_validation_asks_the_action_only_what_keeps_the_schema() -> None:
    asked: list[Any] = []
    touch = Touch(validate=lambda config, diagnostics: asked.append(config))

    assert validated(touch, CONFIG) == validated(touch, {**CONFIG, "thing_id": UNKNOWN}) == []
    assert len(validated(touch, {**CONFIG, "how": "badly"})) == 1
    assert asked == [CONFIG, {**CONFIG, "thing_id": UNKNOWN}]


@pytest.mark.parametrize("values", [None, {}])
def test_validation_finds_what_is_missing(values: Any) -> None:
    (error,) = validated(Touch(), values)

    assert error.startswith("thing_id has no value: It is required.")


def test_a_validation_that_changes_anything_is_a_broken_rule() -> None:
    touch = Touch(validate=lambda config, diagnostics: config.update(how="twice"))

    assert "validation_changes_nothing" in validated(touch, CONFIG)[0]


@pytest.mark.parametrize("name", ["ValidateActionConfig", "PlanAction"])
def test_an_unknown_action_is_a_clear_error(name: str) -> None:
    field = "type_name" if name == "ValidateActionConfig" else "action_type"

    (error,) = errors(ask(Touch(), name, **{field: "toy_other"}))

    assert "no action toy_other" in error
