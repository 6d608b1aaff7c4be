data "arc_connected_cluster" "eks" {
  name                = "eks-training-dev-krc"
  resource_group_name = "aks-training-dev-krc-infra"
}

output "connectivity" {
  value = data.arc_connected_cluster.eks.connectivity_status
}
