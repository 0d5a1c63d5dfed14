"""How a message has to be worded: complete, and in plain English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from pages.messages.collect import Message

UNWANTED: Final = (
    "stands",
    "beside",
    "anew",
    "mend",
    "mended",
    "of before",
    "held against",
    "is said",
    "is told",
    "that be",
    "what is said of",
    "the way to",
    "take over",
    "takes over",
    "taken over",
    "took over",
    "was told",
    "put back",
    "puts back",
    "small letters",
    "without telling",
    "asked for again",
    "goes on by itself",
)
"""Words that a native engineer would not use; a message says the same in other ones."""

_UNWANTED: Final = re.compile(rf"\b(?:{'|'.join(UNWANTED)})\b", re.IGNORECASE)
_END_OF_TEXT: Final = (".", "?", "…", "]", ")")
"""How the detail of a diagnostic ends: a sentence, a value, or one of several texts."""


def problems(message: Message) -> Iterator[str]:
    """Yield what is wrong with the wording of a message."""
    texts = (message.title, message.text, message.allowed, message.remedy)
    for found in _UNWANTED.findall(" ".join(texts)):
        yield f"{found!r} is not plain English"
    if message.kind == "diagnostic":
        yield from _of_diagnostic(message)
    elif message.kind == "failure":
        yield from _of_failure(message)
    elif message.kind == "finding":
        yield from _of_finding(message)


def _of_diagnostic(message: Message) -> Iterator[str]:
    if message.title.endswith("."):
        yield "the summary ends with a full stop"
    if not message.text:
        yield "there is no detail: say where it is, and what to do next"
    elif not message.text.rstrip().endswith(_END_OF_TEXT):
        yield "the detail does not end like a sentence"


def _of_failure(message: Message) -> Iterator[str]:
    if message.text.endswith("."):
        yield "the text ends with a full stop, although a sentence goes on after it"
    if not message.remedy.endswith(_END_OF_TEXT):
        yield "there is no remedy, or it is no sentence"


def _of_finding(message: Message) -> Iterator[str]:
    if not message.text or not message.allowed:
        yield "it does not say what was found, or what is allowed"
    for text in (message.text, message.allowed, message.remedy):
        if re.search(r"[a-z]\.$", text):
            yield "a part of a finding is no sentence, so it has no full stop"
