import {
  to = elasticops_connector_status.wiki
  id = "sandbox_wiki"
}
