"""Plan, apply, deploy and destroy an environment, and ask before anything but the sandbox changes.

usage: ``.venv/bin/python scripts/deploy.py plan|apply|deploy|destroy ENVIRONMENT``

``plan`` writes a plan file and a summary, and ``apply`` applies exactly that file. ``deploy`` and
``destroy`` plan, ask, and apply what was shown; nothing else can apply their plan. The embedded
sandbox is changed without a question, and so is any environment with ``APPROVE=yes``: then the
command line of the CDK does it.

Exit status: 0 done, 1 not done (the message says why), 2 nobody could be asked, 130 after Ctrl-C,
129 after SIGHUP (the terminal was closed) and 143 after SIGTERM.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import run
from toolkits import ROOT, chosen

sys.path.insert(0, str(ROOT))

from plans.plan_file import PlanFile, UnconfirmedPlan
from plans.summary import changes_of, text_of

from constructs_lib.cli import drop_output
from constructs_lib.cli.query import run_program, signals_held
from constructs_lib.cli.waiting import read_line

if TYPE_CHECKING:
    from stacks.settings import Environment

ACTIONS = ("plan", "apply", "deploy", "destroy")
_ASKING = ("deploy", "destroy")
_NOT_ASKED = 2
_ENDING = (signal.SIGTERM, signal.SIGHUP)
_FOR_OWNER = 0o077
_ENVIRONMENTS = ROOT / "stacks" / "environments"


def main() -> int:
    """Run one of the actions; return the exit status."""
    parser = argparse.ArgumentParser(description="Plans, applies, deploys and destroys.")
    parser.add_argument("action", choices=ACTIONS)
    parser.add_argument("environment")
    options = parser.parse_args()
    if sys.stdout is None:
        sys.stderr.write("Nothing was changed: the standard output is closed.\n")
        return 1
    environ = run.without_waiting(run.tools_environment(os.environ), run.has_terminal())
    settings = run.settings_of(options.environment)
    if options.action == "destroy":
        run.refuse_if_protected(settings)
    is_approved = run.is_embedded(settings, environ) or environ.get("APPROVE") == "yes"
    if options.action in _ASKING and not is_approved and not run.has_terminal():
        sys.stderr.write(nobody_to_ask(options.action, settings, environ))
        return _NOT_ASKED
    environ = run.with_variables(settings, environ)
    sys.stderr.write(run.kept_secrets(settings, environ))
    if options.action in _ASKING and is_approved:
        words = (options.action, settings.name, "--auto-approve")
        return run.execute([chosen(environ).name, *words], environ)
    try:
        with _ended_by_signals():
            return _Deploy(settings.name, environ).run(options.action)
    except KeyboardInterrupt as interrupt:
        # The terminal may be gone.
        with suppress(OSError):
            sys.stderr.write("\nInterrupted. Nothing was changed.\n")
        return 128 + (interrupt.number if isinstance(interrupt, _Ended) else signal.SIGINT)


def nobody_to_ask(action: str, settings: Environment, environ: Mapping[str, str]) -> str:
    """Return the message for an action that needs an answer, where there is no terminal."""
    name, missing = settings.name, run.missing_variables(settings, environ)
    reviewed = (
        f"Look at what would change with 'ENVIRONMENT={name} make plan', and apply exactly that "
        f"with 'ENVIRONMENT={name} make apply'; or "
    )
    return (
        f"Nothing was changed: {name} is not the sandbox, so 'make {action}' asks first, and there "
        "is no terminal to ask on.\n"
        f"{reviewed if action == 'deploy' else ''}"
        f"{'s' if action == 'deploy' else 'S'}et APPROVE=yes to {action} it without a question.\n"
        f"{missing}{missing and chr(10)}"
    )


class _Ended(KeyboardInterrupt):
    """A signal that ends the program, such as that of Ctrl-C."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Turn SIGTERM and SIGHUP into an exception, so that no plan is left behind."""
    before = {each: signal.getsignal(each) for each in _ENDING}
    try:
        for number, handler in before.items():
            if handler is not signal.SIG_IGN:
                signal.signal(number, _end)
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(number: int, _frame: FrameType | None) -> None:
    raise _Ended(number)


class _Failed(Exception):
    """A step that failed, and has said why."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def _print(text: str) -> None:
    """Print a text at once.

    :raises _Failed: if nobody takes it, so that nothing is applied that was not shown
    """
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        drop_output()
        with suppress(OSError):
            sys.stderr.write(
                "Nothing was changed, and no plan is kept: it cannot be shown on the standard "
                f"output ({error.strerror}).\n"
            )
        raise _Failed(1) from None


class _Deploy:
    """What is done with one environment."""

    def __init__(self, name: str, environ: Mapping[str, str]) -> None:
        # Terraform leaves out what to type next.
        self._name, self._environ = name, {"TF_IN_AUTOMATION": "1", **environ}
        self._folder = ROOT / "cdktf.out" / "stacks" / name
        files = (_ENVIRONMENTS / "base.yaml", _ENVIRONMENTS / f"{name}.yaml")
        self._plan_file = PlanFile(self._folder, name, (self._folder / "cdk.tf.json", *files))

    def run(self, action: str) -> int:
        """Run an action; return the exit status."""
        try:
            if action == "apply":
                return self._apply_reviewed()
            return self._plan_for_review() if action == "plan" else self._ask_and_apply(action)
        except _Failed as failure:
            return failure.status

    def _plan_for_review(self) -> int:
        try:
            if text := self._plan(self._plan_file.path):
                _print(_NEXT.format(path=self._shown(), command=self._command("apply")))
                self._plan_file.keep(text)
        except BaseException:
            self._plan_file.remove()
            raise
        return 0

    def _ask_and_apply(self, action: str) -> int:
        unconfirmed = UnconfirmedPlan(self._folder)
        destroy = ["-destroy"] if action == "destroy" else []
        try:
            if not self._plan(unconfirmed.path, *destroy):
                return 0
            return self._apply(unconfirmed.path) if self._is_wanted(action) else 1
        finally:
            unconfirmed.remove()

    def _plan(self, path: Path, *options: str) -> str:
        """Write a plan to a file, and show its summary; return it, empty if nothing changes."""
        self._synthesise()
        self._plan_file.remove()
        UnconfirmedPlan(self._folder).remove()
        self._call("init", "-input=false")
        self._show("plan", "-input=false", f"-out={path.name}", *options, umask=_FOR_OWNER)
        changes = changes_of(json.loads(self._call("show", "-json", path.name)))
        text = text_of(changes, self._name)
        _print(f"\n{text}")
        if not changes:
            path.unlink()
            return ""
        return text

    def _is_wanted(self, action: str) -> bool:
        _print(f"\n{action.capitalize()} {self._name} like this? Type yes to do it: ")
        answer = ""
        with suppress(OSError):  # The terminal is gone.
            answer = read_line(sys.stdin)
        if answer.strip() == "yes":
            return True
        line_break = "" if answer.endswith("\n") else "\n"
        _print(f"{line_break}Nothing was changed: only the answer 'yes' counts.\n")
        return False

    def _apply_reviewed(self) -> int:
        if problem := self._plan_file.problem():
            sys.stderr.write(
                f"Nothing was changed: {problem}. Run '{self._command('plan')}', look at what it "
                "shows, and try again.\n"
            )
            return 1
        try:
            return self._apply(self._plan_file.path)
        finally:
            self._plan_file.remove()

    def _apply(self, path: Path) -> int:
        """Apply a plan, which the caller deletes whatever comes of it: it is of use only once."""
        try:
            self._show("apply", "-input=false", path.name)
        except _Failed as failure:
            sys.stderr.write(
                "The plan was applied only in part, and has been deleted. "
                f"'{self._command('plan')}' shows what is left to do.\n"
            )
            return failure.status
        return 0

    def _synthesise(self) -> None:
        python = str(chosen(self._environ).python)
        done = subprocess.run([python, "-m", "stacks"], cwd=ROOT, env=self._environ, check=False)  # noqa: S603 (our own command)
        if done.returncode:
            raise _Failed(done.returncode)

    def _show(self, action: str, *arguments: str, umask: int = -1) -> None:
        """Run Terraform, which shows what it does.

        :raises KeyboardInterrupt: if a signal came while it planned
        """
        plain = [] if sys.stdout.isatty() and not self._environ.get("NO_COLOR") else ["-no-color"]
        command = [self._terraform(), action, *plain, *arguments]
        with signals_held(is_apart=True) as held:
            status = run_program(command, self._folder, self._environ, umask, is_apart=True)
        if held and action == "plan":
            raise _Ended(held[0])
        if status:
            raise _Failed(status)

    def _call(self, *arguments: str) -> str:
        """Run Terraform; return what it printed, or show it if it fails."""
        done = subprocess.run(  # noqa: S603 (a program that was looked up)
            [self._terraform(), *arguments],
            cwd=self._folder,
            env=self._environ,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode:
            sys.stderr.write(done.stdout)
            raise _Failed(done.returncode)
        return done.stdout

    def _terraform(self) -> str:
        name = self._environ.get("TERRAFORM_BINARY_NAME") or "terraform"
        program = shutil.which(name, path=self._environ["PATH"])
        if program is None:
            sys.stderr.write(f"{name} is not on the PATH. Run 'make doctor'.\n")
            raise _Failed(1)
        return program

    def _command(self, action: str) -> str:
        prefix = "" if self._name == "sandbox" else f"ENVIRONMENT={self._name} "
        return f"{prefix}make {action}"

    def _shown(self) -> Path:
        return self._plan_file.path.relative_to(ROOT)


_NEXT = """
The plan is in {path}, with this summary. It may contain confidential
values: only you can read it, git ignores it, and applying it deletes it.
To apply exactly this plan: {command}
"""


if __name__ == "__main__":
    sys.exit(main())
