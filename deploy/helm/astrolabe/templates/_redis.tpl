{{/* The variables with which Astrolabe reaches Redis, as a list. */}}
{{- define "astrolabe.redisEnv" -}}
{{- $redis := .Values.redis -}}
{{- $external := $redis.external -}}
{{- $mounted := "/run/secrets/redis" -}}
{{- $variables := dict "ENABLE_PERSISTENCE" "true" -}}
{{- $fromSecret := dict -}}
{{- if eq $redis.mode "single" -}}
{{- $_ := set $variables "REDIS_ADDR" (printf "%s:6379" (include "astrolabe.redis" .)) -}}
{{- $_ := set $variables "REDIS_USERNAME" "astrolabe" -}}
{{- else if eq $redis.mode "sentinel" -}}
{{- $sentinels := list -}}
{{- range include "astrolabe.redisNodes" . | fromJsonArray -}}
{{- $sentinels = append $sentinels (printf "%s:26379" .) -}}
{{- end -}}
{{- $_ := set $variables "REDIS_SENTINELS" (join "," $sentinels) -}}
{{- $_ := set $variables "REDIS_SENTINEL_MASTER" "astrolabe" -}}
{{- $_ := set $variables "REDIS_USERNAME" "astrolabe" -}}
{{- $_ := set $variables "REDIS_SENTINEL_USERNAME" "astrolabe" -}}
{{- $_ := set $variables "REDIS_SENTINEL_PASSWORD_FILE" (printf "%s/%s" $mounted $redis.passwordKey) -}}
{{- if $redis.tlsSecret -}}
{{- $_ := set $variables "REDIS_TLS" "true" -}}
{{- $_ := set $variables "REDIS_TLS_CA" "/run/secrets/redis-ca/ca.crt" -}}
{{- end -}}
{{- else -}}
{{- if $external.addressKey }}{{ $_ := set $fromSecret "REDIS_ADDR" $external.addressKey }}
{{- else if $external.address }}{{ $_ := set $variables "REDIS_ADDR" $external.address }}{{ end -}}
{{- if $external.usernameKey }}{{ $_ := set $fromSecret "REDIS_USERNAME" $external.usernameKey }}
{{- else if $external.username }}{{ $_ := set $variables "REDIS_USERNAME" $external.username }}{{ end -}}
{{- if $external.database }}{{ $_ := set $variables "REDIS_DB" $external.database }}{{ end -}}
{{- if $external.cluster }}{{ $_ := set $variables "REDIS_CLUSTER" "true" }}{{ end -}}
{{- if $external.sentinels -}}
{{- $_ := set $variables "REDIS_SENTINELS" (join "," $external.sentinels) -}}
{{- $_ := set $variables "REDIS_SENTINEL_MASTER" $external.sentinelMaster -}}
{{- if $external.sentinelUsername }}{{ $_ := set $variables "REDIS_SENTINEL_USERNAME" $external.sentinelUsername }}{{ end -}}
{{- if $external.sentinelPasswordKey -}}
{{- $_ := set $variables "REDIS_SENTINEL_PASSWORD_FILE" (printf "%s/%s" $mounted $external.sentinelPasswordKey) -}}
{{- end -}}
{{- end -}}
{{- with $external.tls -}}
{{- if .enabled -}}
{{- $files := ternary "/run/secrets/redis-tls" $mounted (ne .existingSecret "") -}}
{{- $_ := set $variables "REDIS_TLS" "true" -}}
{{- if .caKey }}{{ $_ := set $variables "REDIS_TLS_CA" (printf "%s/%s" $files .caKey) }}{{ end -}}
{{- if .certKey -}}
{{- $_ := set $variables "REDIS_TLS_CERT" (printf "%s/%s" $files .certKey) -}}
{{- $_ := set $variables "REDIS_TLS_KEY" (printf "%s/%s" $files .keyKey) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if include "astrolabe.redisSecret" . -}}
{{- /* A file, because Astrolabe reads it again when the password is changed. */ -}}
{{- $_ := set $variables "REDIS_PASSWORD_FILE" (printf "%s/%s" $mounted $redis.passwordKey) -}}
{{- end -}}
{{- if $redis.keyPrefix }}{{ $_ := set $variables "REDIS_KEY_PREFIX" $redis.keyPrefix }}{{ end -}}
{{- range $variable, $value := dict "REDIS_BATCH_SIZE" "batchSize" "REDIS_FLUSH_INTERVAL" "flushInterval" "SNAPSHOT_INTERVAL" "snapshotInterval" -}}
{{- if not (kindIs "invalid" (get $redis $value)) }}{{ $_ := set $variables $variable (get $redis $value) }}{{ end -}}
{{- end -}}
{{- range $name, $value := $variables }}
- name: {{ $name }}
  value: {{ $value | toString | quote }}
{{- end }}
{{- range $name, $key := $fromSecret }}
- name: {{ $name }}
  valueFrom:
    secretKeyRef:
      name: {{ include "astrolabe.redisSecret" $ }}
      key: {{ $key }}
      {{- if eq $name "REDIS_USERNAME" }}
      optional: true
      {{- end }}
{{- end }}
{{- end -}}

{{/* The mounts of Astrolabe's container for Redis, as a list. */}}
{{- define "astrolabe.redisMounts" -}}
{{- if ne .Values.redis.mode "none" }}
{{- if include "astrolabe.redisSecret" . }}
- name: redis
  mountPath: /run/secrets/redis
  readOnly: true
{{- end }}
{{- if .Values.redis.tlsSecret }}
- name: redis-ca
  mountPath: /run/secrets/redis-ca
  readOnly: true
{{- end }}
{{- if include "astrolabe.redisTlsSecret" . }}
- name: redis-tls
  mountPath: /run/secrets/redis-tls
  readOnly: true
{{- end }}
{{- end }}
{{- end -}}

{{/* The volumes of Astrolabe's Pod for Redis, as a list. */}}
{{- define "astrolabe.redisVolumes" -}}
{{- if ne .Values.redis.mode "none" }}
{{- with include "astrolabe.redisSecret" . }}
- name: redis
  secret:
    secretName: {{ . }}
    defaultMode: 288 # 0440
{{- end }}
{{- with .Values.redis.tlsSecret }}
- name: redis-ca
  secret:
    secretName: {{ . }}
    defaultMode: 288 # 0440
    items:
      - key: ca.crt
        path: ca.crt
{{- end }}
{{- with include "astrolabe.redisTlsSecret" . }}
- name: redis-tls
  secret:
    secretName: {{ . }}
    defaultMode: 288 # 0440
{{- end }}
{{- end }}
{{- end -}}

{{/* The Secret with the TLS files of an external Redis. Empty: it is the one with the password, or there is none. */}}
{{- define "astrolabe.redisTlsSecret" -}}
{{- if eq .Values.redis.mode "external" -}}
{{- with .Values.redis.external.tls -}}
{{- if .enabled }}{{ .existingSecret }}{{ end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The configuration and the scripts of Redis, with the memory of the values. */}}
{{- define "astrolabe.redisFiles" -}}
{{- range $path, $_ := .Files.Glob "files/redis/*" }}
{{- $text := $.Files.Get $path }}
{{- if eq (base $path) "redis.conf" }}
{{- $text = regexReplaceAll "(?m)^maxmemory .*$" $text (printf "maxmemory %s" $.Values.redis.maxmemory) }}
{{- end }}
{{ base $path }}: {{ toJson $text }}
{{- end }}
{{- end -}}

{{/* Where the Pods of Redis run. */}}
{{- define "astrolabe.redisPlacement" -}}
{{- include "astrolabe.imagePullSecrets" . }}
{{- with .Values.redis.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .Values.redis.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.redis.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.redis.affinity }}
affinity:
  {{- tpl (toYaml .) $ | nindent 2 }}
{{- end }}
{{- end -}}

{{/* The annotations of a Pod of Redis: it restarts when its configuration has changed. */}}
{{- define "astrolabe.redisPodAnnotations" -}}
{{- $checksum := include "astrolabe.redisFiles" . | sha256sum -}}
{{- include "astrolabe.annotations" (list . (merge (dict "checksum/config" $checksum) .Values.redis.podAnnotations)) -}}
{{- end -}}

{{/* The spec of a volume claim. Takes a storage of the values. */}}
{{- define "astrolabe.claim" -}}
accessModes:
  {{- toYaml .accessModes | nindent 2 }}
{{- with .storageClassName }}
storageClassName: {{ . }}
{{- end }}
resources:
  requests:
    storage: {{ .size }}
{{- end -}}

{{/* A probe of a port that does not kill a Redis that is loading its data. Takes the name of the port. */}}
{{- define "astrolabe.portProbes" -}}
livenessProbe:
  tcpSocket:
    port: {{ . }}
  periodSeconds: 10
  failureThreshold: 6
readinessProbe:
  tcpSocket:
    port: {{ . }}
  periodSeconds: 5
{{- end -}}
