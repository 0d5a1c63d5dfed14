"""What an API answers in place of a secret: a run of stars or bullets.

Fivetran's contract shows six asterisks. What counts is that no text that somebody means looks like
it, and that every side of the library recognises the same texts: otherwise a mask of another length
goes into state as if it were the value, and is sent from there.
"""

from __future__ import annotations

import re
from typing import Any

MASK = "******"
"""What Fivetran's contract shows in place of a secret, and what the sandbox answers."""

_SHORTEST = 3
_STARS = "*\u2217\u204e\u22c6\u2605\u2731\ufe61\uff0a"
_BULLETS = "\u00b7\u2022\u2023\u2219\u22c5\u25aa\u25cb\u25cf\u25e6\u26ab\u2981\u2b24\u30fb\uff65"
_MASK = re.compile(f"\\s*[{re.escape(_STARS + _BULLETS)}]{{{_SHORTEST},}}\\s*")


def is_mask(value: Any) -> bool:
    """Return True for a text of stars and bullets alone, three or more: a secret was there.

    :param value: any JSON value; only a text can be a mask
    """
    return isinstance(value, str) and _MASK.fullmatch(value) is not None
