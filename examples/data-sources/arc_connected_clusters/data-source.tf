# Everything of the training environment that is online.
data "arc_connected_clusters" "training" {
  resource_group_name = "aks-training-dev-krc-infra"
  tags                = { Environment = "Training" }
  connectivity_status = "Connected"
}

output "nodes" {
  value = { for cluster in data.arc_connected_clusters.training.connected_clusters : cluster.name => cluster.total_node_count }
}
