data "fivetranops_connection" "events" {
  group_id = "sandbox_warehouse"
  schema   = "shop_events"
}

resource "fivetranops_connection_state" "cursor" {
  connection_id = data.fivetranops_connection.events.id
  state         = { page = 1 }
}

output "sync_state" {
  value = data.fivetranops_connection.events.sync_state
}
