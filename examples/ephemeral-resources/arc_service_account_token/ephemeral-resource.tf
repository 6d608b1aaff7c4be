# A token for this run only: in no state and no plan, revoked at the end.
ephemeral "arc_service_account_token" "deploy" {
  connected_cluster_id = arc_connected_cluster.eks.id
  kubernetes           = { eks = { cluster_name = "eks-training-dev-krc", region = "us-east-1" } }
  namespace            = "default"
  name                 = "azure-user"
}

provider "kubernetes" {
  host                   = ephemeral.arc_service_account_token.deploy.host
  cluster_ca_certificate = ephemeral.arc_service_account_token.deploy.cluster_ca_certificate
  token                  = ephemeral.arc_service_account_token.deploy.token
}
