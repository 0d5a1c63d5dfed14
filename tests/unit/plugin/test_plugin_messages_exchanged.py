"""That each message says the same to Google's classes as to ours, in both directions."""

from __future__ import annotations

from typing import Any

import pytest
from every_case import check_every
from google.protobuf.message import DecodeError as Refused
from google.protobuf.message_factory import GetMessageClass
from google_messages import DESCRIPTORS, as_ours, has_map, messages, ours, same
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from constructs_lib.backend.plugin.protocol.protobuf import DecodeError

WITHOUT_MAPS = [name for name, descriptor in DESCRIPTORS.items() if not has_map(descriptor)]
few = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def test_a_message_says_the_same_on_both_sides() -> None:
    def says_the_same(name: str) -> None:
        @few
        @given(messages(DESCRIPTORS[name], depth=2))
        def holds(theirs: Any) -> None:
            message = as_ours(theirs)
            written = message.SerializeToString()

            assert same(ours(DESCRIPTORS[name]).FromString(theirs.SerializeToString()), theirs)
            assert type(theirs).FromString(written) == theirs
            assert type(message).FromString(written) == message
            copy = type(message)()
            copy.CopyFrom(message)
            assert copy == message
            copy.MergeFromString(written)
            assert message.SerializeToString() == written, "a copy is not independent"

        holds()

    check_every(DESCRIPTORS, says_the_same)


def test_messages_that_follow_each_other_are_merged_as_google_does() -> None:
    def are_merged(name: str) -> None:
        any_ = messages(DESCRIPTORS[name], depth=2)

        @few
        @given(any_, any_)
        def holds(first: Any, second: Any) -> None:
            two = first.SerializeToString() + second.SerializeToString()

            assert same(ours(DESCRIPTORS[name]).FromString(two), type(first).FromString(two))

        holds()

    check_every(DESCRIPTORS, are_merged)


# Google's runtime drops an entry of a map that has fields which it does not know; others keep it.
def test_fields_of_another_message_are_skipped_as_google_does() -> None:
    others = st.sampled_from(sorted(DESCRIPTORS)).flatmap(
        lambda name: messages(DESCRIPTORS[name], depth=2)
    )

    def are_skipped(name: str) -> None:
        @few
        @given(others)
        def holds(other: Any) -> None:
            reads_or_refuses_as_google(DESCRIPTORS[name], other.SerializeToString())

        holds()

    check_every(WITHOUT_MAPS, are_skipped)


def reads_or_refuses_as_google(descriptor: Any, data: bytes) -> None:
    try:
        read = GetMessageClass(descriptor).FromString(data)
    except Refused:
        with pytest.raises(DecodeError):
            ours(descriptor).FromString(data)
        return
    try:
        found = ours(descriptor).FromString(data)
    except DecodeError as error:
        # A group that is not known is skipped by Google's runtime; nobody sends one.
        assert "group" in str(error)  # noqa: PT017
    else:
        assert same(found, read)
