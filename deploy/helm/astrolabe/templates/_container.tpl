{{/* The arguments of Astrolabe, as a list. What has a variable is in the environment instead. */}}
{{- define "astrolabe.args" -}}
{{- range .Values.namespaces }}
- --namespace={{ . }}
{{- end }}
{{- if .Values.log.verbosity }}
- --v={{ .Values.log.verbosity }}
{{- end }}
{{- range .Values.extraArgs }}
- {{ tpl . $ | quote }}
{{- end }}
{{- end -}}

{{/* The environment of Astrolabe, as a list. A setting that is at its default is left out. */}}
{{- define "astrolabe.env" -}}
{{- $variables := dict -}}
{{- with .Values -}}
{{- $_ := set $variables "SHUTDOWN_DELAY" .shutdownDelay -}}
{{- if .labelSelector }}{{ $_ := set $variables "LABEL_SELECTOR" .labelSelector }}{{ end -}}
{{- if ne .customResources "auto" }}{{ $_ := set $variables "CUSTOM_RESOURCES" .customResources }}{{ end -}}
{{- if ne (int .verifyInterval) 21600 }}{{ $_ := set $variables "VERIFY_INTERVAL" .verifyInterval }}{{ end -}}
{{- if .allowedHosts }}{{ $_ := set $variables "ALLOWED_HOSTS" (join "," .allowedHosts) }}{{ end -}}
{{- if or .config .existingConfigMap }}{{ $_ := set $variables "CONFIG" "/etc/astrolabe/config.yaml" }}{{ end -}}
{{- if ne .auth.mode "none" }}{{ $_ := set $variables "AUTH" .auth.mode }}{{ end -}}
{{- if eq .auth.mode "token" }}{{ $_ := set $variables "AUTH_TOKEN_FILE" (printf "/run/secrets/tokens/%s" .auth.tokensKey) }}{{ end -}}
{{- if .auth.metricsOpen }}{{ $_ := set $variables "METRICS_OPEN" "true" }}{{ end -}}
{{- if ne .log.format "text" }}{{ $_ := set $variables "LOG_FORMAT" .log.format }}{{ end -}}
{{- end -}}
{{- range $name, $value := $variables }}
- name: {{ $name }}
  value: {{ $value | toString | quote }}
{{- end }}
{{- if ne .Values.redis.mode "none" }}
{{- include "astrolabe.redisEnv" . }}
{{- end }}
{{- with .Values.extraEnv }}
{{ tpl (toYaml .) $ }}
{{- end }}
{{- end -}}

{{/* The mounts of Astrolabe's container, as a list. */}}
{{- define "astrolabe.mounts" -}}
{{- if or .Values.config .Values.existingConfigMap }}
- name: config
  mountPath: /etc/astrolabe
  readOnly: true
{{- end }}
{{- if eq .Values.auth.mode "token" }}
- name: tokens
  mountPath: /run/secrets/tokens
  readOnly: true
{{- end }}
{{- include "astrolabe.redisMounts" . }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* The volumes of Astrolabe's Pod, as a list. */}}
{{- define "astrolabe.volumes" -}}
{{- if or .Values.config .Values.existingConfigMap }}
- name: config
  configMap:
    name: {{ default (printf "%s-config" (include "astrolabe.fullname" .)) .Values.existingConfigMap }}
{{- end }}
{{- if eq .Values.auth.mode "token" }}
- name: tokens
  secret:
    secretName: {{ .Values.auth.existingSecret }}
    defaultMode: 288 # 0440
{{- end }}
{{- include "astrolabe.redisVolumes" . }}
{{- with .Values.extraVolumes }}
{{ tpl (toYaml .) $ }}
{{- end }}
{{- end -}}

{{/* The annotations of the Pod: it restarts when its configuration has changed. */}}
{{- define "astrolabe.podAnnotations" -}}
{{- $checksum := dict -}}
{{- with .Values.config }}{{ $_ := set $checksum "checksum/config" (toYaml . | sha256sum) }}{{ end -}}
{{- include "astrolabe.annotations" (list . (merge $checksum .Values.podAnnotations)) -}}
{{- end -}}

{{/* How Pods spread, as a list. */}}
{{- define "astrolabe.spread" -}}
{{- $constraints := .Values.topologySpreadConstraints -}}
{{- $isDefault := kindIs "invalid" $constraints -}}
{{- if $isDefault -}}
{{- $constraints = list -}}
{{- if gt (int .Values.replicas) 1 -}}
{{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" -}}
{{- $constraints = append $constraints (dict "maxSkew" 1 "topologyKey" . "whenUnsatisfiable" "ScheduleAnyway" "matchLabelKeys" (list "pod-template-hash")) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $selector := dict "matchLabels" (include "astrolabe.selectorLabels" (list . "") | fromYaml) -}}
{{- $complete := list -}}
{{- range $constraints -}}
{{- $complete = append $complete (merge (dict) . (dict "labelSelector" $selector)) -}}
{{- end -}}
{{- toYaml $complete -}}
{{- end -}}
