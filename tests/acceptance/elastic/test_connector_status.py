"""``elasticops_connector_status`` under the real Terraform, from its first setting to its end."""

from __future__ import annotations

import pytest
from elastic_server import WIKI, ElasticSandbox, put
from scenario import Scenario

STATUS = "elasticops_connector_status.wiki"


def status(value: str, *more: str, of: str = f'"{WIKI}"') -> str:
    """The resource with this status, in quotes, and further lines."""
    lines = "\n".join(more)
    return (
        'resource "elasticops_connector_status" "wiki" {\n'
        f"connector_id = {of}\nstatus = {value}\n{lines}\n}}\n"
    )


@pytest.mark.launched
def test_set_change_and_forget(terraform: Scenario, elastic: ElasticSandbox) -> None:
    terraform.step(
        status('"needs_configuration"'),
        [put("needs_configuration")],
        actions={STATUS: ["create"]},
    )
    first = terraform.resource(STATUS)
    assert (first["id"], first["previous_status"]) == (WIKI, "created")

    terraform.step(
        status('"configured"'),
        [put("configured")],
        actions={STATUS: ["update"]},
        differences={"status", "previous_status"},
    )
    assert terraform.resource(STATUS)["previous_status"] == "needs_configuration"

    output = terraform.destroy()
    assert f"The status of connector {WIKI} is left as it is" in output
    assert elastic.status == "configured"


@pytest.mark.both_terraforms
def test_the_requests_of_an_apply_are_a_read_and_one_write(
    terraform: Scenario, elastic: ElasticSandbox
) -> None:
    terraform.write(status('"error"'))
    plan = terraform.plan()
    elastic.requests()

    terraform.run("apply", "-input=false", plan.file.name)

    read = ("GET", f"/_connector/{WIKI}", None)
    # Terraform plans once more, then the resource looks and sets.
    assert elastic.requests() == [read, read, put("error")]


def test_an_equal_status_sends_nothing(terraform: Scenario) -> None:
    terraform.step(status('"Created"'), [], actions={STATUS: ["create"]})

    assert terraform.resource(STATUS)["previous_status"] is None


def test_an_apply_without_a_change_sends_nothing(terraform: Scenario) -> None:
    terraform.step(status('"error"'), [put("error")])

    terraform.step(actions={})
    terraform.refresh()


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ('drift_policy = "enforce"', "drift_policy"),
        ('via = "shortest"', "via"),
        ('timeouts = { create = "1m", update = "2m" }', "timeouts"),
    ],
)
def test_attribute_without_request_is_an_update(terraform: Scenario, line: str, name: str) -> None:
    terraform.step(status('"error"'), [put("error")])

    done = terraform.step(status('"error"', line), [], actions={STATUS: ["update"]})

    assert name in done.plan.differences(STATUS)
    terraform.step(status('"error"'), [], actions={STATUS: ["update"]})


def test_another_connector_replaces_the_resource(
    terraform: Scenario, elastic: ElasticSandbox
) -> None:
    elastic.store.add_connector("other")
    terraform.step(status('"error"'), [put("error")])

    terraform.step(
        status('"error"', of='"other"'),
        [put("error", "other")],
        actions={STATUS: ["delete", "create"]},
    )


def test_values_that_are_known_only_at_apply(terraform: Scenario) -> None:
    known = f'resource "terraform_data" "known" {{ input = ["{WIKI}", "error"] }}\n'
    body = known + status("terraform_data.known.output[1]", of="terraform_data.known.output[0]")

    terraform.step(body, [put("error")])


@pytest.mark.both_terraforms
def test_drift_is_left_alone_or_set_back(terraform: Scenario, elastic: ElasticSandbox) -> None:
    terraform.step(status('"error"'), [put("error")])
    elastic.move("connected")
    terraform.step(actions={})

    enforced = status('"error"', 'drift_policy = "enforce"')
    terraform.step(enforced, [put("error")], actions={STATUS: ["update"]})
    elastic.move("connected")
    done = terraform.step(enforced, [put("error")], differences={"status", "previous_status"})

    assert "connected -> error" in done.plan.output
    assert terraform.resource(STATUS)["previous_status"] == "connected"


def test_a_connector_that_is_gone_is_dropped_from_state(
    terraform: Scenario, elastic: ElasticSandbox
) -> None:
    terraform.step(status('"error"'), [put("error")])
    elastic.remove()

    terraform.run("apply", "-refresh-only", "-auto-approve", "-input=false")

    assert terraform.addresses() == []
    terraform.refused(None, r"connector \[wiki\] not found", warns=("does not exist yet",))


@pytest.mark.both_terraforms
def test_both_ways_of_import(terraform: Scenario, elastic: ElasticSandbox) -> None:
    elastic.move("error")
    terraform.step(status('"error"'), [])

    terraform.import_(STATUS, WIKI)


def test_importing_what_is_not_there_is_an_error(terraform: Scenario) -> None:
    terraform.write(status('"error"', of='"absent"'))

    output = terraform.run("import", "-input=false", STATUS, "absent", ok=False)

    assert "Cannot import non-existent remote object" in output


def test_a_transition_that_is_not_allowed_is_an_error_at_plan(
    terraform: Scenario, elastic: ElasticSandbox
) -> None:
    output = terraform.refused(
        status('"connected"'),
        "the status of connector wiki is created. The Connector Protocol does not allow created -> "
        "connected; allowed after created are needs_configuration, error",
        during="plan",
    )

    assert 'via = "shortest" to go created -> error -> connected' in output
    assert elastic.status == "created"


@pytest.mark.both_terraforms
def test_the_shortest_way_is_shown_and_walked(terraform: Scenario) -> None:
    done = terraform.step(
        status('"configured"', 'via = "shortest"'),
        [put("needs_configuration"), put("configured")],
        planned=True,
    )

    assert "created -> needs_configuration -> configured" in done.plan.output
    assert terraform.resource(STATUS)["previous_status"] == "created"


def test_status_that_moved_after_the_plan_is_refused(
    terraform: Scenario, elastic: ElasticSandbox
) -> None:
    terraform.step(status('"error"'), [put("error")])
    terraform.write(status('"connected"'))
    plan = terraform.plan()
    elastic.move("needs_configuration")

    output = terraform.run("apply", "-input=false", plan.file.name, ok=False)

    assert "is needs_configuration; it was error when it was last read" in output
    assert elastic.writes() == []


def test_a_word_that_is_no_status_is_found_by_validate(terraform: Scenario) -> None:
    output = terraform.refused(status('"conected"'), "Invalid value of status", during="validate")

    assert "Did you mean 'connected'?" in output


def test_data_source_does_not_show_the_configuration(
    terraform: Scenario,
) -> None:
    body = f"""
data "elasticops_connector" "wiki" {{ connector_id = "{WIKI}" }}
output "told" {{ value = "${{data.elasticops_connector.wiki.name}} is \
${{data.elasticops_connector.wiki.status}}" }}
"""
    terraform.write(body)

    output = terraform.run("apply", "-auto-approve", "-input=false")

    assert "Wiki is created" in output
    assert b"canary-hidden" not in terraform.bytes_of_all_files()


def test_a_data_source_of_a_connector_that_is_absent_is_an_error(terraform: Scenario) -> None:
    terraform.refused(
        'data "elasticops_connector" "absent" { connector_id = "absent" }\n',
        r"connector \[absent\] not found",
        during="plan",
    )
