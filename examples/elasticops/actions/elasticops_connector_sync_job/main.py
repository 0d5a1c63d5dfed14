from cdktf import App, TerraformStack

from constructs_lib import (
    ActionTrigger,
    ConnectorStatus,
    ConnectorSyncJobAction,
    ElasticProvider,
    Lifecycle,
)

app = App()
stack = TerraformStack(app, "search")
ElasticProvider(stack, "elastic")
job = ConnectorSyncJobAction(stack, "wiki_job", connector_id="sandbox_wiki", job_type="incremental")
ConnectorStatus(
    stack,
    "wiki",
    connector_id="sandbox_wiki",
    status="configured",
    via="shortest",
    lifecycle=Lifecycle(
        action_triggers=[ActionTrigger(events=["after_create", "after_update"], actions=[job])]
    ),
)

app.synth()
