"""One project with every form of secret: none of them may be found in what its runs leave behind.

The environment of the processes is not searched: it is how the secrets come in.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from canaries import FIRST, MARKER, SECOND, variables
from echoing_api import MANNERS
from echoing_server import Served
from hunter import Hunter, files
from secret_project import ROOT, Done, Project, watching

pytestmark = [pytest.mark.cdktf, pytest.mark.terraform]

REPEATED = {"a page", "cut short"}
"""Answers after which the request is sent again, until the time limit is over."""


def succeeded(done: Done) -> bytes:
    assert done.status == 0, done.output.decode()[-4000:]
    return done.output


def journal(database: Path) -> bytes:
    """The journal of the sandbox as its command prints it, in both forms."""
    command = [sys.executable, "-m", "constructs_lib.sandbox", "journal", "--database"]
    forms = ([*command, str(database)], [*command, str(database), "--json"])
    runs = [subprocess.run(form, cwd=ROOT, capture_output=True, check=True) for form in forms]
    return b"".join(run.stdout + run.stderr for run in runs)


def states(project: Project) -> dict[str, bytes]:
    found = {**files(project.folder, without=("cdktf.out",)), **files(project.stack)}
    return {name: data for name, data in found.items() if "tfstate" in name}


def test_no_run_leaves_a_secret_anywhere(project: Project, served: Served) -> None:
    first, second = variables(FIRST), variables(SECOND)
    places: dict[str, bytes] = {}

    with watching() as watched:
        places["synth"] = succeeded(project.cdktf("synth", **first))
        places["diff"] = succeeded(project.cdktf("diff", **first))
        places |= {f"planned {name}": data for name, data in files(project.folder).items()}
        places["deploy"] = succeeded(project.cdktf("deploy", "--auto-approve", **first))
        places["rotate"] = succeeded(project.cdktf("deploy", "--auto-approve", **second))
        for manner in MANNERS:
            served.api.manner = manner
            done = project.terraform("apply", "-input=false", "-auto-approve", **first)
            assert (done.status == 0) is (manner == "setup tests"), done.output.decode()[-4000:]
            places[f"answer: {manner}"] = done.output
        served.api.manner = None
        places["plan"] = succeeded(project.terraform("plan", "-out=again.plan", **second))
        places["state"] = succeeded(project.terraform("show", "-json"))

    places |= files(project.folder) | files(project.home)
    places["journal"] = journal(served.database)
    places |= files(served.database.parent, without=("project", "home"))
    places["processes"] = "\n".join(watched.seen).encode()
    assert Hunter().hunt(places) == {}
    assert_everything_was_searched(places, states(project), served)


def assert_everything_was_searched(
    places: dict[str, bytes], states: dict[str, bytes], served: Served
) -> None:
    """What is no secret was found in each kind of place."""
    kinds = {
        "state": [data for name, data in states.items() if name.endswith(".tfstate")],
        "backup": [data for name, data in states.items() if name.endswith(".backup")],
        "plan of the CLI": [d for name, d in places.items() if name.endswith("/plan!tfplan")],
        "plan of terraform": [
            d for name, d in places.items() if name.endswith("again.plan!tfplan")
        ],
        "cdktf.out": [d for name, d in places.items() if name.endswith("cdk.tf.json")],
        "log of the CLI": [data for name, data in places.items() if name.endswith("cdktf.log")],
    }
    missing = {kind for kind, found in kinds.items() if MARKER.encode() not in b"".join(found)}
    by_itself = ("diff", "deploy", "rotate", "plan", "state", "trace.log", "journal")
    missing |= {place for place in by_itself if MARKER.encode() not in places[place]}
    missing |= {manner for manner in MANNERS if b"(hidden)" not in places[f"answer: {manner}"]}
    missing -= {*REPEATED, "no JSON"}
    # The newest Terraform is a library that a script runs.
    programs = (b"cdktf", rb"terraform(\.so)? apply", rb"constructs_lib\.backend\.__main__")
    missing |= {name.decode() for name in programs if not re.search(name, places["processes"])}
    assert missing == set()
    assert served.api.told >= len(MANNERS)
