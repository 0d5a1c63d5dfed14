"""What the private state notes of writes and refreshes, and what a user reads of it."""

from __future__ import annotations

from typing import Any

from every_case import check_every

from constructs_lib.backend.fivetran.connection.model import MODEL
from constructs_lib.backend.managed_object import drift
from constructs_lib.backend.managed_object.equivalence import fingerprint
from constructs_lib.backend.plugin.diagnostics import Diagnostic, Diagnostics
from constructs_lib.backend.plugin.values.value import Dynamic

COMPOSED, DECOMPOSED = "caf\u00e9", "cafe\u0301"


def prints(*values: Any) -> list[str]:
    return list(map(fingerprint, values))


def state(config: dict[str, Any], **more: Any) -> dict[str, Any]:
    known = {"id": "abc", "service": "postgres", "config": Dynamic.of(config)}
    return {**dict.fromkeys(MODEL.attributes), **known, **more}


def learnt(
    known: dict[str, Any], answer: dict[str, Any], private: dict[str, Any]
) -> list[Diagnostic]:
    """A refresh; returns what it says."""
    diagnostics = Diagnostics()
    found = {"id": "abc", "schema": "orders", **answer}
    drift.learn_from_refresh(MODEL, known, found, private, diagnostics)
    return list(diagnostics)


def test_a_write_notes_what_it_sent_and_what_the_api_made_of_it() -> None:
    # Given notes of an earlier write
    old = prints("Old", "old")
    earlier = ("config.host", "config.user", "sync_frequency", "schedule_type", "config.port")
    private: dict[str, Any] = {
        "echo": dict.fromkeys(earlier, old),
        "unread": ["config.user", 3],
        "adopted": True,
    }
    config = {"host": "DB", "port": 1, "password": "P4ss"}
    body = {"config": config, "sync_frequency": 15, "run_setup_tests": True}
    settings = {**body, "daily_sync_time": "05:00"}
    made = {"host": "db", "port": "1", "password": "p4ss"}
    answer = {"config": made, "sync_frequency": 15, "daily_sync_time": "05:15"}

    drift.record_sent(MODEL, private, settings, body, answer, {"config.password": "P4ss"})

    assert private == {
        "echo": {
            "config.user": old,
            "schedule_type": old,
            "config.host": prints("DB", "db"),
            "daily_sync_time": prints("05:00", "05:15"),
        },
        "unread": [
            "config.host",
            "config.password",
            "config.port",
            "config.user",
            "sync_frequency",
        ],
        "adopted": True,
    }


def test_a_write_of_nothing_that_is_answered_notes_nothing() -> None:
    private: dict[str, Any] = {"unread": "damaged"}

    drift.record_sent(MODEL, private, {}, {"run_setup_tests": True}, {"config": {}}, {})

    assert private == {}


def test_settings_that_an_answer_leaves_out_are_noted() -> None:
    config = {"schema_prefix": "o", "port": 1, "host": "db", "user": "", COMPOSED: "x", "a": "y"}

    def noted(config_of_answer: Any) -> Any:
        private = {"absent": ["before"], "adopted": True}
        drift.note_absent(MODEL, private, state(config), {"config": config_of_answer})
        assert private.pop("adopted")
        return private

    assert noted({"host": "h", DECOMPOSED: "x"}) == {"absent": ["a", "port"]}
    assert noted({"port": 2, "host": None, COMPOSED: "", "a": "y"}) == {}
    assert noted(None) == noted("text") == {"absent": ["before"]}
    assert drift.absent(noted({"host": "h", "port": 1})) == ["a", COMPOSED]
    assert drift.absent({"absent": "damaged"}) == drift.absent({}) == []
    assert drift.absent({"absent": ["a", 3]}) == ["a"]


FORMS: list[tuple[Any, Any]] = [
    ("db", " DB "),
    ("db", None),
    ("x", []),
    (5, {}),
    (True, " True "),
    ("TRUE", True),
    ({"a": "X", "b": 1}, {"a": "x", "c": 2}),
    ({"a": "X", "b": 1}, {"a": "x", "b": 1}),
    ({"a": {"b": "X"}, "d": "e"}, {"a": {"b": ""}, "d": "e"}),
    (["A", "b"], ["a", "b"]),
    ("2026-01-01T00:00:00.75Z", "2026-01-01T01:00:00+01:00"),
]
OTHERS: list[tuple[Any, Any]] = [
    ("db", "dc"),
    (True, 1),
    (5, "6"),
    ("5 ", 6),
    ({"a": "X", "b": 1}, {"a": "x", "b": 2}),
    ({"a": "X"}, "a"),
    (["A", "b"], ["a"]),
    (["A", "b"], ["a", "c"]),
    (["A"], "a"),
    ("['A']", ["a"]),
    ("2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z"),
    ("2026-01-01T00:00:00Z", "soon"),
    ("soon", "2026-01-01T00:00:00Z"),
]


def test_another_form_is_learnt_and_another_value_doubted() -> None:
    def noted(known: Any, answered: Any) -> dict[str, Any]:
        private: dict[str, Any] = {"unread": ["config.host"]}
        learnt(state({"host": known}), {"config": {"host": answered}}, private)
        return private

    check_every(FORMS, lambda case: _has(noted(*case), "echo", case))
    check_every(OTHERS, lambda case: _has(noted(*case), "doubted", case))


def _has(private: dict[str, Any], note: str, case: tuple[Any, Any]) -> None:
    parts = drift.equivalence.comparable_parts(*case)
    assert private == {note: {"config.host": prints(*parts)}}


def test_what_is_sent_known_and_answered_is_compared() -> None:
    config = {"host": "db", "port": 1, COMPOSED: "x", "gone": "y"}
    known = state(config, sync_frequency=60, daily_sync_time="05:00", schedule_type="AUTO")
    unread = ["config.host", f"config.{COMPOSED}", "config.gone", "config.new", "config.paused"]
    unread += ["sync_frequency", "private_link_id", "schedule_type", "config"]
    private: dict[str, Any] = {"unread": unread}
    answer = {
        "config": {"host": "other", "port": 2, DECOMPOSED: "z", "new": "x"},
        "sync_frequency": 15,
        "daily_sync_time": "06:00",
        "private_link_id": "x",
        "paused": True,
    }

    assert learnt(known, answer, private) == []
    assert private == {
        "absent": ["gone"],
        "doubted": {
            "config.host": prints("db", "other"),
            f"config.{COMPOSED}": prints("x", "z"),
            "sync_frequency": prints(60, 15),
        },
    }


def test_an_answer_without_settings_teaches_of_attributes_alone() -> None:
    known, private = state({"host": "db"}, schedule_type="auto"), {"unread": ["config.host"]}
    private["unread"].append("schedule_type")

    learnt(known, {"config": None, "schedule_type": "manual"}, private)

    assert private == {"doubted": {"schedule_type": prints("auto", "manual")}}


def test_doubts_stay_until_what_they_are_about_is_sent_again() -> None:
    known = state({"host": "db", "user": "u", "port": 1})
    doubts = {"config.user": prints("u", "v"), "config.host": prints("db", "x")}
    private: dict[str, Any] = {"doubted": doubts, "unread": ["config.host", "config.port"]}

    # When the host is read as it was sent, then nothing of it is in doubt any more
    learnt(known, {"config": {"host": "db", "user": "v", "port": 2}}, private)

    expected = {"config.user": prints("u", "v"), "config.port": prints(1, 2)}
    assert private == {"doubted": expected}
    assert doubts.keys() == {"config.user", "config.host"}


def test_doubts_stay_while_nothing_is_sent() -> None:
    doubts = {"config.user": prints("u", "v")}
    private: dict[str, Any] = {"doubted": doubts}

    assert learnt(state({"user": "u"}), {"config": {"user": "v"}}, private) == []

    assert private == {"doubted": doubts}


def test_a_form_that_is_known_already_is_not_told_again() -> None:
    echo = {"config.host": prints("db", "DB")}
    private: dict[str, Any] = {"echo": dict(echo), "unread": ["config.host", "config.port"]}

    found = learnt(
        state({"host": "db", "port": 1}), {"config": {"host": "DB", "port": ""}}, private
    )

    assert private == {"echo": {**echo, "config.port": prints(1, "")}}
    assert [one.detail.partition(":")[0] for one in found] == ["config.port"]


def test_the_warning_about_learnt_forms_names_no_more_than_ten() -> None:
    def warned(count: int) -> Diagnostic:
        names = [f"k{number:02}" for number in range(count)]
        private: dict[str, Any] = {"unread": [f"config.{name}" for name in names]}
        answer = {"config": dict.fromkeys(names, "X")}
        (found,) = learnt(state(dict.fromkeys(names, "x")), answer, private)
        return found

    ten = ", ".join(f"config.k{number:02}" for number in range(10))
    assert warned(11) == Diagnostic(
        False,
        "Fivetran shows settings of connection abc (orders) in another form than they were sent",
        f"{ten}, …: the last apply sent what is configured, Fivetran accepted it, and now returns "
        "something else. The provider treats that as Fivetran's own form of the same setting, and "
        "does not send it again. If somebody may have changed it in Fivetran since that apply, "
        "look there; to send it again, change it and change it back.",
        (),
    )
    assert warned(10).detail.startswith(f"{ten}: the last apply")
