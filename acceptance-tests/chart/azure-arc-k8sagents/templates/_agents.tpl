{{/* Every agent with its containers, as counted on a live cluster. */}}
{{- define "agents" -}}
- {name: cluster-metadata-operator, containers: [cluster-metadata-operator, fluent-bit]}
{{- if index .Values.systemDefaultValues "clusterconnect-agent" "enabled" }}
- {name: clusterconnect-agent, containers: [clusterconnect-agent, connect-proxy, fluent-bit]}
{{- end }}
- {name: clusteridentityoperator, containers: [manager, fluent-bit]}
- {name: config-agent, containers: [config-agent, fluent-bit]}
- {name: controller-manager, containers: [manager, fluent-bit]}
- {name: extension-events-collector, containers: [extension-events-collector, fluent-bit]}
- {name: extension-manager, containers: [manager, extension-sync, fluent-bit]}
- {name: flux-logs-agent, containers: [flux-logs-agent]}
- {name: kube-aad-proxy, containers: [kube-aad-proxy, fluent-bit], serviceAccount: azure-arc-kube-aad-proxy-sa}
- {name: logcollector, containers: [fluentd]}
- {name: metrics-agent, containers: [metrics-agent, fluent-bit]}
- {name: resource-sync-agent, containers: [resource-sync-agent, fluent-bit]}
{{- end }}

{{/* Labels of one agent's objects; the argument is its name. */}}
{{- define "labels" -}}
app.kubernetes.io/name: azure-arc-k8s
app.kubernetes.io/component: {{ . }}
{{- end }}

{{/* An image reference; the arguments are the chart's scope and the program. */}}
{{- define "image" -}}
{{- $scope := index . 0 -}}
{{ $scope.Values.systemDefaultValues.image.repository }}/azurearck8s/{{ index . 1 }}:{{ $scope.Chart.Version }}
{{- end }}

{{/* Whether this chart's version still takes the private key as a value. */}}
{{- define "legacyKey" -}}
{{- if semverCompare "<1.35.3-0" .Chart.Version }}true{{ end }}
{{- end }}
