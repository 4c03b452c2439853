{{/* The name of the application, for the label app.kubernetes.io/name. */}}
{{- define "astrolabe.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{/* The name of the objects. The longest suffix is -redis-backup-NNNNNNNN of a Job: 63 - 22 remain, less one. */}}
{{- define "astrolabe.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- $name := include "astrolabe.name" . -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The labels by which Pods of a component are selected. Takes a list: the context, and the component's suffix. */}}
{{- define "astrolabe.selectorLabels" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ include "astrolabe.name" $root }}{{ index . 1 }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
{{- end -}}

{{/* The labels of an object that no selector looks for. */}}
{{- define "astrolabe.sharedLabels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: astrolabe
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* All labels of an object. Takes a list: the context, and the component's suffix. */}}
{{- define "astrolabe.labels" -}}
{{ include "astrolabe.selectorLabels" . }}
{{ include "astrolabe.sharedLabels" (index . 0) }}
{{- end -}}

{{/* The labels of a Pod: none that changes with the version, so that an upgrade restarts only what it changes. */}}
{{- define "astrolabe.podLabels" -}}
{{ include "astrolabe.selectorLabels" . }}
app.kubernetes.io/part-of: astrolabe
{{- with (index . 0).Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* The field `annotations` of an object. Takes a list: the context, and further annotations. */}}
{{- define "astrolabe.annotations" -}}
{{- $all := merge (dict) (index . 1) (index . 0).Values.commonAnnotations -}}
{{- with $all -}}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "astrolabe.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "astrolabe.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "astrolabe.image" -}}
{{- with .Values.image -}}
{{- $name := ternary .repository (printf "%s/%s" .registry .repository) (eq .registry "") -}}
{{- if .digest -}}
{{- printf "%s@%s" $name .digest -}}
{{- else -}}
{{- printf "%s:%s" $name (default $.Chart.AppVersion .tag) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "astrolabe.imagePullSecrets" -}}
{{- with .Values.imagePullSecrets -}}
imagePullSecrets:
  {{- range . }}
  - name: {{ kindIs "string" . | ternary . (get (kindIs "map" . | ternary . (dict)) "name") }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* The names of the built-in Redis, single or with Sentinels. */}}
{{- define "astrolabe.redis" -}}
{{- printf "%s-redis" (include "astrolabe.fullname" .) -}}
{{- end -}}
{{- define "astrolabe.redisHa" -}}
{{- printf "%s-redis-ha" (include "astrolabe.fullname" .) -}}
{{- end -}}

{{/* The Secret with the password. Empty: there is none. */}}
{{- define "astrolabe.redisSecret" -}}
{{- if .Values.redis.existingSecret -}}
{{- .Values.redis.existingSecret -}}
{{- else if has .Values.redis.mode (list "single" "sentinel") -}}
{{- include "astrolabe.redis" . -}}
{{- end -}}
{{- end -}}

{{/* The names of the three nodes of the replicated Redis, as a JSON list. */}}
{{- define "astrolabe.redisNodes" -}}
{{- $name := include "astrolabe.redisHa" . -}}
{{- $nodes := list -}}
{{- range until 3 -}}
{{- $nodes = append $nodes (printf "%s-%d.%s.%s.svc" $name . $name $.Release.Namespace) -}}
{{- end -}}
{{- toJson $nodes -}}
{{- end -}}

{{/* Returns a quantity of memory in bytes: 512Mi, 1G, 256mb. */}}
{{- define "astrolabe.bytes" -}}
{{- $text := toString . -}}
{{- $number := regexFind "^[0-9]+" $text | int64 -}}
{{- $unit := regexReplaceAll "^[0-9]+" $text "" -}}
{{- $units := dict "" 1 "k" 1000 "M" 1000000 "G" 1000000000 "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "mb" 1048576 "gb" 1073741824 -}}
{{- if not (hasKey $units $unit) -}}
{{- fail (printf "resources.limits.memory: %s must be a whole number of bytes, or one with the unit k, M, G, Ki, Mi or Gi" $text) -}}
{{- end -}}
{{- mul $number (get $units $unit) -}}
{{- end -}}

{{/* Refuses values that contradict each other. */}}
{{- define "astrolabe.check" -}}
{{- with .Values.redis -}}
{{- if and .backup.enabled (not (has .mode (list "single" "sentinel"))) -}}
{{- fail "redis.backup.enabled: it needs redis.mode=single or sentinel" -}}
{{- end -}}
{{- if and .tlsSecret (ne .mode "sentinel") -}}
{{- fail "redis.tlsSecret: it needs redis.mode=sentinel; an external Redis has redis.external.tls" -}}
{{- end -}}
{{- if eq .mode "external" -}}
{{- with .external -}}
{{- if not (or .address .addressKey .sentinels) -}}
{{- fail "redis.external.address: redis.mode=external needs address, addressKey or sentinels" -}}
{{- end -}}
{{- if and .cluster .sentinels -}}
{{- fail "redis.external.cluster: a Redis Cluster has no Sentinels; remove cluster or sentinels" -}}
{{- end -}}
{{- if and (or .addressKey .usernameKey .sentinelPasswordKey) (not $.Values.redis.existingSecret) -}}
{{- fail "redis.existingSecret: addressKey, usernameKey and sentinelPasswordKey are keys of this Secret; name it" -}}
{{- end -}}
{{- if and .tls.enabled (or .tls.caKey .tls.certKey) (not (or .tls.existingSecret $.Values.redis.existingSecret)) -}}
{{- fail "redis.external.tls.existingSecret: name the Secret that has caKey and certKey" -}}
{{- end -}}
{{- if ne (empty .tls.certKey) (empty .tls.keyKey) -}}
{{- fail "redis.external.tls.certKey: it needs keyKey, and keyKey needs it" -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and .Values.config .Values.existingConfigMap -}}
{{- fail "existingConfigMap: it contradicts config; remove one of them" -}}
{{- end -}}
{{- if and (eq .Values.auth.mode "token") (not .Values.auth.existingSecret) -}}
{{- fail "auth.existingSecret: name the Secret that has the tokens" -}}
{{- end -}}
{{- if and .Values.httpRoute.enabled (not .Values.httpRoute.parentRefs) -}}
{{- fail "httpRoute.parentRefs: name the Gateway of the HTTPRoute" -}}
{{- end -}}
{{- if and .Values.service.alias.enabled (eq (default .Release.Namespace .Values.service.alias.namespace) .Release.Namespace) (eq .Values.service.alias.name (include "astrolabe.fullname" .)) -}}
{{- fail "service.alias.namespace: the Service itself has this name in this namespace; name another namespace" -}}
{{- end -}}
{{- if and .Values.redis.maxmemory (has .Values.redis.mode (list "single" "sentinel")) -}}
{{- with dig "limits" "memory" "" .Values.redis.resources -}}
{{- if lt (include "astrolabe.bytes" . | int64) (mul 2 (include "astrolabe.bytes" $.Values.redis.maxmemory | int64)) -}}
{{- fail (printf "redis.resources.limits.memory: %v is less than twice redis.maxmemory (%s): while Redis saves, changed data exists twice" . $.Values.redis.maxmemory) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
