import type { RuleGroup } from './rule';

/** What the chart's own rules leave out: the ways in which a platform of GPUs and secrets fails to start. */
export const PLATFORM: readonly RuleGroup[] = [
  {
    name: 'platform',
    rules: [
      {
        alert: 'PodFindsNoNode',
        expr: 'max by (namespace, pod) (kube_pod_status_unschedulable) == 1',
        minutes: 15,
        severity: 'warning',
        summary: 'No pool has room for {{ $labels.namespace }}/{{ $labels.pod }}, and none could be added',
      },
      {
        alert: 'ContainerRunsOutOfMemory',
        expr:
          'max by (namespace, pod, container) (kube_pod_container_status_last_terminated_reason{reason="OOMKilled"}) == 1' +
          ' and max by (namespace, pod, container) (increase(kube_pod_container_status_restarts_total[15m])) > 0',
        minutes: 1,
        severity: 'warning',
        summary:
          '{{ $labels.container }} of {{ $labels.namespace }}/{{ $labels.pod }} is killed at its memory limit',
      },
      {
        alert: 'ContainerCannotStart',
        expr:
          'max by (namespace, pod, container) (kube_pod_container_status_waiting_reason{reason=~' +
          '"CreateContainerConfigError|ErrImagePull|ImagePullBackOff|InvalidImageName"}) == 1',
        minutes: 15,
        severity: 'warning',
        summary:
          '{{ $labels.container }} of {{ $labels.namespace }}/{{ $labels.pod }} lacks its image or a secret',
      },
    ],
  },
  {
    name: 'secrets',
    exporter: 'external-secrets',
    rules: [
      {
        alert: 'SecretIsNotWritten',
        expr: 'max by (namespace, name) (externalsecret_status_condition{condition="Ready",status="False"}) == 1',
        minutes: 15,
        severity: 'critical',
        summary: 'Secret {{ $labels.namespace }}/{{ $labels.name }} cannot be written from its source',
      },
    ],
  },
  {
    name: 'certificates',
    exporter: 'cert-manager',
    rules: [
      {
        alert: 'CertificateExpires',
        expr: 'min by (namespace, name) (certmanager_certificate_expiration_timestamp_seconds) - time() < 7 * 24 * 3600',
        minutes: 60,
        severity: 'critical',
        summary:
          'Certificate {{ $labels.namespace }}/{{ $labels.name }} ends in {{ $value | humanizeDuration }}',
      },
      {
        alert: 'CertificateIsNotReady',
        expr: 'max by (namespace, name) (certmanager_certificate_ready_status{condition="False"}) == 1',
        minutes: 30,
        severity: 'warning',
        summary: 'Certificate {{ $labels.namespace }}/{{ $labels.name }} is not issued',
      },
    ],
  },
];
