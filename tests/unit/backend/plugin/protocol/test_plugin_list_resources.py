"""List resources: what Terraform gets of what is found, and where a list ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import tfplugin6_pb2 as pb
from identity_samples import identity_of
from plugin_samples import Sample, Scripted, errors, values
from stream_samples import Things, ask, config_of, events, said, schema, session_of

from constructs_lib.backend.plugin.diagnostics import Diagnostic, ProviderError
from constructs_lib.backend.plugin.list_resource import Listed
from constructs_lib.backend.plugin.protocol.dispatcher import dispatch, streams
from constructs_lib.backend.plugin.protocol.session import Session
from constructs_lib.backend.plugin.values.value import UNKNOWN, Dynamic


def listed(name: str, **more: Any) -> Listed:
    return Listed({"id": name, "color": None}, f"Thing {name}", **more)


def found(
    list_: Callable[..., Any], *, color: Any = None, limit: int = 100, include: bool = False
) -> list[Any]:
    """The messages about a list."""
    things = Things(list=list_)
    return list(
        events(
            session_of(things), "ListResource", type_name="toy_thing", limit=limit,
            config=config_of(things, {"color": color}), include_resource_object=include,
        )
    )  # fmt: skip


def of(*all_: Any) -> Callable[..., Any]:
    return lambda config, operation: iter(all_)


def names(messages: list[Any]) -> list[str]:
    return [one.display_name for one in messages]


def diagnostics(messages: list[Any]) -> list[str]:
    return [text for one in messages for text in said(one.diagnostic)]


def test_a_list_is_announced_with_its_configuration() -> None:
    metadata = ask(Things(), "GetMetadata")
    response = ask(Things(), "GetProviderSchema")

    assert [one.type_name for one in metadata.list_resources] == ["toy_thing"]
    assert errors(response) == []
    (color,) = response.list_resource_schemas["toy_thing"].block.attributes
    assert (color.name, color.optional, color.computed) == ("color", True, False)


def test_a_list_without_an_identity_is_reported_at_once() -> None:
    provider = Sample(Scripted())
    provider.list_resources = {"toy_thing": Things()}

    data = dispatch(Session(lambda: provider), "GetProviderSchema", b"")

    (error,) = errors(pb.GetProviderSchema.Response.FromString(data))
    assert "list_yields_identities" in error


def test_a_list_that_computes_something_is_reported() -> None:
    document = {"description": "A.", "properties": {"id": {"type": "string", "readOnly": True}}}

    class Computing(Things):
        schema = schema("toy_thing", document)

    assert "configuration_computes_nothing" in errors(ask(Computing(), "GetProviderSchema"))[0]


def test_streams_are_methods_of_the_service() -> None:
    assert sorted(streams(session_of(Things()))) == [
        "/tfplugin6.Provider/InvokeAction",
        "/tfplugin6.Provider/ListResource",
    ]


def test_objects_come_as_they_are_found() -> None:
    asked: list[str] = []

    def one_by_one(config: Any, operation: Any) -> Iterator[Listed]:
        for name in "ab":
            asked.append(name)
            yield listed(name)

    things = Things(list=one_by_one)
    messages = events(
        session_of(things), "ListResource", type_name="toy_thing", limit=9,
        config=config_of(things, {}),
    )  # fmt: skip

    first = next(messages)

    assert (first.display_name, identity_of(first.identity)) == (
        "Thing a",
        {"id": "a", "color": None},
    )
    assert not first.HasField("resource_object")
    assert asked == ["a"]
    assert names(list(messages)) == ["Thing b"]


def test_the_configuration_and_what_is_wanted_are_handed_over() -> None:
    seen: list[Any] = []

    def look(config: Any, operation: Any) -> Iterator[Listed]:
        seen.append((config, operation.limit, operation.includes_state))
        return iter(())

    found(look, color="red", limit=7, include=True)
    found(look)

    assert seen == [({"color": "red"}, 7, True), ({"color": None}, 100, False)]


def test_a_list_without_configuration_has_null_everywhere() -> None:
    seen: list[Any] = []
    things = Things(list=lambda config, operation: iter(seen.append(config) or ()))

    list(events(session_of(things), "ListResource", type_name="toy_thing", limit=1))

    assert seen == [{"color": None}]


@pytest.mark.parametrize(("limit", "expected"), [(0, 0), (1, 1), (2, 2), (3, 3), (4, 3)])
def test_a_list_ends_at_the_limit(limit: int, expected: int) -> None:
    asked: list[str] = []

    def pages(config: Any, operation: Any) -> Iterator[Listed]:
        for name in "abc":
            asked.append(name)
            yield listed(name)

    assert len(found(pages, limit=limit)) == len(asked) == expected


def test_a_cancelled_list_is_closed() -> None:
    closed: list[bool] = []

    def endless(config: Any, operation: Any) -> Iterator[Listed]:
        try:
            for number in range(10**9):
                yield listed(str(number))
        finally:
            closed.append(True)

    session = session_of(Things(list=endless))
    messages = events(session, "ListResource", type_name="toy_thing", limit=10**6)
    next(messages)
    messages.close()  # type: ignore[attr-defined]

    assert closed == [True]
    assert session.activity.is_quiet(0)


def test_a_stop_ends_the_list_with_what_was_found() -> None:
    def stopped(config: Any, operation: Any) -> Iterator[Listed]:
        yield listed("a")
        operation.stopping.set()
        yield listed("b")
        raise AssertionError("nobody asks for the next page")

    messages = found(stopped)

    assert names(messages) == ["Thing a", "Thing b", ""]
    assert diagnostics(messages) == [
        "WARNING List is incomplete: Terraform was asked to stop when 2 objects were found."
    ]


def fail_after(*all_: Listed, error: BaseException) -> Callable[..., Iterator[Listed]]:
    def list_(config: Any, operation: Any) -> Iterator[Listed]:
        yield from all_
        raise error

    return list_


def test_an_error_after_an_object_is_a_warning_behind_it() -> None:
    """An error would discard what was found."""
    messages = found(fail_after(listed("a"), error=ProviderError("Not read", "HTTP 500.")))

    assert names(messages) == ["Thing a", ""]
    assert not messages[1].HasField("identity")
    assert diagnostics(messages[:1]) == []
    assert diagnostics(messages) == [
        "WARNING List is incomplete: Not read: HTTP 500.\n\n"
        "Before this, one object was found; there may be more."
    ]


def test_a_reported_error_ends_the_list() -> None:
    def report(config: Any, operation: Any) -> Iterator[Listed]:
        operation.diagnostics.error("Not read", "HTTP 500.")
        yield listed("a")
        raise AssertionError("nobody asks for more")

    messages = found(report)

    assert names(messages) == ["Thing a"]
    assert diagnostics(messages)[0].startswith("WARNING List is incomplete: Not read: HTTP 500.")


def test_an_error_before_any_object_is_an_error() -> None:
    messages = found(fail_after(error=ProviderError("Not read", "HTTP 500.")))

    assert names(messages) == [""]
    assert diagnostics(messages) == ["ERROR Not read: HTTP 500."]


@pytest.mark.parametrize("before", [(), (listed("a"),)])
def test_a_crash_tells_no_value(before: tuple[Listed, ...]) -> None:
    messages = found(fail_after(*before, error=RuntimeError("s3cret")))

    (text,) = diagnostics(messages)
    assert "RuntimeError" in text
    assert "s3cret" not in text
    assert text.startswith("WARNING" if before else "ERROR")


@pytest.mark.parametrize("data", [b"\xff", b"\x0a\x05other", b"\x12\x03\x0a\x01\xc1"])
def test_what_cannot_be_listed_is_one_error(data: bytes) -> None:
    methods = streams(session_of(Things()))

    (message,) = methods["/tfplugin6.Provider/ListResource"](data)

    (text,) = said(pb.ListResource.Event.FromString(message).diagnostic)
    assert text.startswith("ERROR")


def test_a_warning_goes_with_the_next_object() -> None:
    """What comes after the last one that Terraform takes is not heard."""

    def warn(config: Any, operation: Any) -> Iterator[Listed]:
        yield listed("a")
        operation.diagnostics.warning("Odd")
        yield listed("b", warnings=(Diagnostic(False, "Odd, too", "It is.", ("name",)),))

    first, second = found(warn, limit=2)

    assert said(first.diagnostic) == []
    assert said(second.diagnostic) == ["WARNING Odd: ", "WARNING Odd, too: It is."]


def test_a_warning_about_nothing_comes_alone() -> None:
    def warn(config: Any, operation: Any) -> Iterator[Listed]:
        operation.diagnostics.warning("Nothing there")
        return iter(())

    (message,) = found(warn)

    assert said(message.diagnostic) == ["WARNING Nothing there: "]


def test_a_state_is_sent_without_secrets() -> None:
    state = {
        "id": "a",
        "name": "one",
        "token": "t-1",
        "config": Dynamic.of({"a": 1}),
        "window": {"from": "1h", "to": None},
    }

    (message,) = found(of(listed("a", state=state)), include=True)

    sent = values(message.resource_object)
    assert {name: value for name, value in sent.items() if value is not None} == {
        name: value for name, value in state.items() if name != "token"
    }
    assert b"t-1" not in message.SerializeToString()


@pytest.mark.parametrize("name", ["a\x1b[31m", "a\ud800", "a\nb"])
def test_a_name_changes_no_terminal(name: str) -> None:
    (message,) = found(of(Listed({"id": "a"}, name)))

    assert not {"\x1b", "\n"} & set(message.display_name)
    assert message.display_name.startswith("a")


SECRET = Dynamic.of({"p": "s"})
WRONG = {
    "require_listed": (("id", "a"), True),
    "require_object": (Listed("a", "A"), True),  # type: ignore[arg-type]
    "listed_identity_is_whole": (Listed({"id": None}, "A"), True),
    "listed_name_is_given": (Listed({"id": "w"}, " "), True),
    "listed_state_is_asked_for": (listed("w", state={}), False),
    "listed_state_is_known": (listed("w", state={"name": UNKNOWN}), True),
    "listed_secrets_are_null": (listed("w", state={"secret_wo": SECRET}), True),
    "listed_once": (listed("a"), True),
    "expected a string": (Listed({"id": ["w"]}, "A"), True),
    "no attribute named 'other'": (listed("w", state={"other": 1}), True),
}


@pytest.mark.parametrize(("rule", "wrong"), WRONG.items(), ids=WRONG)
def test_an_object_that_breaks_a_rule_is_left_out(rule: str, wrong: Any) -> None:
    one, include = wrong

    messages = found(of(listed("a"), one, listed("b")), include=include)

    assert names(messages) == ["Thing a", "Thing b"]
    (text,) = diagnostics(messages)
    assert text.startswith("WARNING Object was left out of the list: ListResource of toy_thing: ")
    assert rule in text
    assert "please report" in text


def test_an_object_that_was_left_out_does_not_count() -> None:
    messages = found(of(listed("a"), listed("a"), listed("b"), listed("c")), limit=2)

    assert names(messages) == ["Thing a", "Thing b"]


def test_validation_asks_the_list_only_what_keeps_the_schema() -> None:
    asked: list[Any] = []
    things = Things(validate=lambda config, diagnostics: asked.append(config))

    def validate(values_: Any) -> list[str]:
        config = config_of(things, values_)
        response = ask(things, "ValidateListResourceConfig", type_name="toy_thing", config=config)
        return errors(response)

    assert validate({"color": "red"}) == validate({"color": UNKNOWN}) == validate(None) == []
    assert len(validate({"color": "x"})) == 1
    assert asked == [{"color": "red"}, {"color": UNKNOWN}, {"color": None}]


def test_an_unknown_list_is_a_clear_error() -> None:
    (error,) = errors(ask(Things(), "ValidateListResourceConfig", type_name="toy_other"))

    assert "no list resource toy_other" in error


def test_what_was_listed_shows_no_value() -> None:
    assert "s3cret" not in repr(listed("a", state={"token": "s3cret"}))
