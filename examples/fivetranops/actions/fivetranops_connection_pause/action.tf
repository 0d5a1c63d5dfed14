resource "fivetranops_connection" "orders" {
  group_id = "sandbox_warehouse"
  service  = "postgres"
  config   = { schema_prefix = "orders", host = "db.example.com" }
}

# Stands for what must not change while the connection syncs.
resource "terraform_data" "warehouse" {
  input      = "2026-11-29"
  depends_on = [fivetranops_connection.orders]

  lifecycle {
    action_trigger {
      events  = [before_create, before_update]
      actions = [action.fivetranops_connection_pause.orders]
    }
    action_trigger {
      events  = [after_create, after_update]
      actions = [action.fivetranops_connection_pause.orders_again]
    }
  }
}

action "fivetranops_connection_pause" "orders" {
  config {
    connection_id = fivetranops_connection.orders.id
    paused        = true
    wait          = true
  }
}

action "fivetranops_connection_pause" "orders_again" {
  config {
    connection_id = fivetranops_connection.orders.id
    paused        = false
  }
}
