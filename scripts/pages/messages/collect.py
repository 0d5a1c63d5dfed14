"""The messages of the product, each with what it tells besides.

A message is found where it is made: a diagnostic of the provider, a failure of an API, a finding of
the checks before synth, or what a command prints as an error. Some are put together of sentences
that other functions choose. Those sentences are collected, too, so that nothing is left out.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from typing import Final, Literal, NamedTuple

from constructs_lib.schemas.sections import sections
from pages.catalogue import ROOT
from pages.messages.sources import Module, base_names, bases, definition, modules
from pages.messages.templates import HOLE, Function, Scope, class_value, template

Kind = Literal["diagnostic", "failure", "finding", "command", "sentence"]

_PROVIDER_ERROR: Final = "ProviderError"
_FAILURE: Final = "VendorError"
_FINDING: Final = {"found", "allowed"}
"""The fields by which the class of a finding is known."""
_PRINTS: Final = {"sys.stderr.write", "parser.error", "SystemExit", "argparse.ArgumentTypeError"}
_LOG: Final = "constructs_lib.backend.plugin"
"""What is printed in there reaches the log of Terraform only, but for ``handshake``."""
_WRITES_NO_SENTENCES: Final = (
    "constructs_lib.sandbox",
    "constructs_lib.adopt.python_form",
    "constructs_lib.schemas.prepared",
)
"""Modules whose texts are answers of a stand-in, or code."""
_FILES: Final = "stacks/settings/checks.py"
_CONSTRUCTS: Final = "constructs_lib/constructs/fivetran/connection_data.py"
_LAUNCHER: Final = "constructs_lib/launchers/launcher.sh"
_PROBLEM: Final = re.compile(r'^problem="([^"]+)"$', re.MULTILINE)
_SHELL_VALUE: Final = re.compile(r"\$\{[^}]*\}|@PROVIDER@")
_HELP: Final = {"help", "description", "epilog"}
_SENTENCE: Final = re.compile(r"^[A-Z…](?:\S+ ){4,}.*\.(?:\s|$)")
"""At least five words, and a full stop."""


class Message(NamedTuple):
    """One message; ``…`` stands for values, and brackets hold alternatives."""

    kind: Kind
    path: str
    """The module that makes it."""
    severity: str
    """``error`` or ``warning``."""
    title: str
    """Of a diagnostic its summary, of a finding its rule, of a failure what it means, else empty.

    The rule of a finding is empty where a table names it.
    """
    text: str
    """What it says: of a finding what was found."""
    allowed: str = ""
    """What is allowed in place of what was found."""
    remedy: str = ""
    """What to do next, where that is a part of its own."""


@cache
def messages() -> tuple[Message, ...]:
    """Return all messages, in the order of the modules; the same message of a module once."""
    whole = [message for module in modules().values() for message in _of_module(module)]
    known = "\n".join(text for message in whole for text in _parts(message))
    sentences = [s for module in modules().values() for s in _sentences(module, known)]
    others = (*_of_launcher(), *_of_sections())
    found = dict.fromkeys([*filter(_says_something, whole), *sentences, *others])
    return tuple(sorted(found, key=lambda message: message.path))


def _of_launcher() -> Iterator[Message]:
    """Yield what the launcher, a script for the shell, tells in place of a handshake."""
    script = (ROOT / _LAUNCHER).read_text(encoding="utf-8").replace("\\\n", "")
    for text in _PROBLEM.findall(script):
        yield Message("command", _LAUNCHER, "error", "", _SHELL_VALUE.sub(HOLE, text))


def _of_sections() -> Iterator[Message]:
    """Yield what is found where a connection has an entry, or a construct, too many."""
    for section in sections().values():
        if section.once is not None:
            rule, what, why = section.once
            found = f"a second {what} for the same connection"
            for path, one in ((_FILES, "entry"), (_CONSTRUCTS, section.construct)):
                allowed = f"one {one} per connection: {why}"
                yield Message("finding", path, "error", rule, found, allowed)


def _parts(message: Message) -> tuple[str, ...]:
    return (message.title, message.text, message.allowed, message.remedy)


def _says_something(message: Message) -> bool:
    """Tell whether a message is more than what another place has put together."""
    told = (message.text, message.allowed) if message.kind == "finding" else (message.text,)
    if message.kind == "diagnostic":
        told = (message.title,)
    return any(letter.isalpha() for text in told for letter in text)


def _of_module(module: Module) -> Iterator[Message]:
    for node, scope in _calls(module):
        yield from _of_call(node, scope)
    for name in module.classes:
        if _FAILURE in base_names(module, name) and name != _FAILURE:
            yield from _of_failure(module, name)


def _calls(module: Module) -> Iterator[tuple[ast.Call, Scope]]:
    """Yield each call of a module, with where it is."""
    waiting: list[tuple[ast.AST, Scope]] = [(module.tree, Scope(module))]
    while waiting:
        node, scope = waiting.pop()
        if isinstance(node, ast.ClassDef):
            scope = scope._replace(owner=node)
        elif isinstance(node, Function):
            scope = scope._replace(function=node)
        elif isinstance(node, ast.Call):
            yield node, scope
        waiting += [(child, scope) for child in reversed(list(ast.iter_child_nodes(node)))]


def _of_call(node: ast.Call, scope: Scope) -> Iterator[Message]:
    called = ast.unparse(node.func)
    path = scope.module.path
    if called.endswith(("diagnostics.error", "diagnostics.warning")):
        summary, detail = _arguments(node, ("summary", "detail"), scope)
        yield Message("diagnostic", path, called.rpartition(".")[2], summary, detail)
    elif called in _PRINTS and _is_seen(scope.module):
        (text,) = _arguments(node, ("text",), scope)
        yield Message("command", path, "error", "", text)
    elif isinstance(node.func, ast.Name) and definition(scope.module, called) is not None:
        yield from _of_class_call(node, called, scope)


def _sentences(module: Module, known: str) -> Iterator[Message]:
    """Yield the sentences in a module that are in no whole message.

    :param known: the texts of all whole messages
    """
    if module.name.startswith(_WRITES_NO_SENTENCES):
        return
    skipped = set(_no_messages(module.tree))
    for node in ast.walk(module.tree):
        if isinstance(node, ast.JoinedStr | ast.Constant) and node not in skipped:
            text = template(node, Scope(module)).strip()
            if _SENTENCE.search(text) and max(text.split(HOLE), key=len).strip() not in known:
                yield Message("sentence", module.path, "", "", text)


def _no_messages(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield the texts that are no messages: docstrings, help, and the parts of other texts."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield from node.values
        elif isinstance(node, ast.keyword) and node.arg in _HELP:
            yield from ast.walk(node.value)


def _is_seen(module: Module) -> bool:
    return not module.name.startswith(_LOG) or module.name.endswith("handshake")


def _of_class_call(node: ast.Call, called: str, scope: Scope) -> Iterator[Message]:
    module = scope.module
    parents = base_names(module, called)
    path = module.path
    if _PROVIDER_ERROR in parents:
        summary, detail = _arguments(node, ("summary", "detail"), scope)
        yield Message("diagnostic", path, "error", summary, detail)
    elif _FAILURE in parents:
        if not _has_own_text(module, called) and node.args:
            yield _failure(module, called, template(node.args[0], scope))
    elif set(fields := _fields(module, called)) >= _FINDING:
        given = dict(zip(fields, _arguments(node, fields, scope), strict=True))
        severity = "warning" if given.get("severity") == "warning" else "error"
        rule, hint = given.get("rule", ""), given.get("hint", "")
        yield Message("finding", path, severity, rule, given["found"], given["allowed"], hint)
    elif "Exception" in parents and node.args and _is_seen(module):
        yield Message("command", path, "error", "", template(node.args[0], scope))


def _arguments(node: ast.Call, names: tuple[str, ...], scope: Scope) -> list[str]:
    """Return the arguments of a call as texts, in the order of the names."""
    given = dict(zip(names, node.args, strict=False))
    given |= {each.arg: each.value for each in node.keywords if each.arg}
    return [template(given.get(name), scope) for name in names]


def _fields(module: Module, called: str) -> tuple[str, ...]:
    """Return the fields of a named tuple; nothing if it is none."""
    for _, node in bases(module, called):
        annotated = [each for each in node.body if isinstance(each, ast.AnnAssign)]
        return tuple(ast.unparse(each.target) for each in annotated)
    return ()


def _has_own_text(module: Module, name: str) -> bool:
    return any(True for _ in _own_texts(module, name))


def _own_texts(module: Module, name: str) -> Iterator[str]:
    """Yield what the class of a failure, or the nearest base that does, makes its text of."""
    for source, node in bases(module, name):
        function = _init(node)
        if function is None:
            continue
        for call in ast.walk(function):
            is_init = isinstance(call, ast.Call) and ast.unparse(call.func) == "super().__init__"
            if isinstance(call, ast.Call) and is_init and len(call.args) == 1:
                yield template(call.args[0], Scope(source, function, node))
        return


def _init(node: ast.ClassDef) -> ast.FunctionDef | None:
    for each in node.body:
        if isinstance(each, ast.FunctionDef) and each.name == "__init__":
            return each
    return None


def _of_failure(module: Module, name: str) -> Iterator[Message]:
    for text in _own_texts(module, name):
        yield _failure(module, name, text)


def _failure(module: Module, name: str, text: str) -> Message:
    found = definition(module, name)
    is_base = found is None or found[1] == _FAILURE
    meaning = None if is_base or found is None else ast.get_docstring(found[0].classes[found[1]])
    return Message(
        "failure",
        module.path,
        "error",
        " ".join((meaning or "").partition("\n\n")[0].split()),
        text,
        remedy=_remedy(module, name),
    )


def _remedy(module: Module, name: str) -> str:
    for source, node in bases(module, name):
        function = _init(node)
        if function is not None:
            for each in ast.walk(function):
                if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == "self.remedy":
                    return template(each.value, Scope(source, function, node))
        value = class_value(node, "remedy")
        if value is not None:
            return template(value, Scope(source, owner=node))
    return HOLE
