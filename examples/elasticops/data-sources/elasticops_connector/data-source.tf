data "elasticops_connector" "wiki" {
  connector_id = "sandbox_wiki"
}

output "wiki_status" {
  value = data.elasticops_connector.wiki.status
}
