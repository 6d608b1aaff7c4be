data "arc_extension" "policy" {
  connected_cluster_id = arc_connected_cluster.eks.id
  name                 = "azurepolicy"
}
