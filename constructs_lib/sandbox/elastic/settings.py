"""How a sandbox of Elastic's API behaves: kept in its database, so that all processes agree."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from constructs_lib.sandbox import faults
from constructs_lib.sandbox.elastic.faults import ElasticFault
from constructs_lib.sandbox.errors import SandboxError
from constructs_lib.schemas.connector_status import is_strict_version

_FLAVORS = ("default", "serverless")


@dataclass(frozen=True)
class ElasticSettings:
    """The server that a sandbox stands for, and what goes wrong."""

    version: str = "9.1.0"
    """The version of the server, such as ``8.14.3``. 8.13 and 8.14 let no status follow itself, and
    before 9.0 a deletion leaves nothing; all that differs is in ``docs/sandbox.md``."""
    build_flavor: str = "default"
    """``default``, or ``serverless``."""
    manage_connector: bool = True
    """False answers every write with 403, as if the credentials lacked this cluster privilege."""
    clock_ahead_seconds: float = 0.0
    """How far the sandbox's clock is ahead of the real one, in seconds."""
    faults: tuple[ElasticFault, ...] = ()
    """What goes wrong with which request: each an :class:`ElasticFault`, or a mapping with its
    fields. Setting them lets the counting of requests begin anew."""

    @property
    def strict(self) -> bool:
        """True if no status may follow itself. Serverless is always the newest server."""
        return self.build_flavor == "default" and is_strict_version(self.version)

    def at_least(self, major: int, minor: int) -> bool:
        """Return whether the server is of this version or a later one.

        Serverless is always the newest server.
        """
        first, second = self.version.split(".")[:2]
        return self.build_flavor == "serverless" or (int(first), int(second)) >= (major, minor)

    @property
    def major(self) -> int:
        """The first number of the version."""
        return int(self.version.partition(".")[0])

    def changed(self, **values: Any) -> ElasticSettings:
        """These settings with some values replaced.

        :raises SandboxError: if a name or a value is not allowed
        """
        known = {one.name for one in fields(self)}
        if unknown := sorted(set(values) - known):
            raise SandboxError(f"unknown settings: {', '.join(unknown)}")
        if "faults" in values:
            values["faults"] = faults.checked(values["faults"], ElasticFault)
        return _checked(replace(self, **values))

    def to_json(self) -> str:
        """The settings as they are stored."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> ElasticSettings:
        """The settings that :meth:`to_json` wrote."""
        return cls().changed(**json.loads(text))


def _checked(settings: ElasticSettings) -> ElasticSettings:
    version: Any = settings.version
    if not isinstance(version, str) or not re.fullmatch(
        r"\d{1,3}\.\d{1,3}\.\d{1,3}(-\w+)?", version
    ):
        raise SandboxError("version must be one of a server, such as 8.14.3")
    if settings.build_flavor not in _FLAVORS:
        raise SandboxError(f"build_flavor must be {' or '.join(_FLAVORS)}")
    if not isinstance(settings.manage_connector, bool):
        raise SandboxError("manage_connector must be true or false")
    seconds = settings.clock_ahead_seconds
    if type(seconds) not in (int, float) or not 0 <= seconds < 1e9:
        raise SandboxError("clock_ahead_seconds must be a number of seconds, 0 or more")
    return settings
