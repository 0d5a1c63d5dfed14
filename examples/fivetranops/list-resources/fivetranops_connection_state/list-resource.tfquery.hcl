list "fivetranops_connection_state" "all" {
  provider = fivetranops
  limit    = 1000

  config {
    service = "connector_sdk"
  }
}
