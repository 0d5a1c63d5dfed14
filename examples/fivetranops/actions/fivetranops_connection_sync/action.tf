resource "fivetranops_connection" "orders" {
  group_id = "sandbox_warehouse"
  service  = "postgres"
  config   = { schema_prefix = "orders", host = "db.example.com" }

  lifecycle {
    action_trigger {
      events  = [after_create, after_update]
      actions = [action.fivetranops_connection_sync.orders]
    }
  }
}

action "fivetranops_connection_sync" "orders" {
  config {
    connection_id = fivetranops_connection.orders.id
    wait          = true
    timeouts      = { invoke = "2h" }
  }
}
