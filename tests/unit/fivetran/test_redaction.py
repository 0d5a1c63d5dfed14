"""Secrets are taken out of texts."""

from constructs_lib.backend.fivetran.redaction import hide, hide_inside, shown, texts


def test_each_secret_is_hidden_and_the_longest_first() -> None:
    assert hide("password hunter22 and hunter2 refused", ["hunter2", "hunter22"]) == (
        "password (hidden) and (hidden) refused"
    )


def test_very_short_texts_are_left() -> None:
    assert hide("port 1 of 11", ["1"]) == "port 1 of 11"


def test_the_texts_of_a_value_are_found_at_any_depth() -> None:
    assert set(texts({"a": ["x", {"b": "y"}], "c": 5})) == {"x", "y", "5"}


def test_secrets_are_hidden_inside_a_structure_before_it_becomes_text() -> None:
    details = {"pem": "-----BEGIN\nKEY", "user": "ä-secret", "pin": 123456, "n": [1, True]}

    assert hide_inside(details, ["-----BEGIN\nKEY", "ä-secret", "123456"]) == {
        "pem": "(hidden)",
        "user": "(hidden)",
        "pin": "(hidden)",
        "n": [1, True],
    }


def test_a_state_is_shown_short_and_without_what_is_named_like_a_secret() -> None:
    state = {"cursor": "2024", "api_token": "t", "nested": {"password": "p", "page": 1}}

    assert shown(state) == (
        '{"api_token": "(hidden)", "cursor": "2024", "nested": {"page": 1, "password": "(hidden)"}}'
    )
    assert len(shown({"cursor": "x" * 1000})) < 400
