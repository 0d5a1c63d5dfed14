"""Parameters that were checked before the constructs get them, such as those of settings files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_ARE_CHECKED: ContextVar[bool] = ContextVar("the parameters are checked", default=False)


@contextmanager
def parameters_checked() -> Iterator[None]:
    """Make constructs whose parameters were checked before, by the same rules.

    A reader of files reports mistakes better, because it knows their places. Parameters that are
    set later are checked as always, and so are meta-arguments and the rules of the stack.
    """
    token = _ARE_CHECKED.set(True)
    try:
        yield
    finally:
        _ARE_CHECKED.reset(token)


def are_parameters_checked() -> bool:
    """Return whether the construct that is being made can rely on its parameters."""
    return _ARE_CHECKED.get()
