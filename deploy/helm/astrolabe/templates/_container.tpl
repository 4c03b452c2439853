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
