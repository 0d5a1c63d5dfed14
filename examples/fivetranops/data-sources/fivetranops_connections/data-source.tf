data "fivetranops_connections" "broken" {
  setup_state = "broken"
  paused      = false
}

output "broken_ids" {
  value = data.fivetranops_connections.broken.ids
}

data "fivetranops_connections" "every" {
  service = "connector_sdk"
}

data "fivetranops_connection" "each" {
  for_each      = toset(data.fivetranops_connections.every.ids)
  connection_id = each.value
}
