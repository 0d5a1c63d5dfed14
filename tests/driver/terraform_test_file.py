"""A test file for ``terraform test``, and what running it prints."""

from __future__ import annotations

from workspace import Workspace


def run(name: str, condition: str = "", *lines: str, words: str = "no") -> str:
    """A run of a test file, which applies and then asserts a condition, if it has one.

    :param lines: further lines, such as ``command = plan``
    :param words: what the assertion says when it does not hold
    """
    check = f'assert {{\n condition = {condition}\n error_message = "{words}"\n }}'
    inside = "\n".join([*lines, check] if condition else lines)
    return f'run "{name}" {{\n{inside}\n}}\n'


def outcome(terraform: Workspace, stack: str, *tests: str, ok: bool = True) -> str:
    """What ``terraform test`` prints of a stack, which holds no traceback.

    :param tests: the parts of the test file
    :param ok: False if the tests are to fail
    """
    terraform.write(stack)
    (terraform.directory / "stack.tftest.hcl").write_text("".join(tests))
    output = terraform.run("test", ok=ok)
    assert "Traceback" not in output
    return output
