"""An ephemeral resource that does what a test says, and the calls about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import tfplugin6_pb2 as pb
from plugin_samples import SCHEMA, Sample, Scripted, message, thing

from constructs_lib.backend.plugin.diagnostics import Diagnostics
from constructs_lib.backend.plugin.protocol.dispatcher import dispatch
from constructs_lib.backend.plugin.protocol.session import Session
from constructs_lib.backend.plugin.resource import EphemeralResource, Opened, Operation
from constructs_lib.backend.plugin.values.value import Dynamic, Object

CONFIG = thing(name="one", config=Dynamic.of({"a": 1}))
LATER = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(days=1)


class Key(EphemeralResource):
    """An ephemeral resource that does what a test says."""

    schema = SCHEMA

    def __init__(self, **script: Callable[..., Any]) -> None:
        self._script = script

    def validate(self, config: Object, diagnostics: Diagnostics) -> None:
        self._script.get("validate", lambda *_: None)(config, diagnostics)

    def open(self, config: Object, operation: Operation) -> Opened:
        return self._script.get("open", lambda *_: Opened({}))(config, operation)

    def renew(self, operation: Operation) -> datetime | None:
        return self._script.get("renew", super().renew)(operation)

    def close(self, operation: Operation) -> None:
        self._script.get("close", super().close)(operation)


def ask(key: EphemeralResource, name: str, **fields: Any) -> Any:
    provider = Sample(Scripted())
    provider.ephemeral_resources = {"toy_thing": key}
    kind = getattr(pb, name)
    data = dispatch(Session(lambda: provider), name, kind.Request(**fields).SerializeToString())
    return kind.Response.FromString(data)


def opened(key: EphemeralResource, config: Object = CONFIG) -> Any:
    return ask(key, "OpenEphemeralResource", type_name="toy_thing", config=message(config))


def opening(*result: Any) -> Key:
    return Key(open=lambda config, operation: Opened(*result))


def renewed(key: EphemeralResource, private: bytes = b"") -> Any:
    return ask(key, "RenewEphemeralResource", type_name="toy_thing", private=private)


def validate(key: EphemeralResource, config: Object) -> Any:
    given = message(config)
    return ask(key, "ValidateEphemeralResourceConfig", type_name="toy_thing", config=given)


def holds_nothing(response: Any) -> bool:
    return response.result.msgpack == b"" and not response.HasField("private")
