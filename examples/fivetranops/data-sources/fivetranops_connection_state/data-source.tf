data "fivetranops_connection" "events" {
  group_id = "sandbox_warehouse"
  schema   = "shop_events"
}

data "fivetranops_connection_state" "live" {
  connection_id = data.fivetranops_connection.events.id
}

output "live_state" {
  value = data.fivetranops_connection_state.live.state
}
