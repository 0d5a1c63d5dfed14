"""States that released versions of the provider wrote load in this one, and plan nothing.

The files in ``states/`` are never edited, only added to: they stand for what lies in the buckets of
users. A new version of the form of a state gets a folder of its own (``record_states.py``), and a
line in ``RECORDED``.
"""

from __future__ import annotations

import base64
import hashlib
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from terraform_core import Core, Stored
from terraform_values import Dyn, exact, literal

from constructs_lib.backend.fivetran.provider import FivetranOps

STATES = Path(__file__).with_name("states")
RECORDED = {
    "0": "5021c2409c1b4f7f0ac0705ab4ade359a96c158374dd4cb4ffebbe22251814cc",
}
"""For each version of the form: the digest of the state that was recorded."""
RESOURCES = ("fivetranops_connection", "fivetranops_connection_state")
DYNAMIC = ("config", "config_wo", "auth", "auth_wo", "state")


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the recording, because the digests of the secrets are made under them. Nothing
    listens at the address: what loads a state and plans asks nobody.
    """
    monkeypatch.setenv("FIVETRAN_APIKEY", "canary-api-key")
    monkeypatch.setenv("FIVETRAN_APISECRET", "canary-api-secret")
    monkeypatch.setenv("FIVETRAN_API_URL", "http://127.0.0.1:9")


@pytest.mark.parametrize("resource", RESOURCES)
@pytest.mark.parametrize("version", RECORDED)
def test_an_old_state_with_its_configuration_plans_nothing(version: str, resource: str) -> None:
    core = loaded(version, resource)

    plan = core.plan(configured(core, version, resource), refresh=False)

    assert plan.differences == set()
    assert plan.replaced == []
    assert plan.warnings == []


@pytest.mark.parametrize("resource", RESOURCES)
@pytest.mark.parametrize("version", RECORDED)
def test_nothing_of_an_old_state_is_lost(version: str, resource: str) -> None:
    stored = json.loads(instance(version, resource).json, parse_float=Decimal)

    state = loaded(version, resource).state()

    assert state is not None
    assert {n: as_python(v) for n, v in state.items() if v is not None} == {
        n: v["value"] if n in DYNAMIC else v for n, v in stored.items() if v is not None
    }


@pytest.mark.parametrize("version", RECORDED)
def test_a_secret_in_an_old_state_is_recognised_as_sent(version: str) -> None:
    core = loaded(version, "fivetranops_connection")
    config = configured(core, version, "fivetranops_connection")

    rotated = core.plan({**config, "config_wo": literal({"role_arn": "other"})}, refresh=False)

    assert rotated.differences == {"secrets_applied"}


@pytest.mark.parametrize("version", RECORDED)
def test_recorded_states_are_never_edited(version: str) -> None:
    recorded = (STATES / version / "terraform.tfstate").read_bytes()

    assert hashlib.sha256(recorded).hexdigest() == RECORDED[version]


def test_every_recorded_version_is_tested() -> None:
    versions = {str(resource.version) for resource in FivetranOps().resources.values()}

    assert {path.name for path in STATES.iterdir()} == set(RECORDED)
    assert versions <= set(RECORDED), "a new version of a state's form needs a recording"


def loaded(version: str, resource: str) -> Core:
    core = Core(FivetranOps, resource)
    core.stored = instance(version, resource)
    return core


def instance(version: str, resource: str) -> Stored:
    document = json.loads((STATES / version / "terraform.tfstate").read_text(encoding="utf-8"))
    (found,) = (one for one in document["resources"] if one["type"] == resource)
    (one,) = found["instances"]
    text = json.dumps(one["attributes"]).encode()
    return Stored(text, base64.b64decode(one["private"]), one["schema_version"])


def configured(core: Core, version: str, resource: str) -> dict[str, Any]:
    text = (STATES / version / "configurations.json").read_text(encoding="utf-8")
    given = json.loads(text, parse_float=Decimal)[resource]
    return core.config({n: literal(v) if n in DYNAMIC else exact(v) for n, v in given.items()})


def as_python(value: Any) -> Any:
    return value.value if isinstance(value, Dyn) else value
