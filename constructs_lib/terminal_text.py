"""Text from outside made safe for a terminal: characters that would steer it become escapes.

A response of an API, a header, a file or an environment variable may hold any character. ESC begins
commands of a terminal, a lone carriage return overwrites the line, and the controls of
bidirectional text change the order in which text is shown.
"""

from typing import Final

_KEPT: Final = "\n\t"
_CONTROLS: Final = (*range(0x20), *range(0x7F, 0xA0))
"""C0, DEL and C1."""
_DIRECTIONS: Final = (0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_LINES: Final = (0x2028, 0x2029)
_ESCAPES: Final = {
    **{code: f"\\x{code:02x}" for code in _CONTROLS if chr(code) not in _KEPT},
    **{code: f"\\u{code:04x}" for code in (*_DIRECTIONS, *_LINES)},
}


def escape_controls(text: str) -> str:
    """Return a text in which each control character is shown by its number, as Python writes it.

    Line breaks and tabs stay what they are; one of two characters becomes a plain one.
    """
    return text.replace("\r\n", "\n").translate(_ESCAPES)


def escape_controls_in_line(text: str) -> str:
    """Return a text as :func:`visible` does, in one line."""
    return escape_controls(" ".join(text.splitlines()))
