resource "fivetranops_connection" "orders" {
  group_id = "sandbox_warehouse"
  service  = "postgres"
  config   = { schema_prefix = "orders", host = "db.example.com" }
}

# The layout of the tables, which somebody changes along with the tables themselves.
resource "terraform_data" "layout" {
  input = "2026-11-29"

  lifecycle {
    action_trigger {
      events  = [after_create, after_update]
      actions = [action.fivetranops_connection_resync.returns]
    }
  }
}

action "fivetranops_connection_resync" "returns" {
  config {
    connection_id = fivetranops_connection.orders.id
    scope         = { public = ["orders", "returns"] }
  }
}
