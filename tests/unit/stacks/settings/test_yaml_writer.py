"""What is written as YAML comes back as it was."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from property_examples import examples

from constructs_lib.adopt.yaml_form import entry_lines, scalar
from stacks.settings import Variable
from stacks.settings.variables import with_variables
from stacks.settings.yaml_reader import read_content

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False).filter(lambda n: "e" not in repr(n))
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
)
KEYS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


def read_back(values: dict[str, Any]) -> Any:
    text = "".join(f"{line}\n" for line in entry_lines({"top": values}, 0))
    root, found = read_content(text.encode(), "file.yaml")
    assert root is not None, found
    assert found == []
    return with_variables(root)[0]["top"]


def unescaped(value: Any) -> Any:
    """As Terraform reads text of a settings file."""
    if isinstance(value, str):
        return value.replace("$${", "${").replace("%%{", "%{")
    if isinstance(value, list):
        return [unescaped(each) for each in value]
    if isinstance(value, dict):
        return {unescaped(key): unescaped(each) for key, each in value.items()}
    return value


def is_variable(value: Any) -> bool:
    if isinstance(value, dict):
        return "variable" in value or any(map(is_variable, value.values()))
    return isinstance(value, list) and any(map(is_variable, value))


@settings(max_examples=examples(100), deadline=None)
@given(
    values=st.dictionaries(KEYS, VALUES, max_size=4).filter(lambda value: not is_variable(value))
)
def test_any_value_comes_back(values: dict[str, Any]) -> None:
    assert unescaped(read_back(values)) == values


def test_a_number_that_has_no_form_in_a_file_is_text() -> None:
    assert scalar(1e30) == '"1e+30"'


@pytest.mark.parametrize("word", ["yes", "no", "on", "off", "true", "null", "12", "1.5", "", "~"])
def test_text_that_looks_like_something_else_stays_text(word: str) -> None:
    assert read_back({"key": word}) == {"key": word}


def test_a_variable_is_written_in_one_line() -> None:
    values = {"a": Variable("x", keep_unset=False), "b": [Variable("y", keep_unset=True)]}

    assert list(entry_lines(values, 2)) == [
        "  a: {variable: x}",
        "  b:",
        "    - {variable: y, unset: keep}",
    ]


def test_text_with_an_expression_of_terraform_is_data() -> None:
    assert scalar("${a} %{b} $${c}") == '"$${a} %%{b} $$${c}"'
