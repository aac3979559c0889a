/** Everything a cdk8s app imports: constructs, their contracts, and the proofs. Engines have entries of their own. */

export { type AttachOptions, attachProofs, type Needs, needsOf } from './attach-proofs';
export * from './cluster';
export * from './compute';
export * from './contracts';
export {
  ANYWHERE,
  type Cluster,
  CrdSet,
  DeclaredPods,
  declare,
  type Finding,
  formatFinding,
  GeneratedSecret,
  HelmRelease,
  type HelmReleaseProps,
  type ISecret,
  type KubeObject,
  Layer,
  type LayerProps,
  type MetricsEndpoint,
  objectsOf,
  PHASES,
  type Phase,
  type Placement,
  PlatformError,
  POLICIES,
  PodGroup,
  type Policy,
  type Rendered,
  render,
  SecretRef,
  SuppliedSecret,
  setCluster,
  setPolicy,
  Task,
  type TaskProps,
  type Tier,
  toYaml,
  toYamlStream,
  Workload,
  WorkloadIdentity,
  type WorkloadProps,
} from './core';
export * from './data';
export * from './gateway';
export * from './observability';
export { PROOFS, type Proof, proofInput, prove, type Waiver } from './proofs';
export * from './serving';
