"""The request journal: what was asked of the sandbox, without any secret.

A test of a provider reads from it which requests were sent, in which order and with which keys.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from constructs_lib import schemas
from constructs_lib.sandbox import checks, exact_json, masking
from constructs_lib.schemas import MASK

_PLAIN = {*checks.CREATE_FIELDS, *checks.UPDATE_FIELDS, "state", "force", "scope"} - {
    "config",
    "auth",
}


class JournalEntry(NamedTuple):
    """One request and the status of its answer."""

    number: int
    """Counts from 1 upward, in the order in which the requests took effect."""
    at: str
    """When it was answered (RFC 3339, UTC)."""
    method: str
    path: str
    """The path, without the query."""
    status: int
    """The status of what took effect, also where a fault kept the answer from its client. 0 if a
    fault dropped the request before it was looked at."""
    body: Any
    """The parsed JSON body with secrets masked; None if there was none or it was not JSON."""
    fault: str | None = None
    """The kind of fault that struck, such as ``reset_after``; None in the ordinary case."""

    @property
    def keys(self) -> tuple[str, ...]:
        """The top-level keys that were sent, sorted."""
        return tuple(sorted(self.body)) if isinstance(self.body, dict) else ()

    @property
    def writes(self) -> bool:
        """True for any method but GET."""
        return self.method != "GET"

    def to_dict(self) -> dict[str, Any]:
        """The entry as JSON shows it, with ``keys``."""
        return {**self._asdict(), "keys": list(self.keys)}


def visible(content: bytes, service: str | None) -> str | None:
    """The JSON text of a body as the journal may show it.

    Secrets of ``config`` are known by the service; without one, every setting counts as secret.
    ``auth`` and unknown fields are masked to the last leaf.

    :param service: the service of the connection, if it is known
    :returns: None if it is not JSON, or nested too deep to look for secrets
    """
    try:
        body = exact_json.loads(content)
        if isinstance(body, dict):
            seen = {key: _visible(key, value, service) for key, value in body.items()}
            return exact_json.dumps(seen)
        return exact_json.dumps(masking.mask_all(body)[0])
    except (ValueError, RecursionError):
        return None


def _visible(key: str, value: Any, service: str | None) -> Any:
    facts = schemas.service(service) if service else None
    if key == "config" and facts and isinstance(value, dict):
        return masking.mask(value, facts.secrets)[0]
    if key in _PLAIN:
        return value
    return masking.mask_all(value)[0] if isinstance(value, (dict, list)) or value is None else MASK
