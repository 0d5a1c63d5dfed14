"""States of Fivetran's own provider, as Terraform stores them, and blocks that move them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from official_provider import SOURCE

CANARY = "canary-of-a-move"


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
    state = {
        "version": 4,
        "terraform_version": "1.11.4",
        "serial": 1,
        "lineage": "00000000-0000-0000-0000-000000000001",
        "outputs": {},
        "resources": resources,
    }
    (directory / "terraform.tfstate").write_text(json.dumps(state))


def moved(type_name: str, name: str = "orders") -> str:
    """The block that moves a resource to the ``fivetranops_connection`` of the same name."""
    return f"""
moved {{
  from = {type_name}.{name}
  to   = fivetranops_connection.{name}
}}
"""
