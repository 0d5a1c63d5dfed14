"""States of Fivetran's own provider, as Terraform stores them, and blocks that move them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

SOURCE = "registry.terraform.io/fivetran/fivetran"
CANARY = "canary-of-a-move"
LINEAGE = "00000000-0000-0000-0000-000000000001"


def connection(identifier: str, service: str, config: Mapping[str, Any] | None, **more: Any) -> Any:
    """The attributes of a ``fivetran_connection``: ``config`` is one text."""
    return {
        "id": identifier,
        "name": None,
        "service": service,
        "group_id": "sandbox_warehouse",
        "connected_by": "user",
        "created_at": "2026-11-28 21:02:49 +0000 UTC",
        "config": None if config is None else json.dumps(config),
        "data_delay_threshold": 0,
        "run_setup_tests": None,
        "trust_certificates": None,
        "trust_fingerprints": None,
        "destination_schema": None,
        **more,
    }


def connector(identifier: str, service: str, config: Mapping[str, Any] | None, **more: Any) -> Any:
    """The attributes of a ``fivetran_connector``: ``config`` is an object, mostly of nulls."""
    full = None if config is None else {"account": None, "adobe_accounts": [], **config}
    made = connection(identifier, service, None, auth=None, timeouts=None, **more)
    return {**made, "config": full}


class Stored(NamedTuple):
    """One instance in a state."""

    type_name: str
    name: str
    attributes: Mapping[str, Any]
    version: int = 1
    module: str = ""
    key: str | int | None = None
    more: Mapping[str, Any] = {}
    """Further keys of the instance in a state file, such as ``status``."""
    source: str = SOURCE


def state_file(objects: Sequence[Stored]) -> dict[str, Any]:
    """A state file with some objects."""
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for each in objects:
        resource = {"mode": "managed", "type": each.type_name, "name": each.name}
        resource |= {"provider": f'provider["{each.source}"]', "instances": []}
        resource |= {"module": each.module} if each.module else {}
        made = {"schema_version": each.version, "attributes": dict(each.attributes)}
        made |= {"sensitive_attributes": []} | dict(each.more)
        made |= {} if each.key is None else {"index_key": each.key}
        place = (each.module, each.type_name, each.name)
        found.setdefault(place, resource)["instances"].append(made)
    return _file(list(found.values()))


def _file(resources: list[dict[str, Any]]) -> dict[str, Any]:
    head = {"version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": LINEAGE}
    return {**head, "outputs": {}, "resources": resources}


def schedule(identifier: str | None, **more: Any) -> dict[str, Any]:
    """The attributes of a ``fivetran_connector_schedule``: all of them are texts."""
    nothing = dict.fromkeys(("group_id", "connector_name", "daily_sync_time", "schedule"))
    given = {"paused": "false", "pause_after_trial": "false", "sync_frequency": "360"}
    return {
        "id": identifier,
        "connector_id": identifier,
        **nothing,
        **given,
        "schedule_type": "auto",
        **more,
    }


def settings(
    identifier: str, config: Mapping[str, Any] | None, auth: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The attributes of a ``fivetran_connection_config``: its objects are texts."""
    return {
        "id": identifier,
        "connection_id": identifier,
        "config": None if config is None else json.dumps(config),
        "auth": None if auth is None else json.dumps(auth),
        "run_setup_tests": True,
        "trust_certificates": None,
        "trust_fingerprints": None,
    }


def write_state(
    directory: Path, type_name: str, instances: Mapping[str, Any], version: int, **more: Any
) -> None:
    """Writes a state with resources of one type.

    :param instances: the attributes by the name of the resource; a list for ``count``
    :param more: further keys of each instance, such as ``status``
    """
    resources = []
    for name, attributes in instances.items():
        listed = attributes if isinstance(attributes, list) else [attributes]
        made = [
            {"schema_version": version, "attributes": each, "sensitive_attributes": [], **more}
            | ({"index_key": index} if isinstance(attributes, list) else {})
            for index, each in enumerate(listed)
        ]
        address = f'provider["{SOURCE}"]'
        resource = {"mode": "managed", "type": type_name, "name": name, "provider": address}
        resources.append({**resource, "instances": made})
    state = _file(resources)
    (directory / "terraform.tfstate").write_text(json.dumps(state))


def moved(type_name: str, name: str = "orders") -> str:
    """The block that moves a resource to the ``fivetranops_connection`` of the same name."""
    return f"""
moved {{
  from = {type_name}.{name}
  to   = fivetranops_connection.{name}
}}
"""
