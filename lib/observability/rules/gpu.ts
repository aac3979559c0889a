import type { RuleGroup } from './rule';

const XID = 'DCGM_FI_DEV_XID_ERRORS';
/** What NVIDIA means by broken: memory, NVLink, the bus, contained and uncontained errors. */
const BROKEN = [48, 63, 64, 74, 79, 94, 95];

/** Cards, by the counters that the exporter has on without a list of one's own. */
export const GPU: RuleGroup = {
  name: 'gpu',
  exporter: 'dcgm',
  rules: [
    {
      alert: 'GpuIsBroken',
      // The gauge holds the number of the last error, so it is compared and never counted.
      expr: BROKEN.map((code) => `${XID} == ${code}`).join(' or '),
      minutes: 1,
      severity: 'critical',
      summary: 'GPU {{ $labels.gpu }} of {{ $labels.Hostname }} reports XID {{ $value }}',
    },
    {
      alert: 'GpuMemoryWearsOut',
      expr: 'DCGM_FI_DEV_ROW_REMAP_FAILURE > 0',
      minutes: 1,
      severity: 'critical',
      summary: 'GPU {{ $labels.gpu }} of {{ $labels.Hostname }} has no spare memory rows left',
    },
    {
      alert: 'GpuIsHot',
      expr: 'DCGM_FI_DEV_GPU_TEMP > 85',
      minutes: 10,
      severity: 'warning',
      summary: 'GPU {{ $labels.gpu }} of {{ $labels.Hostname }} is at {{ $value }} degrees and slows down',
    },
    {
      alert: 'GpuIsIdle',
      expr: 'max by (Hostname, gpu) (max_over_time(DCGM_FI_DEV_GPU_UTIL[1h])) == 0',
      minutes: 60,
      severity: 'warning',
      summary:
        'GPU {{ $labels.gpu }} of {{ $labels.Hostname }} has done nothing for two hours, and is paid for',
    },
  ],
};
