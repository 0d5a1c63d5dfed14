from cdktf import App, TerraformStack

from constructs_lib import ConnectorData, ElasticProvider

app = App()
stack = TerraformStack(app, "pipelines")
ElasticProvider(stack, "elastic")  # Credentials and addresses come from the environment.
trial = ElasticProvider(stack, "trial", endpoints=["sandbox:trial.sqlite3"], alias="trial")

ConnectorData(stack, "wiki", connector_id="sandbox_wiki")
ConnectorData(stack, "wiki_of_the_trial", connector_id="sandbox_wiki", provider=trial)

app.synth()
