{{- define "bidd.labels" -}}
app.kubernetes.io/part-of: bidd
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- /* Of one component: (list . "operator") */}}
{{- define "bidd.selector" -}}
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{- define "bidd.image" -}}
{{ printf "%s/%s:%s" (index . 0).Values.image.registry (index . 1) (default (index . 0).Chart.AppVersion (index . 0).Values.image.tag) }}
{{- end }}

{{- define "bidd.secret" -}}
{{ default "bidd" .Values.secrets.existing }}
{{- end }}

{{- define "bidd.gatewayNamespace" -}}
{{ default .Release.Namespace .Values.edge.gateway.namespace }}
{{- end }}

{{- /* Not empty where the books are kept outside of the cluster. */}}
{{- define "bidd.external" -}}
{{- if or .Values.database.url .Values.database.external }}yes{{ end }}
{{- end }}

{{- /* Nothing of ours writes anywhere but to its volumes, or needs more than to run. */}}
{{- define "bidd.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "bidd.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}

{{- define "bidd.probes" -}}
startupProbe:
  httpGet: { path: /healthz, port: http }
  periodSeconds: 1
  failureThreshold: 120
livenessProbe:
  httpGet: { path: /healthz, port: http }
  periodSeconds: 10
  timeoutSeconds: 5
readinessProbe:
  httpGet: { path: /readyz, port: http }
  periodSeconds: 2
  timeoutSeconds: 2
{{- end }}

{{- /* From the secret: (list . "BIDD_SEAL_KEY" "seal-key") */}}
{{- define "bidd.fromSecret" -}}
- name: {{ index . 1 }}
  valueFrom: { secretKeyRef: { name: {{ include "bidd.secret" (index . 0) }}, key: {{ index . 2 }} } }
{{- end }}
