resource "fivetranops_connection" "orders" {
  group_id = "sandbox_warehouse"
  service  = "postgres"
  config   = { schema_prefix = "orders", host = "db.example.com" }

  lifecycle {
    action_trigger {
      events  = [after_create, after_update]
      actions = [action.fivetranops_connection_test.orders]
    }
  }
}

action "fivetranops_connection_test" "orders" {
  config {
    connection_id = fivetranops_connection.orders.id
    fail_on       = "warning"
  }
}
