{{/* The name all objects start with. */}}
{{- define "storyline.fullname" -}}
{{- if contains "storyline" .Release.Name }}{{ .Release.Name | trunc 44 | trimSuffix "-" }}{{ else }}{{ printf "%s-storyline" .Release.Name | trunc 44 | trimSuffix "-" }}{{ end -}}
{{- end }}

{{/* What selects a service's pods. Input: root, service name. */}}
{{- define "storyline.selector" -}}
app.kubernetes.io/name: storyline
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{- define "storyline.labels" -}}
{{- $root := index . 0 -}}
{{ include "storyline.selector" . }}
app.kubernetes.io/part-of: storyline
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version }}
{{- end }}

{{- define "storyline.image" -}}
{{- $image := (index . 0).Values.image -}}
{{- with $image.registry }}{{ . }}/{{ end }}{{ $image.repository }}/{{ index . 1 }}:{{ $image.tag | default (index . 0).Chart.AppVersion }}
{{- end }}

{{/* Seconds as .NET reads a time span. */}}
{{- define "storyline.timeSpan" -}}
{{- printf "%02d:%02d:%02d" (div . 3600) (mod (div . 60) 60) (mod . 60) -}}
{{- end }}

{{/* The pod of a service. Input: root, service name, service values. */}}
{{- define "storyline.pod" -}}
{{- $root := index . 0 -}}
{{- $name := index . 1 -}}
{{- $service := index . 2 -}}
{{- $values := $root.Values -}}
metadata:
  labels:
    {{- include "storyline.labels" . | nindent 4 }}
  annotations:
    # A changed setting restarts the pods.
    checksum/config: {{ include "storyline.config" . | sha256sum }}
    {{- with $service.publisherRules }}
    checksum/publisher-rules: {{ toJson . | sha256sum }}
    {{- end }}
    {{- with $values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "storyline.fullname" $root }}-{{ $name }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ add $values.shutdown.preStopSeconds $values.shutdown.timeoutSeconds 15 }}
  {{- with $values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 1654
    runAsGroup: 1654
    fsGroup: 1654
    fsGroupChangePolicy: OnRootMismatch
    seccompProfile:
      type: RuntimeDefault
  containers:
    - name: {{ $name }}
      image: {{ include "storyline.image" . | quote }}
      imagePullPolicy: {{ $values.image.pullPolicy }}
      envFrom:
        - configMapRef:
            name: {{ include "storyline.fullname" $root }}-{{ $name }}
      env:
        - name: Bus__RabbitMq
          valueFrom:
            secretKeyRef: { name: {{ $values.bus.existingSecret }}, key: {{ $values.bus.key }} }
        - name: Database__PostgreSql
          valueFrom:
            secretKeyRef: { name: {{ $values.database.existingSecret }}, key: {{ $values.database.key }} }
        - name: Cache__Redis
          valueFrom:
            secretKeyRef: { name: {{ $values.cache.existingSecret }}, key: {{ $values.cache.key }} }
      ports:
        - { name: http, containerPort: 8080 }
        - { name: grpc, containerPort: 8081 }
      startupProbe:
        httpGet: { path: /health/startup, port: http }
        periodSeconds: 2
        failureThreshold: 60
      livenessProbe:
        httpGet: { path: /health/live, port: http }
        periodSeconds: 10
        timeoutSeconds: 3
      readinessProbe:
        httpGet: { path: /health/ready, port: http }
        periodSeconds: 5
        timeoutSeconds: 3
      {{- if gt (int $values.shutdown.preStopSeconds) 0 }}
      lifecycle:
        preStop:
          sleep:
            seconds: {{ $values.shutdown.preStopSeconds }}
      {{- end }}
      resources:
        {{- toYaml $service.resources | nindent 8 }}
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities:
          drop: [ALL]
      volumeMounts:
        - { name: data, mountPath: /data }
        - { name: tmp, mountPath: /tmp }
        {{- if $service.publisherRules }}
        - { name: publisher-rules, mountPath: /etc/storyline/publisher-rules, readOnly: true }
        {{- end }}
  volumes:
    {{- if $service.publisherRules }}
    - name: publisher-rules
      configMap:
        name: {{ include "storyline.fullname" $root }}-{{ $name }}-publisher-rules
    {{- end }}
    - name: tmp
      emptyDir: {}
    {{- if not $service.storage }}
    - name: data
      emptyDir: {}
    {{- end }}
  topologySpreadConstraints:
    - maxSkew: 1
      topologyKey: kubernetes.io/hostname
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "storyline.selector" . | nindent 10 }}
  {{- with $values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}

{{/* A service's settings as data of its ConfigMap. Input: root, service name, service values. */}}
{{- define "storyline.config" -}}
{{- $values := (index . 0).Values -}}
{{- $service := index . 2 -}}
Http__ShutdownTimeout: {{ include "storyline.timeSpan" $values.shutdown.timeoutSeconds | quote }}
OTEL_TRACES_SAMPLER: parentbased_traceidratio
OTEL_TRACES_SAMPLER_ARG: {{ $values.telemetry.sampleRatio | quote }}
{{- with $values.telemetry.otlpEndpoint }}
OTEL_EXPORTER_OTLP_ENDPOINT: {{ . | quote }}
{{- end }}
{{- if $service.publisherRules }}
Parse__PublisherRules: /etc/storyline/publisher-rules
{{- end }}
{{- range $key, $value := $values.config }}
{{- if not (hasKey $service.config $key) }}
{{ $key }}: {{ $value | quote }}
{{- end }}
{{- end }}
{{- range $key, $value := $service.config }}
{{ $key }}: {{ $value | quote }}
{{- end }}
{{- end }}
