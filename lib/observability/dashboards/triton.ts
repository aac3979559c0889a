import { TRITON_PENDING, TRITON_SECONDS } from '../rules/triton';
import { modelDashboard } from './model-dashboard';
import type { PanelProps } from './panel';

const OF = 'container=~"$model"';
const LEGEND = '{{container}} {{model}}';
const rate = (series: string) => `sum by (container, model) (rate(${series}{${OF}}[$__rate_interval]))`;
/** Mean part of a request, in seconds: of requests that were computed. */
const mean = (series: string) => `${rate(series)} / 1e6 / (${rate('nv_inference_request_success')} > 0)`;

const PANELS: readonly PanelProps[] = [
  { title: 'Whole request, mean', unit: 's', queries: { [LEGEND]: `${TRITON_SECONDS}{${OF}}` } },
  {
    title: 'Where the time goes, mean',
    unit: 's',
    queries: {
      [`${LEGEND} waits`]: mean('nv_inference_queue_duration_us'),
      [`${LEGEND} reads`]: mean('nv_inference_compute_input_duration_us'),
      [`${LEGEND} computes`]: mean('nv_inference_compute_infer_duration_us'),
      [`${LEGEND} writes`]: mean('nv_inference_compute_output_duration_us'),
    },
  },
  { title: 'Requests that wait', unit: 'short', queries: { [LEGEND]: `${TRITON_PENDING}{${OF}}` } },
  {
    title: 'Requests a second',
    unit: 'reqps',
    queries: {
      [`${LEGEND} good`]: rate('nv_inference_request_success'),
      [`${LEGEND} {{reason}}`]: `sum by (container, model, reason) (rate(nv_inference_request_failure{${OF}}[$__rate_interval]))`,
    },
  },
  {
    title: 'Requests computed together',
    unit: 'short',
    queries: { [LEGEND]: `${rate('nv_inference_count')} / (${rate('nv_inference_exec_count')} > 0)` },
  },
  {
    title: 'Seconds that each model took to load',
    unit: 's',
    queries: { '{{pod}} {{model}}': `max by (pod, model) (nv_model_load_duration_secs{${OF}})` },
  },
  {
    title: 'GPU, busy',
    unit: 'percent',
    queries: { '{{pod}}': `avg by (pod) (DCGM_FI_DEV_GPU_UTIL{${OF}})` },
  },
];

/** How models on Triton answer. */
export const TRITON_DASHBOARD = modelDashboard({
  uid: 'nexus-serving-triton',
  title: 'Models on Triton',
  toldBy: 'nv_inference_pending_request_count',
  label: 'container',
  panels: PANELS,
});
