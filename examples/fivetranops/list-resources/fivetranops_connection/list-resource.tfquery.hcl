list "fivetranops_connection" "warehouse" {
  provider = fivetranops
  limit    = 1000

  config {
    group_id    = "sandbox_warehouse"
    setup_state = "connected"
  }
}
