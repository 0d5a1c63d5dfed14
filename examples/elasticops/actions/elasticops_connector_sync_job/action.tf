resource "elasticops_connector_status" "wiki" {
  connector_id = "sandbox_wiki"
  status       = "configured"
  via          = "shortest"

  lifecycle {
    action_trigger {
      events  = [after_create, after_update]
      actions = [action.elasticops_connector_sync_job.wiki]
    }
  }
}

action "elasticops_connector_sync_job" "wiki" {
  config {
    connector_id = "sandbox_wiki"
    job_type     = "incremental"
  }
}
