"""Words of a fixed meaning in answers, whatever their spelling.

An API may answer ``paused`` as ``"True"``, and a status in capitals or between blanks: it means the
same, and nobody configures such a word in another spelling to say something else.
"""

from __future__ import annotations

from typing import Any


def word(value: Any) -> str:
    """Return a word as it is compared: in small letters, without blanks at its ends.

    :param value: a text, or a boolean, which is ``true`` or ``false``; null is the empty word
    """
    return "" if value is None else str(value).strip().lower()
