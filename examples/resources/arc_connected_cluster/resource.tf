resource "arc_connected_cluster" "eks" {
  name                = "eks-training-dev-krc"
  resource_group_name = "aks-training-dev-krc-infra"
  location            = "koreacentral"

  kubernetes = {
    eks = {
      cluster_name = "eks-training-dev-krc"
      region       = "us-east-1"
    }
  }

  tags = {
    Datacenter      = "Demo"
    City            = "Demo"
    StateOrDistrict = "Demo"
    CountryOrRegion = "Demo"
    Environment     = "Demo"
    Scope           = "Private"
  }
}
