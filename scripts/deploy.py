"""Plan, apply, deploy and destroy an environment, and ask before anything but the sandbox changes.

usage: ``.venv/bin/python scripts/deploy.py plan|apply|deploy|destroy ENVIRONMENT``

``plan`` writes a plan file and a summary, and ``apply`` applies exactly that file. ``deploy`` and
``destroy`` plan, ask, and apply what was shown. The embedded sandbox is changed without a question,
and so is any environment with ``APPROVE=yes``: then the command line of the CDK does it.

Exit status: 0 done, 1 not done (the message says why), 2 nobody could be asked, 130 after Ctrl-C.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import run
from toolkits import ROOT, chosen

sys.path.insert(0, str(ROOT))

from plans.plan_file import PlanFile
from plans.summary import changes_of, text_of

from constructs_lib.cli.query import run_program, signals_held

if TYPE_CHECKING:
    from stacks.settings import Environment

ACTIONS = ("plan", "apply", "deploy", "destroy")
_ASKING = ("deploy", "destroy")
_NOT_ASKED = 2
_INTERRUPTED = 130
_FOR_OWNER = 0o077
_ENVIRONMENTS = ROOT / "stacks" / "environments"


def main() -> int:
    """Run one of the actions; return the exit status."""
    parser = argparse.ArgumentParser(description="Plans, applies, deploys and destroys.")
    parser.add_argument("action", choices=ACTIONS)
    parser.add_argument("environment")
    options = parser.parse_args()
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
        return _Deploy(settings.name, environ).run(options.action)
    except KeyboardInterrupt:
        sys.stderr.write("\nInterrupted. Nothing was changed.\n")
        return _INTERRUPTED


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


class _Failed(Exception):
    """A step that failed, and has said why."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


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
            has_changes = self._plan(is_destroy=action == "destroy")
            if action == "plan" or not has_changes:
                return 0
            return self._apply() if self._is_wanted(action) else 1
        except _Failed as failure:
            return failure.status

    def _plan(self, *, is_destroy: bool) -> bool:
        """Write the plan file and its summary; return whether it changes anything."""
        self._synthesise()
        self._plan_file.remove()
        self._call("init", "-input=false")
        destroy = ["-destroy"] if is_destroy else []
        out = f"-out={self._plan_file.path.name}"
        self._show("plan", "-input=false", out, *destroy, umask=_FOR_OWNER)
        document = json.loads(self._call("show", "-json", self._plan_file.path.name))
        changes = changes_of(document)
        text = text_of(changes, self._name)
        sys.stdout.write(f"\n{text}")
        if not changes:
            self._plan_file.remove()
            return False
        self._plan_file.keep(text)
        if not is_destroy:
            sys.stdout.write(_NEXT.format(path=self._shown(), command=self._command("apply")))
        return True

    def _is_wanted(self, action: str) -> bool:
        """Ask; delete the plan unless the answer is yes."""
        sys.stdout.write(f"\n{action.capitalize()} {self._name} like this? Type yes to do it: ")
        sys.stdout.flush()
        try:
            answer = sys.stdin.readline()
        except KeyboardInterrupt:
            self._plan_file.remove()
            raise
        if answer.strip() == "yes":
            return True
        self._plan_file.remove()
        sys.stdout.write("Nothing was changed.\n")
        return False

    def _apply_reviewed(self) -> int:
        if problem := self._plan_file.problem():
            sys.stderr.write(
                f"Nothing was changed: {problem}. Run '{self._command('plan')}', look at what it "
                "shows, and try again.\n"
            )
            return 1
        return self._apply()

    def _apply(self) -> int:
        """Apply the plan file, and delete it whatever comes of it: it is of use only once."""
        try:
            self._show("apply", "-input=false", self._plan_file.path.name)
        except _Failed as failure:
            sys.stderr.write(
                f"The plan was not applied as a whole, and is deleted. '{self._command('plan')}'"
                " shows what is left to do.\n"
            )
            return failure.status
        finally:
            self._plan_file.remove()
        return 0

    def _synthesise(self) -> None:
        python = str(chosen(self._environ).python)
        done = subprocess.run([python, "-m", "stacks"], cwd=ROOT, env=self._environ, check=False)  # noqa: S603 (our own command)
        if done.returncode:
            raise _Failed(done.returncode)

    def _show(self, action: str, *arguments: str, umask: int = -1) -> None:
        """Run Terraform, which shows what it does."""
        plain = [] if sys.stdout.isatty() and not self._environ.get("NO_COLOR") else ["-no-color"]
        command = [self._terraform(), action, *plain, *arguments]
        with signals_held():
            status = run_program(command, self._folder, self._environ, umask=umask)
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
The plan is in {path}, with this summary. It may hold values that are not for
everybody: only you can read it, git ignores it, and it is deleted when it was applied.
Apply exactly this: {command}
"""


if __name__ == "__main__":
    sys.exit(main())
