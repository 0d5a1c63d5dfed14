"""That each message says the same to Google's classes as to ours, in both directions."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.message import DecodeError as Refused
from google.protobuf.message_factory import GetMessageClass
from google_messages import DESCRIPTORS, as_ours, has_map, messages, ours, same
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from constructs_lib.backend.plugin.protobuf import DecodeError

ANY = pytest.mark.parametrize("name", DESCRIPTORS)
WITHOUT_MAPS = [name for name, descriptor in DESCRIPTORS.items() if not has_map(descriptor)]
few = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@ANY
@few
@given(st.data())
def test_what_google_writes_is_read(name: str, data: Any) -> None:
    theirs = data.draw(messages(DESCRIPTORS[name]))

    assert same(ours(DESCRIPTORS[name]).FromString(theirs.SerializeToString()), theirs)


@ANY
@few
@given(st.data())
def test_what_is_written_is_read_by_google(name: str, data: Any) -> None:
    theirs = data.draw(messages(DESCRIPTORS[name]))

    assert type(theirs).FromString(as_ours(theirs).SerializeToString()) == theirs


@ANY
@few
@given(st.data())
def test_what_is_written_is_read_as_equal(name: str, data: Any) -> None:
    message = as_ours(data.draw(messages(DESCRIPTORS[name])))

    assert type(message).FromString(message.SerializeToString()) == message


@ANY
@few
@given(st.data())
def test_messages_that_follow_each_other_are_merged_as_google_does(name: str, data: Any) -> None:
    class_ = GetMessageClass(DESCRIPTORS[name])
    two = b"".join(data.draw(messages(DESCRIPTORS[name])).SerializeToString() for _ in range(2))

    assert same(ours(DESCRIPTORS[name]).FromString(two), class_.FromString(two))


@ANY
@few
@given(st.data())
def test_a_copy_is_equal_and_independent(name: str, data: Any) -> None:
    message = as_ours(data.draw(messages(DESCRIPTORS[name])))
    before = message.SerializeToString()
    copy = type(message)()
    copy.CopyFrom(message)

    assert copy == message
    copy.MergeFromString(before)
    assert message.SerializeToString() == before


# Google's runtime drops an entry of a map that has fields which it does not know; others keep it.
@pytest.mark.parametrize("name", WITHOUT_MAPS)
@few
@given(st.data())
def test_fields_of_another_message_are_skipped_as_google_does(name: str, data: Any) -> None:
    other = data.draw(st.sampled_from(sorted(DESCRIPTORS)))
    foreign = data.draw(messages(DESCRIPTORS[other])).SerializeToString()
    their = GetMessageClass(DESCRIPTORS[name])
    try:
        read = their.FromString(foreign)
    except Refused:
        with pytest.raises(DecodeError):
            ours(DESCRIPTORS[name]).FromString(foreign)
        return
    try:
        found = ours(DESCRIPTORS[name]).FromString(foreign)
    except DecodeError as error:
        # A group that is not known is skipped by Google's runtime; nobody sends one.
        assert "group" in str(error)  # noqa: PT017
    else:
        assert same(found, read)
