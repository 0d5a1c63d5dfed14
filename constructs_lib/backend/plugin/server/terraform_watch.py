"""Notices that the Terraform which started this process is gone, so that the process ends, too.

A Terraform that is killed says nothing. It may be killed at any time, even while this process
starts, and then no single sign is reliable:

* The parent is another process. This says nothing if Terraform was gone before this process could
  look up its parent: another process has adopted it by then. A parent with id 1 says nothing
  either, because in a container Terraform may be process 1.
* Nobody reads the standard output any more. Terraform does so as long as it lives, but somebody
  else may have started the process with an output other than a pipe.
* Nobody calls. Terraform connects as soon as it has read the line of the handshake, and keeps one
  connection as long as it lives.
"""

from __future__ import annotations

import os
import select
import stat
import time
from collections.abc import Callable

START_LIMIT = 60.0
"""Seconds for Terraform to make its first call. It gives a provider as long for the handshake."""
RECONNECT_LIMIT = 10.0
"""Seconds for Terraform to connect again, after a connection that broke off."""
GRACE = 1200.0
"""Seconds that running operations get to wind down after Terraform is gone: longer than the longest
of them needs to restore what it has changed temporarily."""


class TerraformWatch:
    """A watch over the Terraform that started this process.

    :param parent: the parent of this process, found out as early as possible
    :param output: the descriptor that Terraform reads; None if it reads none
    :param expects_calls: False if whoever calls comes and goes, as in debug mode
    :param now: a clock, in seconds
    :param getppid: tells the parent of this process
    """

    def __init__(
        self,
        parent: int,
        output: int | None = None,
        *,
        expects_calls: bool = True,
        now: Callable[[], float] = time.monotonic,
        getppid: Callable[[], int] = os.getppid,
    ) -> None:
        self._parent, self._output = parent, output
        self._expects_calls = expects_calls
        self._now, self._getppid = now, getppid
        self._was_called = False
        self._alone_since: float | None = now()
        self._gone_since: float | None = None

    def look(self, *, is_called: bool) -> str:
        """Return why Terraform must be gone: once, and an empty text at any other time.

        :param is_called: True if there is a connection over which calls have come
        """
        self._note_callers(is_called)
        if self._gone_since is not None:
            return ""
        reason = self._reason()
        if reason:
            self._gone_since = self._now()
        return reason

    @property
    def is_grace_over(self) -> bool:
        """True if Terraform has been gone for so long that nothing is waited for any more."""
        return self._gone_since is not None and self._now() - self._gone_since >= GRACE

    def _note_callers(self, is_called: bool) -> None:
        self._was_called |= is_called
        if is_called:
            self._alone_since = None
        elif self._alone_since is None:
            self._alone_since = self._now()

    def _reason(self) -> str:
        if self._getppid() != self._parent:
            return "its process has ended"
        if self._output is not None and _has_no_reader(self._output):
            return "nobody reads the standard output"
        if not self._expects_calls or self._alone_since is None:
            return ""
        limit = RECONNECT_LIMIT if self._was_called else START_LIMIT
        if self._now() - self._alone_since < limit:
            return ""
        return f"nobody has been connected for {limit:.0f} s"


def _has_no_reader(descriptor: int) -> bool:
    """Return True for a pipe whose other end is closed: an error on Linux, a hang-up on macOS."""
    try:
        if not stat.S_ISFIFO(os.fstat(descriptor).st_mode):
            return False
        watcher = select.poll()
        watcher.register(descriptor, 0)
        return any(event & (select.POLLERR | select.POLLHUP) for _, event in watcher.poll(0))
    except OSError:
        return False
