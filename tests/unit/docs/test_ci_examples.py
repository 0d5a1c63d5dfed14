"""The examples of continuous integration have the shape that their services read.

What their commands do is in ``acceptance/package/test_package_in_ci.py``. No service of theirs runs
here, so that this is what is known of their formats.
"""

from __future__ import annotations

import re
from typing import Any

from ci_examples import CI, REQUIREMENTS, atlantis, dockerfile, github, gitlab

from constructs_lib.version import __version__

JOB_KEYS = {"if", "needs", "runs-on", "permissions", "environment", "env", "steps"}
STEP_KEYS = {"name", "uses", "with", "run", "if", "env", "working-directory"}
ACTIONS = {
    "actions/checkout": set(),
    "actions/setup-python": {"python-version", "cache"},
    "actions/setup-node": {"node-version"},
    "hashicorp/setup-terraform": {"terraform_version", "terraform_wrapper"},
    "actions/upload-artifact": {"name", "path", "if-no-files-found", "retention-days"},
    "actions/download-artifact": {"name", "path"},
}
"""The actions that the workflow uses, with the inputs that it gives to them."""
GITLAB_JOB_KEYS = {
    *("extends", "stage", "rules", "script", "before_script", "artifacts", "needs"),
    *("environment", "resource_group"),
}
INSTRUCTIONS = {"FROM", "ARG", "RUN", "COPY", "ENV", "USER"}


def steps(job: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = github()["jobs"][job]["steps"]
    return found


def uses(step: dict[str, Any]) -> str:
    return str(step.get("uses", "")).partition("@")[0]


def test_the_workflow_has_known_keys() -> None:
    workflow = github()

    assert set(workflow) == {"name", "on", "permissions", "concurrency", "env", "jobs"}
    assert set(workflow["on"]) == {"pull_request", "push", "schedule"}
    for name, job in workflow["jobs"].items():
        assert set(job) <= JOB_KEYS, name
        assert {job.get("needs", name)} <= set(workflow["jobs"])
        for step in job["steps"]:
            assert set(step) <= STEP_KEYS, step
            assert ("uses" in step) != ("run" in step), step


def test_the_actions_of_the_workflow_are_known() -> None:
    for name in github()["jobs"]:
        for step in steps(name):
            if "uses" in step:
                assert re.fullmatch(r"[\w-]+/[\w-]+@v\d+", step["uses"])
                assert set(step.get("with", {})) == ACTIONS[uses(step)]


def test_the_workflow_may_write_nothing_but_a_comment() -> None:
    workflow = github()

    assert workflow["permissions"] == {"contents": "read"}
    rights = {name: job.get("permissions") for name, job in workflow["jobs"].items()}
    assert rights == {
        "plan": {"contents": "read", "pull-requests": "write"},
        "apply": None,
        "drift": None,
    }


def test_what_is_approved_is_what_is_applied() -> None:
    (kept,) = (step for step in steps("plan") if uses(step) == "actions/upload-artifact")
    (fetched,) = (step for step in steps("apply") if uses(step) == "actions/download-artifact")
    job = github()["jobs"]["apply"]

    assert (job["needs"], job["environment"]) == ("plan", "production")
    assert kept["with"]["name"] == fetched["with"]["name"]
    assert kept["with"]["path"] == f"{fetched['with']['path']}/plan.tfplan"
    assert kept["if"] == job["if"] == "github.event_name == 'push'"
    assert steps("apply")[-1]["run"].splitlines()[-1] == "terraform apply -no-color plan.tfplan"


def test_each_job_has_the_secrets_of_its_environment() -> None:
    workflow = github()

    # Those of an environment, which may differ, are not there before the job has one.
    assert "secrets." not in str(workflow["env"])
    (secrets,) = {tuple(job["env"].items()) for job in workflow["jobs"].values()}
    assert all(value.startswith("${{ secrets.") for _, value in secrets)


def test_the_comment_is_of_a_pull_request_alone() -> None:
    (comment,) = (step for step in steps("plan") if step.get("name") == "Comment")

    assert comment["if"] == "github.event_name == 'pull_request'"
    assert set(comment["env"]) == {"GH_TOKEN", "NUMBER"}


def test_the_jobs_of_the_workflow_divide_the_events() -> None:
    conditions = {name: job["if"] for name, job in github()["jobs"].items()}

    assert conditions == {
        "plan": "github.event_name != 'schedule'",
        "apply": "github.event_name == 'push'",
        "drift": "github.event_name == 'schedule'",
    }


def test_the_pipeline_has_known_keys() -> None:
    pipeline = gitlab()
    jobs = {name: pipeline[name] for name in pipeline["stages"]}

    assert set(pipeline) == {"stages", "default", "variables", ".stack", *jobs}
    for name, job in jobs.items():
        assert set(job) <= GITLAB_JOB_KEYS, name
        assert (job["stage"], job["extends"]) == (name, ".stack")
        assert all(set(rule) <= {"if", "when"} for rule in job["rules"])
    assert jobs["apply"]["needs"] == ["plan"]


def test_the_pipeline_applies_by_hand_what_it_kept() -> None:
    pipeline = gitlab()

    (rule,) = pipeline["apply"]["rules"]
    assert rule["when"] == "manual"
    assert pipeline["apply"]["environment"] == {"name": "production"}
    (kept,) = pipeline["plan"]["artifacts"]["paths"]
    assert kept == f"{pipeline['variables']['STACK']}/plan.tfplan"
    assert pipeline["plan"]["artifacts"]["access"] == "developer"
    assert pipeline["apply"]["script"][-1] == "terraform apply -no-color plan.tfplan"


def test_atlantis_finds_project_and_workflow() -> None:
    configuration = atlantis()

    (project,) = configuration["projects"]
    assert set(configuration) == {"version", "projects", "workflows"}
    assert configuration["version"] == 3
    assert set(project) == {"name", "dir", "workflow", "autoplan", "apply_requirements"}
    assert set(project["apply_requirements"]) <= {"approved", "mergeable", "undiverged"}
    assert set(configuration["workflows"]) == {project["workflow"]}
    workflow = configuration["workflows"][project["workflow"]]
    assert set(workflow) == {"plan", "apply"}
    assert all(set(step) == {"run"} for each in workflow.values() for step in each["steps"])


def test_no_example_holds_a_secret() -> None:
    named = re.compile(r"(?i)(key|secret|token|password)\w*[:=] *(\S+)")
    for path in (CI / "github" / "connections.yaml", CI / "gitlab" / ".gitlab-ci.yml"):
        for _, value in named.findall(path.read_text(encoding="utf-8")):
            assert value.startswith(("${{", "$")), f"{path.name}: {value}"


def test_each_copy_of_the_image_has_its_source() -> None:
    stages: set[str] = set()
    for line in dockerfile():
        assert line.name in INSTRUCTIONS, line
        if line.name == "FROM":
            stages.add(line.stage)
        if line.name == "COPY":
            source, _ = line.arguments.split()[-2:]
            origin = re.match(r"--from=(\w+) ", line.arguments)
            assert origin[1] in stages if origin else (CI / source).is_file()
    assert stages == {"terraform", "node", "ci", "hcp"}


def test_the_examples_are_of_this_version() -> None:
    lines = REQUIREMENTS.read_text(encoding="utf-8").splitlines()

    assert lines[0] == f"connections-as-code[cdktf]=={__version__}"
    assert gitlab()["default"]["image"].endswith(f"-ci:{__version__}")
