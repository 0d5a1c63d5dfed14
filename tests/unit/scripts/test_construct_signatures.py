"""The generated parts of the constructs: types, wording, and what stays as a person wrote it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import construct_signatures
import pytest
from schema_code.modules import refreshed
from schema_code.parameters import attribute_lines, parameter_lines
from schema_code.wording import meaning

from constructs_lib import schemas
from constructs_lib.schemas.model import described

CONNECTION = construct_signatures.ROOT / "constructs_lib/constructs/fivetran/connection.py"
TEXT: dict[str, Any] = {"type": "string", "description": "A text."}
RULES: dict[str, dict[str, Any]] = {
    "name": {**TEXT, "description": "Name of the thing. A change replaces it."},
    "count_": {"type": "integer"},
    "ratio": {"type": "number"},
    "on": {"type": "boolean"},
    "size": {"type": "integer", "enum": [1, 2]},
    "mode": {"type": "string", "enum": ["a", "b"]},
    "any": {"type": "object"},
    "json": {"type": ["object", "string"], "contentMediaType": "application/json"},
    "texts": {"type": "object", "additionalProperties": {"type": "string"}},
    "listed": {"type": "array", "items": {"type": "string"}},
    "lists": {"type": "object", "additionalProperties": {"type": "array"}},
    "inner": {"type": "object", "properties": {"key": TEXT}},
    "timeouts": {"type": "object", "properties": {"create": TEXT}},
    "config_wo": {"type": "object", "writeOnly": True},
    "things": {"type": "array", "readOnly": True, "items": {"type": "object", "properties": {}}},
    "id": {**TEXT, "readOnly": True},
}
MODULE = '''"""A construct."""

from __future__ import annotations

from collections.abc import Mapping


class ThingAttributes:
    """What can be read."""

    own = 1
    # Generated from thing.schema.json: attributes.
    # End of the generated attributes.


class Thing:
    def __init__(
        self,
        id_: str,
        *,
        # Generated from thing.schema.json: parameters.
        # End of the generated parameters.
        by_hand: Mapping[str, str] | None = None,
    ) -> None:
        """Describe a thing.

        :param id_: name
            of the construct
        :param gone: what the schema no longer has
        :param by_hand: mine
        """
'''


@pytest.fixture
def thing(monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, Any]]:
    """The attributes of a made-up schema, which a test may change."""
    rules = json.loads(json.dumps(RULES))
    load = schemas.load

    def loaded(name: str) -> schemas.ResourceSchema:
        written = {"description": "", "required": ["name", "thing_id"], "properties": rules}
        return described(name, written) if name == "thing" else load(name)

    monkeypatch.setattr(schemas, "load", loaded)
    monkeypatch.setattr(schemas, "names", lambda: ["thing"])
    return rules


def said(rule: dict[str, Any], name: str = "it", **others: dict[str, Any]) -> str:
    schema = described("thing", {"description": "", "properties": {name: rule, **others}})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schemas, "load", lambda _name: schema)
        return meaning(schema.attributes[name], "thing")


def test_the_generated_parts_are_fresh() -> None:
    assert construct_signatures.main(["--check"]) == 0


def test_a_construct_about_a_connection_is_made_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(construct_signatures, "ROOT", tmp_path)
    monkeypatch.setattr(construct_signatures, "_CONSTRUCTS", tmp_path)
    (tmp_path / "fivetran").mkdir()
    names = ("ConnectionCertificates", "ConnectionFingerprints", "ConnectionSchema")
    stems = [name.replace("Connection", "connection_").lower() for name in names]
    files = [tmp_path / "fivetran" / f"{stem}.py" for stem in stems]

    assert construct_signatures.main(["--check"]) == 1
    stale = capsys.readouterr().err
    assert [stem for stem in stems if f"fivetran/{stem}.py" in stale] == stems
    assert construct_signatures.main([]) == 0
    texts = [file.read_text() for file in files]
    for name, text in zip(names, texts, strict=True):
        assert f"class {name}(BelongingConstruct, {name}Attributes):" in text
        assert "connection_id: str | None = None," in text
    files[0].write_text(texts[0].replace("Describe", "Tell of"))
    assert construct_signatures.main(["--check"]) == 1
    assert construct_signatures.main([]) == 0
    assert [file.read_text() for file in files] == texts


def test_a_stale_module_is_refused_until_written(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    thing: dict[str, dict[str, Any]],
) -> None:
    (tmp_path / "thing.py").write_text(MODULE)
    (tmp_path / "other.py").write_text('"""Nothing of it is generated."""\n')
    monkeypatch.setattr(construct_signatures, "ROOT", tmp_path)
    monkeypatch.setattr(construct_signatures, "_CONSTRUCTS", tmp_path)

    assert construct_signatures.main(["--check"]) == 1
    assert capsys.readouterr().err.startswith("stale: thing.py; run ")
    assert construct_signatures.main([]) == 0
    assert construct_signatures.main(["--check"]) == 0


@pytest.mark.parametrize(
    ("old", "new", "mark"),
    [
        ("    # End of the generated attributes.\n", "", "# Generated from thing.schema.json"),
        (
            "    # Generated from thing.schema.json: attributes.\n",
            "",
            "# End of the generated attr",
        ),
        (
            "        id_: str",
            "        # End of the generated attributes.\n        id_: str",
            "# End",
        ),
        ("thing.schema.json: attributes", "none.schema.json: attributes", "# Generated from none"),
        (
            ".json: parameters.",
            ".json: arguments.",
            "# Generated from thing.schema.json: arguments",
        ),
    ],
)
def test_a_mark_that_is_broken_is_an_error(
    old: str,
    new: str,
    mark: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    thing: dict[str, dict[str, Any]],
) -> None:
    (tmp_path / "thing.py").write_text(MODULE.replace(old, new))
    monkeypatch.setattr(construct_signatures, "_CONSTRUCTS", tmp_path)

    assert construct_signatures.main([]) == 1
    assert f"thing.py: '{mark}" in capsys.readouterr().err
    assert (tmp_path / "thing.py").read_text() == MODULE.replace(old, new)


def test_what_is_missing_or_changed_is_restored() -> None:
    text = CONNECTION.read_text(encoding="utf-8")
    broken = text.replace("        paused: bool | None = None,\n", "")
    broken = broken.replace(
        "    schema = attributes.string()\n", "    gone = attributes.number()\n"
    )
    broken = broken.replace(":param service: name of", ":param service: old words for")
    broken = broken.replace(", Literal", "")

    assert broken != text
    assert refreshed(broken, CONNECTION.name) == text


def test_a_new_attribute_needs_the_schema_alone(thing: dict[str, dict[str, Any]]) -> None:
    before = refreshed(MODULE, "thing.py")
    thing["fresh"] = {"type": "string", "enum": ["x", "y"], "description": "The fresh one."}

    added = set(refreshed(before, "thing.py").splitlines()) - set(before.splitlines())

    assert added == {
        "    fresh = attributes.string()",
        '        fresh: Literal["x", "y"] | None = None,',
        "        :param fresh: the fresh one",
    }


def test_what_is_written_by_hand_stays(thing: dict[str, dict[str, Any]]) -> None:
    text = refreshed(MODULE, "thing.py")

    assert "    own = 1\n    # Generated from thing.schema.json: attributes.\n    id = " in text
    assert "        by_hand: Mapping[str, str] | None = None,\n    ) -> None:" in text
    assert "        :param id_: name\n            of the construct\n        :param name: " in text
    assert "        :param by_hand: mine\n        " + '"""\n' in text
    assert "gone" not in text


def test_imports_are_those_that_the_types_need(thing: dict[str, dict[str, Any]]) -> None:
    full = refreshed(MODULE, "thing.py")
    for name in list(thing):
        if name != "name":
            del thing[name]
    small = refreshed(full, "thing.py")

    assert (
        "from collections.abc import Mapping, Sequence\nfrom typing import Any, Literal\n" in full
    )
    assert "from collections.abc import Mapping\n\n" in small
    assert "typing" not in small


def test_each_kind_has_its_type(thing: dict[str, dict[str, Any]]) -> None:
    assert list(parameter_lines("thing", ())) == [
        "name: str,",
        "count_: int | None = None,",
        "ratio: float | None = None,",
        "on: bool | None = None,",
        "size: Literal[1, 2] | None = None,",
        'mode: Literal["a", "b"] | None = None,',
        "any: Mapping[str, Any] | None = None,",
        "json: Mapping[str, Any] | str | None = None,",
        "texts: Mapping[str, str] | None = None,",
        "listed: Sequence[str] | None = None,",
        "lists: Mapping[str, Sequence[str]] | None = None,",
        "inner: Mapping[str, Any] | None = None,",
        "timeouts: Mapping[str, str] | None = None,",
        "secrets: Mapping[str, Any] | None = None,",
    ]


def test_each_kind_is_read_in_its_way(thing: dict[str, dict[str, Any]]) -> None:
    lines = list(attribute_lines("thing"))

    assert lines[0] == "id = attributes.string()"
    assert [line for line in lines if line.startswith("config_wo")] == []
    assert {line.partition("attributes.")[2] for line in lines} == {
        "string()",
        "number()",
        "boolean()",
        "object_value()",
        "string_map()",
        "string_list()",
        "object_list()",
    }


def test_an_identifier_may_be_given_as_a_construct(thing: dict[str, dict[str, Any]]) -> None:
    thing["thing_id"] = TEXT

    assert "thing_id: str," in parameter_lines("thing", ())
    assert "thing_id: str | None = None," in parameter_lines("thing", {"thing"})


@pytest.mark.parametrize(
    ("described", "expected"),
    [
        ("Name of it. A change replaces it.", "name of it. A change replaces it"),
        ("A name.", "a name"),
        ("True stops it.", "True stops it"),
        ("API key.", "API key"),
        ("Fivetran's own.", "Fivetran's own"),
        ("A key set to null, or false.", "a key set to None, or False"),
        ("Only with daily_time.", "only with ``daily_time``"),
        ("Such as config.new_field or gsheets.orders.", None),
        ("At https://api.example.com/v1 or .sandbox/a_b.sqlite3.", None),
        ("It is. A change of this alone sends nothing: it holds later. So.", "it is. So"),
    ],
)
def test_a_description_is_a_part_of_a_sentence(described: str, expected: str | None) -> None:
    marked = {
        "Such as config.new_field or gsheets.orders.": (
            "such as ``config.new_field`` or ``gsheets.orders``"
        ),
        "At https://api.example.com/v1 or .sandbox/a_b.sqlite3.": (
            "at https://api.example.com/v1 or .sandbox/a_b.sqlite3"
        ),
    }

    assert said({**TEXT, "description": described}) == (expected or marked[described])


def test_allowed_values_are_marked_and_the_default_named() -> None:
    rule = {"type": "string", "enum": ["fast", "slow"], "default": "slow"}

    found = said({**rule, "description": "How: fast or slow. Left out means slow."})

    assert found == "how: ``fast`` or ``slow`` (default). Left out means ``slow``"


def test_words_whose_case_means_nothing_are_listed() -> None:
    rule = {**TEXT, "x-enum-ignoring-case": ["ready", "late"]}

    assert said(rule) == "a text. Allowed: ``ready``, ``late``"


def test_keys_and_the_empty_value_are_named() -> None:
    nested = {"type": "object", "description": "All.", "properties": {"a": TEXT, "b_c": TEXT}}

    assert said(nested) == "all. Keys: ``a``, ``b_c``"
    assert said({**TEXT, "x-clearable": True}) == "a text. An empty text clears it"


def test_another_name_in_terraform_is_told() -> None:
    hidden = {"type": "object", "writeOnly": True, "description": "Hidden."}

    assert said(hidden, "config_wo") == "hidden; in Terraform ``config_wo``"
    assert said(TEXT | {"description": "Without config_wo."}, config_wo=hidden) == (
        "without ``secrets``"
    )
