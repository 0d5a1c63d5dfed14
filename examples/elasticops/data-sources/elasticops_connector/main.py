from cdktf import App, TerraformOutput, TerraformStack

from constructs_lib import ConnectorData, ElasticProvider

app = App()
stack = TerraformStack(app, "pipelines")
ElasticProvider(stack, "elastic")
wiki = ConnectorData(stack, "wiki", connector_id="sandbox_wiki")
TerraformOutput(stack, "wiki_status", value=wiki.status)

app.synth()
