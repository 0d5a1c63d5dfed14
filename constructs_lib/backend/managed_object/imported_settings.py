"""Make a valid configuration of what an import reads.

``terraform plan -generate-config-out`` writes the state of an import as configuration, and then
checks it. What the API answers may be newer than the catalogue of services or than the schema, and
none of that may stop an import.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from constructs_lib import schemas
from constructs_lib.backend.plugin.diagnostics import Diagnostics
from constructs_lib.backend.plugin.planning import checks
from constructs_lib.backend.plugin.values.value import Dynamic, Object
from constructs_lib.schemas import Attribute

_SETTINGS = ("config", "auth", "unchecked")
"""The attributes that are checked against the catalogue."""

REASON = "imported as Fivetran answered it"
"""Why a setting is not checked against the catalogue of services."""


def with_valid_settings(
    state: Object, attributes: dict[str, Attribute], diagnostics: Diagnostics
) -> Object:
    """Return the state of an import with nothing in it that a configuration may not say.

    Settings with which the catalogue finds fault are named in ``unchecked``. An attribute with a
    value that its schema does not allow is left out, with a warning: it stays as it is at Fivetran.
    So is one that a rule allows only together with others, such as an hour for a sync that is not
    a daily one; that has no effect, so no warning is due.

    :param state: the state as it was read
    :param attributes: the attributes of the resource
    """
    from constructs_lib.schemas.rules import settings_at_fault

    result = dict(state)
    for name, attribute in attributes.items():
        if not attribute.read_only and _is_refused(name, attribute, state):
            result[name] = None
            diagnostics.warning(
                f"{name} cannot be managed",
                f"Fivetran answers a value for {name} of connection {state.get('id')} "
                f"({state.get('schema')}) that this version of the provider does not know. It "
                "stays as it is at Fivetran, and is left out of the state. Newer versions of the "
                "provider may know it.",
                (name,),
            )
    at_fault = settings_at_fault(str(state.get("service")), _settings(state.get("config")))
    if at_fault:
        result["unchecked"] = dict.fromkeys(sorted(at_fault), REASON)
    return result | dict.fromkeys(_out_of_place(result, attributes))


def without_secrets(service: str, config: dict[str, Any]) -> dict[str, Any]:
    """Return settings without those that are secret by the catalogue: state holds no secret, and a
    configuration must not have one in ``config``.

    :param service: the service of the connection
    :param config: the settings as the API answers them, which may hold a secret in clear
    """
    facts = schemas.service(service)
    if facts is None or not facts.secrets:
        return config
    from constructs_lib.schemas.rules import secret_places

    places = [path for secret in facts.secrets for path in secret_places(config, secret)]
    result: Any = config
    for path in reversed(places):  # From the end, so that no item moves to another place before.
        result = _without(result, path)
    return dict(result)


def _settings(config: Any) -> dict[str, Any]:
    found = config.value if isinstance(config, Dynamic) else None
    return found if isinstance(found, dict) else {}


def _is_refused(name: str, attribute: Attribute, state: Object) -> bool:
    found = Diagnostics()
    checks.check_schema_rules({name: attribute}, state, found)
    return found.has_errors


def _out_of_place(state: Object, attributes: dict[str, Attribute]) -> set[str]:
    """Return the attributes that a configuration may not have together with the others."""
    from constructs_lib.schemas.rules import HCL, connection_rules

    configured = {name: state.get(name) for name, one in attributes.items() if not one.read_only}
    found = checks.rule_problems(connection_rules(HCL, checks.is_unknown), configured)
    places = {str(problem.path[0]) for problem in found if problem.is_error and problem.path}
    return {name for name in places if attributes[name].optional and name not in _SETTINGS}


def _without(value: Any, path: Sequence[Any]) -> Any:
    first, rest = path[0], path[1:]
    kept = value.copy()
    if rest:
        kept[first] = _without(value[first], rest)
    else:
        del kept[first]
    return kept
