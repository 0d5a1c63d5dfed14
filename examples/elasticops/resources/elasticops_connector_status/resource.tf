resource "elasticops_connector_status" "wiki" {
  connector_id = "sandbox_wiki"
  status       = "configured"
  via          = "shortest"
}
