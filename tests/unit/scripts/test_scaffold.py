"""The names of new resources, and the lines that they put into files that exist."""

from __future__ import annotations

import re

import pytest
from every_case import check_every
from scaffold.files import changed, changed_files, created
from scaffold.insertions import Insertion
from scaffold.names import Names, ScaffoldError
from toolkits import ROOT

REFUSED = (
    "fivetranops",
    "fivetranops_",
    "fivetranops__example",
    "fivetranops_example_",
    "fivetranops_Example",
    "fivetranops_2nd",
    "fivetranops_class",
    "fivetranops_an/other",
    "fivetranops_example\n",
    "fivetranops_" + "a" * 25,
    "elasticops_example",
    "example",
)


def test_a_name_that_no_resource_can_have_is_refused() -> None:
    def holds(name: str) -> None:
        with pytest.raises(ScaffoldError) as refused:
            Names.of(name)

        assert str(refused.value).startswith(f"{name!r} cannot be the name of a resource. Allowed:")
        assert "\n" not in str(refused.value)

    check_every(REFUSED, holds)


def test_no_name_says_how_to_give_one() -> None:
    with pytest.raises(ScaffoldError, match="make new-resource NAME=fivetranops_example"):
        Names.of("")


def test_a_template_gets_the_forms_of_the_name() -> None:
    names = Names.of("fivetranops_account_role_2")

    filled = names.filled("@type@ @stem@ @plural@ @Class@ @noun@ @Noun@ @a_noun@ @construct_page@")

    assert filled == (
        "fivetranops_account_role_2 account_role_2 account_role_2s AccountRole2 account role 2 "
        "Account role 2 an account role 2 account_role2"
    )


def test_lines_are_put_before_or_after_their_place() -> None:
    before = Insertion("a.py", "b\n", "new\n")

    assert before.apply("a\nb\nc\n") == "a\nnew\nb\nc\n"
    assert before._replace(is_after=True).apply("a\nb\nc\n") == "a\nb\nnew\nc\n"
    assert before._replace(unless="c").apply("a\nb\nc\n") == "a\nb\nc\n"


@pytest.mark.parametrize(("text", "times"), [("a\n", 0), ("b\nb\n", 2)])
def test_a_place_that_is_not_found_once_is_an_error(text: str, times: int) -> None:
    with pytest.raises(ScaffoldError, match=rf"a\.py has {times} times 'b'"):
        Insertion("a.py", "b\n", "new\n").apply(text)


def test_each_place_is_found_in_this_checkout() -> None:
    names = Names.of("fivetranops_example")

    files = changed_files(names, ROOT)

    prepared = {f"constructs_lib/backend/fivetran/{each}.bin" for each in ("identities", "schemas")}
    tables = "constructs_lib/backend/fivetran/provider.py"
    made = {"docs/README.md", "docs/messages.md", tables, *prepared}
    assert {str(path.relative_to(ROOT)) for path in files} | made == set(changed())
    for path, text in files.items():
        assert text != path.read_text(encoding="utf-8")
        assert not re.search("@(type|stem|plural|Class|noun)@", text)


def test_nothing_of_a_new_resource_is_in_the_project() -> None:
    made = created(Names.of("fivetranops_example"))

    assert [path for path in made if (ROOT / path).exists()] == []
