"""The tables of the provider name each class that has a schema of the provider."""

from __future__ import annotations

from pathlib import Path

import provider_registry
import pytest

from constructs_lib import schemas
from constructs_lib.backend.fivetran.provider import FivetranOps


def test_the_tables_are_fresh() -> None:
    assert provider_registry.main(["--check"]) == 0


def test_stale_tables_are_refused_until_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = provider_registry.PROVIDER.read_text()
    file = tmp_path / "provider.py"
    file.write_text(text.replace(".connect_card.resource:ConnectCardResource", ".gone:Gone"))
    monkeypatch.setattr(provider_registry, "PROVIDER", file)
    monkeypatch.setattr(provider_registry, "ROOT", tmp_path)

    assert provider_registry.main(["--check"]) == 1
    assert "stale: provider.py; run" in capsys.readouterr().err
    assert provider_registry.main([]) == 0
    assert file.read_text() == text


def test_the_provider_has_each_schema_of_its_name() -> None:
    provider = FivetranOps()
    found = {
        "": provider.resources,
        "data.": provider.data_sources,
        "ephemeral.": provider.ephemeral_resources,
        "list.": provider.list_resources,
        "action.": provider.actions,
    }

    known = {prefix + name for prefix, several in found.items() for name in several}
    assert known == {name for name in schemas.names() if "fivetranops_" in name}
    for prefix, several in found.items():
        for name, made in several.items():
            assert made.schema.name == prefix + name
