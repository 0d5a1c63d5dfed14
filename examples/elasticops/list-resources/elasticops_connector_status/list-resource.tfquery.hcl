list "elasticops_connector_status" "broken" {
  provider = elasticops
  limit    = 1000

  config {
    status = "error"
  }
}
