"""The sandbox of Elastic's API inside a process: a transport of ``requests``.

::

    with requests.Session() as session:
        session.mount("sandbox://elastic", ElasticAdapter("elastic.db"))
        session.get("sandbox://elastic/_connector/sandbox_wiki")
"""

from __future__ import annotations

from pathlib import Path

from constructs_lib.sandbox.adapter import ApiAdapter
from constructs_lib.sandbox.clock import Clock, utc_now
from constructs_lib.sandbox.elastic.api import ElasticApi
from constructs_lib.sandbox.elastic.credentials import ElasticCredentials
from constructs_lib.sandbox.elastic.store import ElasticStore


class ElasticAdapter(ApiAdapter):
    """Answers the requests of a session from an embedded sandbox.

    Many threads may use one adapter, and many processes one file, but an adapter must not be used
    across a fork. Closing the session closes it.

    :param database: the SQLite file; None keeps all in memory, for this adapter alone
    :param credentials: what is accepted
    :param anonymous: True also answers who shows no credentials at all: whoever may open the file
        needs no key to it. Wrong ones are refused all the same.
    :param now: the clock; tests give their own
    :raises SandboxError: if the file cannot be used
    """

    def __init__(
        self,
        database: str | Path | None,
        *,
        credentials: ElasticCredentials | None = None,
        anonymous: bool = True,
        now: Clock = utc_now,
    ) -> None:
        self.store = ElasticStore(database, now)
        api = ElasticApi(self.store, credentials, anonymous=anonymous)
        super().__init__(api, self.store.close)
