from cdktf import App, TerraformStack

from constructs_lib import ConnectorStatus, ElasticProvider

app = App()
stack = TerraformStack(app, "pipelines")
ElasticProvider(stack, "elastic")
ConnectorStatus(stack, "wiki", connector_id="sandbox_wiki", status="configured", via="shortest")

app.synth()
