"""The prepared responses about the schemas are what the providers would answer."""

from __future__ import annotations

from pathlib import Path

import prepared_schemas
import pytest

from constructs_lib.backend import fivetran


def test_the_prepared_schemas_are_fresh() -> None:
    assert prepared_schemas.main(["--check"]) == 0


@pytest.mark.parametrize("name", ["SCHEMAS", "IDENTITIES"])
def test_stale_schemas_are_refused_until_written(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / f"{name.lower()}.bin"
    file.write_bytes(Path(getattr(fivetran, name)).read_bytes() + b"\0")
    monkeypatch.setattr(fivetran, name, str(file))

    assert prepared_schemas.main(["--check"]) == 1
    assert f"{file.name} is stale" in capsys.readouterr().err
    assert prepared_schemas.main([]) == 0
    assert prepared_schemas.main(["--check"]) == 0
