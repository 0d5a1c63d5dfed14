import {
  to = fivetranops_connection_state.cursor
  id = "pale_hydrogen"
}
