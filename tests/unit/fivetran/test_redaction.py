"""Secrets are taken out of texts."""

from constructs_lib.backend.fivetran.redaction import hide, texts


def test_each_secret_is_hidden_and_the_longest_first() -> None:
    assert hide("password hunter22 and hunter2 refused", ["hunter2", "hunter22"]) == (
        "password (hidden) and (hidden) refused"
    )


def test_very_short_texts_are_left() -> None:
    assert hide("port 1 of 11", ["1"]) == "port 1 of 11"


def test_the_texts_of_a_value_are_found_at_any_depth() -> None:
    assert set(texts({"a": ["x", {"b": "y"}], "c": 5})) == {"x", "y"}
