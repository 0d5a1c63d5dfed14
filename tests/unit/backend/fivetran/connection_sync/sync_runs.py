"""Runs of Terraform that begin syncs of one connection, and may be cut off."""

from __future__ import annotations

import shutil
import threading
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, cast

from constructs_lib.backend.fivetran.api import errors
from constructs_lib.backend.fivetran.api.client import Client
from constructs_lib.backend.fivetran.connection_sync import journal
from constructs_lib.backend.fivetran.connection_sync.trigger import SyncBaseline, SyncRequest
from constructs_lib.backend.fivetran.journal.journal import Journal
from constructs_lib.backend.fivetran.provider_data import Account
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.plugin.diagnostics import Diagnostics
from constructs_lib.backend.plugin.resource import Operation

DAY = {"day": "1"}
SYNC = SyncRequest("abc")


class Fivetran:
    """One connection in memory. ``dies`` keeps what is on the disk while the request is sent."""

    address = "https://api.invalid"

    def __init__(self, folder: Path) -> None:
        self.folder, self.account = folder, "account"
        self.time = datetime(2026, 6, 1, tzinfo=timezone.utc)
        self.is_syncing = False
        self.succeeded_at: str | None = None
        self.posts = 0
        self.takes_effect = True
        self.kept: Path | None = None
        self.failure: errors.VendorError | None = None

    def server_time(self) -> datetime:
        return self.time

    def connection(self, identifier: str, deadline: Deadline) -> dict[str, Any]:
        state = "syncing" if self.is_syncing else "scheduled"
        return {
            "schema": "shop",
            "paused": False,
            "succeeded_at": self.succeeded_at,
            "failed_at": None,
            "status": {"sync_state": state, "setup_state": "connected"},
        }

    read_once = connection

    def sync(self, identifier: str, deadline: Deadline, check_effect: Any, *, force: bool) -> None:
        self._post()

    def resync(self, identifier: str, deadline: Deadline, check_effect: Any, scope: Any) -> None:
        self._post()

    def _post(self) -> None:
        self.posts += 1
        if self.kept is not None:
            shutil.copytree(self.folder, self.kept, dirs_exist_ok=True)
        self.is_syncing |= self.takes_effect
        if self.failure is not None:
            raise self.failure


class World:
    """An account, and the runs of Terraform that work with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "journal"
        self.api = Fivetran(self.folder)
        self.private: dict[str, Any] = {}
        """The private state that Terraform has stored."""
        self.warnings: list[str] = []

    def account(self) -> Account:
        return Account(cast(Client, self.api), None, Journal(self.folder))

    def begin(
        self,
        sync_request: SyncRequest = SYNC,
        triggers: Any = DAY,
        *,
        account: Account | None = None,
        saves: bool = True,
        stopping: bool = False,
    ) -> SyncBaseline:
        """One apply; without ``saves``, Terraform dies before it has stored anything."""
        stop = threading.Event()
        if stopping:
            stop.set()
        diagnostics = Diagnostics()
        operation = Operation(None, dict(self.private), stop, diagnostics)
        deadline = Deadline(60, stop)
        baseline = journal.begin(
            account or self.account(), sync_request, triggers, deadline, operation
        )
        self.warnings = [found.summary for found in diagnostics]
        if saves:
            self.private = operation.private
        return baseline

    def invoke(
        self,
        sync_request: SyncRequest = SYNC,
        *,
        ends: BaseException | None = None,
        is_heard: bool = True,
    ) -> SyncBaseline:
        """One invocation of an action.

        :param is_heard: False if Terraform is gone before it hears of the end
        :param ends: what stops the action while it follows the sync
        """
        deadline, diagnostics = Deadline(60), Diagnostics()
        begun = journal.begun_by_action(self.account(), sync_request, deadline, diagnostics)
        with begun as sync:
            self.warnings = [found.summary for found in diagnostics]
            if ends is not None:
                raise ends
        if is_heard:
            sync.forget()
        return sync.baseline

    def die_in_the_request(self, sync_request: SyncRequest = SYNC, *, takes_effect: bool) -> None:
        """A run is killed while it waits for the answer to its request."""
        self.api.kept, self.api.takes_effect = self.folder.parent / "kept", takes_effect
        self.begin(sync_request, saves=False)
        shutil.rmtree(self.folder)
        self.api.kept.rename(self.folder)
        self.api.kept, self.api.takes_effect = None, True

    def refresh(self) -> None:
        operation = Operation(None, self.private, threading.Event(), Diagnostics())
        journal.confirm(self.account(), operation)

    def entries(self) -> list[Path]:
        return list(self.folder.glob("*.sync"))
