"""A local stand-in for Fivetran's REST API, for demonstrations and tests.

It keeps the shapes, statuses and rules of the published contract, stores everything in an SQLite
file (or in memory), and keeps a journal of all requests. It stores no secret in clear.

* In a process: mount :class:`SandboxAdapter` on a ``requests`` session for ``sandbox://local``.
* As a server: ``python -m constructs_lib.sandbox serve --port N --database FILE``.

A test makes it hostile: :meth:`Store.configure` takes ``distortions`` (answers that differ from
what was sent, by :data:`DISTORTIONS`) and ``faults`` (lost and broken answers, and events between
two requests, by :data:`FAULT_KINDS`). A server takes both by ``PATCH /_sandbox/settings``, if it
was started with ``--control``.

A stand-in for Elastic's connector API is in :mod:`constructs_lib.sandbox.elastic`.

It connects to nothing, and listens on 127.0.0.1 only.
"""

from constructs_lib.sandbox.common.errors import SandboxError
from constructs_lib.sandbox.common.faults import FAULT_KINDS, Fault
from constructs_lib.sandbox.common.messages import ApiRequest, ApiResponse
from constructs_lib.sandbox.common.server import SandboxServer
from constructs_lib.sandbox.common.store import JournalEntry
from constructs_lib.sandbox.fivetran.api import Api, SandboxAdapter
from constructs_lib.sandbox.fivetran.call import Credentials
from constructs_lib.sandbox.fivetran.distortions import DISTORTIONS
from constructs_lib.sandbox.fivetran.records import Connection, Group
from constructs_lib.sandbox.fivetran.store import Settings, Store

__all__ = [
    "DISTORTIONS",
    "FAULT_KINDS",
    "Api",
    "ApiRequest",
    "ApiResponse",
    "Connection",
    "Credentials",
    "Fault",
    "Group",
    "JournalEntry",
    "SandboxAdapter",
    "SandboxError",
    "SandboxServer",
    "Settings",
    "Store",
]
