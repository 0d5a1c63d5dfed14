from __future__ import annotations

from plugin_samples import ATTRIBUTES, thing

from constructs_lib.backend.plugin.planning.planner import (
    merge_data,
    merge_failed_change,
    merge_failed_update,
    merge_read_state,
    merge_state,
)
from constructs_lib.backend.plugin.values import types
from constructs_lib.backend.plugin.values.value import UNKNOWN, Dynamic


def test_a_known_planned_value_stands_over_the_returned_one() -> None:
    planned = thing(name=" one ", id=UNKNOWN)
    assert merge_state(ATTRIBUTES, planned, {"name": "one", "id": "x"}) == thing(
        name=" one ", id="x"
    )


def test_an_unknown_value_that_is_not_returned_becomes_null() -> None:
    assert merge_state(ATTRIBUTES, thing(id=UNKNOWN, color=UNKNOWN), {"id": "x"}) == thing(id="x")


def test_an_unknown_value_that_is_returned_unknown_becomes_null() -> None:
    config = Dynamic(types.object_of({"a": types.STRING}), {"a": UNKNOWN})
    merged = merge_state(
        ATTRIBUTES, thing(id=UNKNOWN, config=UNKNOWN), {"id": UNKNOWN, "config": config}
    )
    assert merged == thing(config=Dynamic(types.object_of({"a": types.STRING}), {"a": None}))


def test_the_unknown_part_of_a_planned_value_is_filled_in() -> None:
    type_ = types.object_of({"a": types.STRING, "b": types.NUMBER})
    planned = thing(config=Dynamic(type_, {"a": UNKNOWN, "b": 1}))
    merged = merge_state(ATTRIBUTES, planned, {"config": Dynamic.of({"a": "x", "b": 2})})
    assert merged["config"] == Dynamic(type_, {"a": "x", "b": 1})


def test_unknown_items_that_are_not_returned_become_null() -> None:
    type_ = types.tuple_of((types.STRING, types.STRING, types.STRING))
    planned = thing(config=Dynamic(type_, ["a", UNKNOWN, UNKNOWN]))
    merged = merge_state(ATTRIBUTES, planned, {"config": Dynamic.of(["x", "y"])})
    assert merged["config"] == Dynamic(type_, ["a", "y", None])


def test_a_write_only_value_is_never_merged() -> None:
    returned = {"secret_wo": Dynamic.of({"p": "s3cret"})}
    assert merge_state(ATTRIBUTES, thing(secret_wo=UNKNOWN), returned) == thing()
    assert merge_read_state(ATTRIBUTES, thing(), returned) == thing()
    assert merge_failed_update(ATTRIBUTES, thing(), thing(), returned) == thing()


def test_a_read_keeps_what_is_not_answered() -> None:
    state = thing(name="one", color="red")
    assert merge_read_state(ATTRIBUTES, state, {"color": None}) == thing(name="one")


def test_a_read_keeps_the_form_of_what_means_the_same() -> None:
    state = thing(config=Dynamic(types.list_of(types.STRING), ["a"]))
    merged = merge_read_state(ATTRIBUTES, state, {"config": Dynamic.of(["a"])})
    assert merged["config"] is state["config"]


def test_a_failed_update_keeps_the_prior_and_the_saved_state() -> None:
    prior, planned = thing(name="a", color="red", level=1), thing(name="b", color="green", level=2)
    merged = merge_failed_update(ATTRIBUTES, prior, planned, {"level": 2.0})
    assert merged == thing(name="a", color="red", level=2)
    assert isinstance(merged["level"], int)


def test_lists_are_padded_and_cut_to_the_planned_length() -> None:
    type_ = types.tuple_of((types.STRING,) * 3)
    planned = thing(config=Dynamic(type_, [UNKNOWN, UNKNOWN, UNKNOWN]))
    for returned, filled in (
        ([], [None, None, None]),
        (["x"], ["x", None, None]),
        (["x", "y", "z"], ["x", "y", "z"]),
        (["x", "y", "z", "more"], ["x", "y", "z"]),
    ):
        merged = merge_state(ATTRIBUTES, planned, {"config": Dynamic.of(returned)})
        assert merged["config"] == Dynamic(type_, filled)


def test_parts_of_an_object_returned_otherwise_become_null() -> None:
    type_ = types.object_of({"a": types.STRING, "b": types.STRING})
    planned = thing(config=Dynamic(type_, {"a": UNKNOWN, "b": "y"}))
    for returned in (None, "text", Dynamic.of(["x"]), Dynamic.of({"other": "x"})):
        merged = merge_state(ATTRIBUTES, planned, {"config": returned})
        assert merged["config"] == Dynamic(type_, {"a": None, "b": "y"})


def test_parts_of_a_list_returned_otherwise_become_null() -> None:
    type_ = types.tuple_of((types.STRING, types.STRING))
    planned = thing(config=Dynamic(type_, ["x", UNKNOWN]))
    for returned in (None, "text", Dynamic.of("text"), Dynamic.of({"a": "y"})):
        merged = merge_state(ATTRIBUTES, planned, {"config": returned})
        assert merged["config"] == Dynamic(type_, ["x", None])


def test_a_failed_creation_saves_what_exists_and_nothing_unknown() -> None:
    planned = thing(name="one", id=UNKNOWN, color=UNKNOWN)

    assert merge_failed_change(ATTRIBUTES, None, planned, None) is None
    merged = merge_failed_change(ATTRIBUTES, None, planned, {"id": "x", "color": UNKNOWN})
    assert merged == thing(name="one", id="x")


def test_a_failed_update_without_a_save_keeps_the_prior_state() -> None:
    prior = thing(name="one", id="x")

    assert merge_failed_change(ATTRIBUTES, prior, thing(name="two", id="x"), None) is prior
    merged = merge_failed_change(ATTRIBUTES, prior, thing(name="two"), {"color": "red"})
    assert merged == thing(name="one", id="x", color="red")


def test_data_is_the_configuration_completed_by_what_was_read() -> None:
    merged = merge_data(ATTRIBUTES, thing(name="one"), {"name": "other", "color": "red"})

    assert merged == thing(name="one", color="red")
