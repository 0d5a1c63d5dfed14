data "fivetranops_connections" "warehouse" {
  group_id = "sandbox_warehouse"
  fields   = ["schema", "paused", "setup_state", "update_state", "succeeded_at", "tasks"]
}

locals {
  all     = data.fivetranops_connections.warehouse.connections
  a_day   = timeadd(plantimestamp(), "-24h")
  never   = "1970-01-01T00:00:00Z"
  broken  = [for one in local.all : one if one.setup_state == "broken"]
  delayed = [for one in local.all : one.schema if one.update_state == "delayed" && !one.paused]
  stale = [
    for one in local.all : one.schema
    if !one.paused && timecmp(coalesce(one.succeeded_at, local.never), local.a_day) < 0
  ]
}

check "connections" {
  assert {
    condition = length(local.broken) == 0
    error_message = join("\n", [
      for one in local.broken :
      "${one.schema} is broken: ${join(", ", [for task in one.tasks : task.message])}"
    ])
  }
  assert {
    condition     = length(local.delayed) == 0
    error_message = "Delayed: ${join(", ", local.delayed)}."
  }
  assert {
    condition     = length(local.stale) == 0
    error_message = "Not synced for a day: ${join(", ", local.stale)}."
  }
}
