import type { Labels } from './kube';

/** Of each LLMInferenceService its controller makes a Deployment and a Service of these names. */
export const kserveDeployment = (name: string): string => `${name}-kserve`;
export const kserveService = (name: string): string => `${name}-kserve-workload-svc`;

/** A longer name would be cut and hashed, and nobody could say what the Service is called. */
export const LONGEST_KSERVE_NAME = 63 - kserveService('').length;

/** Name of the container that its controller takes for the engine. */
export const KSERVE_CONTAINER = 'main';
/** Port that the Service leads to, whatever the container listens on. */
export const KSERVE_PORT = 8000;

/** What it writes on the pods, and selects them by. */
export const kserveLabels = (name: string): Labels => ({
  'app.kubernetes.io/component': 'llminferenceservice-workload',
  'app.kubernetes.io/name': name,
  'app.kubernetes.io/part-of': 'llminferenceservice',
  'kserve.io/component': 'workload',
  'llm-d.ai/role': 'both',
});
