"""What belongs to connections, in each form, and read only where it is asked for."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from constructs_lib.adopt.__main__ import FORMS, main
from constructs_lib.adopt.description import Belonging, Described, Document
from constructs_lib.adopt.python_form import to_python
from constructs_lib.sandbox import Connection, Store
from constructs_lib.sandbox.fivetran.connection_schema.source import KIND, SourceRecord
from constructs_lib.sandbox.fivetran.trust.source import certificate_of, fingerprint_of

CERTIFICATE, KEY = certificate_of("db.example.com"), fingerprint_of("db.example.com")
Adopt = Callable[..., dict[str, str]]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """An account with a connection that trusts both, and one that trusts nothing."""
    monkeypatch.chdir(tmp_path)
    for name in ("FIVETRAN_APIKEY", "FIVETRAN_APISECRET"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("FIVETRAN_API_URL", "sandbox:sandbox.sqlite3")
    at = "2024-01-01T00:00:00.000000Z"
    with Store(Path("sandbox.sqlite3")) as store:
        for name in ("bare", "shop"):
            made = Connection(f"id_{name}", "lake", "github", name, at, {"schema": name})
            if name == "shop":
                # The API does not return the encoded form.
                told = {k: v for k, v in CERTIFICATE.items() if k != "encoded_cert"}
                made.approved = {
                    "certificates": [{"id": "a", **told}],
                    "fingerprints": [{"id": "b", **KEY}],
                }
            with store.transaction() as tables:
                assert tables.insert(made)
        yield store


@pytest.fixture
def adopt(store: Store, capsys: pytest.CaptureFixture[str]) -> Adopt:
    def run(form: str, *arguments: str) -> dict[str, str]:
        assert main(["--form", form, "--out", form, *arguments]) == 0
        found = {path.name: path.read_text() for path in Path(form).iterdir()}
        return {**found, "report": capsys.readouterr().out}

    return run


def test_nothing_is_read_unless_it_is_asked_for(adopt: Adopt, store: Store) -> None:
    found = adopt("hcl")

    assert "certificates" not in found["connections.tf"]
    assert not [e for e in store.journal(0) if e.path.endswith(("certificates", "fingerprints"))]
    assert "2 to import" in found["report"]


def test_resources_are_written_with_their_imports(adopt: Adopt) -> None:
    found = adopt("hcl", "--trust")

    certificates = f"""resource "fivetranops_connection_certificates" "shop" {{
  connection_id = fivetranops_connection.shop.id
  certificates = {{
    "{CERTIFICATE["hash"]}" = ""
  }}
}}
"""
    assert certificates in found["connections.tf"]
    assert f'"{KEY["hash"]}" = "{KEY["public_key"]}"' in found["connections.tf"]
    for kind in ("certificates", "fingerprints"):
        block = f"to = fivetranops_connection_{kind}.shop"
        assert f'import {{\n  {block}\n  id = "id_shop"\n}}\n' in found["imports.tf"]
    assert "4 to import" in found["report"]
    assert "_certificates" not in found["connections.tf"].partition("bare")[2].partition("shop")[0]


def test_a_module_has_the_constructs(adopt: Adopt) -> None:
    text = adopt("python", "--trust")["connections.py"]

    assert "import Connection, ConnectionCertificates, ConnectionFingerprints\n" in text
    calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    made = {
        call.func.id: {word.arg: ast.literal_eval(word.value) for word in call.keywords}
        for call in calls
        if isinstance(call.func, ast.Name)
    }
    assert made["ConnectionCertificates"] == {
        "connection_id": "id_shop",
        "certificates": {CERTIFICATE["hash"]: ""},
        "import_id": "id_shop",
    }
    assert made["ConnectionFingerprints"]["fingerprints"] == {KEY["hash"]: KEY["public_key"]}


def test_entries_have_sections_of_their_own(adopt: Adopt) -> None:
    text = adopt("yaml", "--trust")["connections.yaml"]

    assert (
        f"""
connection_certificates:
  shop:
    connection: shop
    import_id: id_shop
    certificates:
      {quoted(CERTIFICATE["hash"])}: ""

connection_fingerprints:
  shop:
    connection: shop
    import_id: id_shop
    fingerprints:
      {quoted(KEY["hash"])}: {quoted(KEY["public_key"])}
"""
        in text
    )
    assert FORMS["yaml"].imports.findall(text) == [("bare", "id_bare"), ("shop", "id_shop")]


def quoted(text: str) -> str:
    return f'"{text}"'


@pytest.mark.parametrize("form", FORMS)
def test_a_second_run_keeps_what_is_there(adopt: Adopt, form: str) -> None:
    first = adopt(form, "--trust")

    second = adopt(form)

    assert {**second, "report": ""} == {**first, "report": ""}


@pytest.mark.parametrize(
    ("form", "marks"),
    [
        ("hcl", ('"fivetranops_connection_schema" "shop"', '_certificates" "shop"')),
        ("python", ("ConnectionSchema(", "ConnectionCertificates(")),
        ("yaml", ("connection_schemas:", "connection_certificates:")),
    ],
)
def test_schemas_join_what_is_trusted(
    adopt: Adopt, store: Store, form: str, marks: tuple[str, ...]
) -> None:
    record = SourceRecord(None)
    record.reload("PRESERVE")
    with store.transaction() as tables:
        tables.store_document(KIND, "id_shop", record.to_json())
    adopt(form, "--trust")

    found = adopt(form, "--schemas")

    text = "".join(found.values())
    assert [text.count(mark) for mark in marks] == [1, 1]
    assert "should show 1 to import, plus" in found["report"]


def test_the_name_of_a_construct_is_its_own() -> None:
    belonging = Belonging("fivetranops_connection_certificates", {"certificates": {"a": ""}})
    shop = Described("shop", {}, "id_shop", belongings=(belonging,))

    (text,) = to_python(Document((shop, Described("shop_certificates", {}, "id_b")))).values()

    assert '"shop_certificates_",' in text
