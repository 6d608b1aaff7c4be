resource "arc_custom_location" "edge" {
  name                  = "eks-training-dev-krc"
  resource_group_name   = "aks-training-dev-krc-infra"
  location              = "koreacentral"
  connected_cluster_id  = arc_connected_cluster.eks.id
  namespace             = "edge"
  cluster_extension_ids = [arc_extension.data_services.id]
  kubernetes            = { eks = { cluster_name = "eks-training-dev-krc", region = "us-east-1" } }
}
