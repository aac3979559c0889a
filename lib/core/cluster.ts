import type { IConstruct } from 'constructs';

/** The cluster that manifests are written for: names and ranges that follow from the environment file. */
export interface Cluster {
  /** Name of the environment; part of every AWS name. */
  readonly environment: string;
  /** First part of every AWS name. */
  readonly prefix: string;
  /** Kubernetes minor version, such as `1.36`. */
  readonly kubernetes: string;
  /** Absent for a cluster outside AWS. */
  readonly aws?: { readonly account: string; readonly region: string; readonly zones: readonly string[] };
  /** Range of Service addresses; the API server is its first address. */
  readonly serviceCidr?: string;
  /** Where the control plane's own interfaces live. */
  readonly controlPlaneCidrs?: readonly string[];
  /** Port on which the control plane answers pods directly: 443 on EKS, 6443 on kind. */
  readonly apiServerPort: number;
  /** Where databases outside the cluster live. */
  readonly databaseCidrs?: readonly string[];
  /** Where load balancers live: those that only the VPC reaches, and those that the internet does. */
  readonly balancerCidrs?: { readonly internal: readonly string[]; readonly public: readonly string[] };
  /** Class of every claim that names none. */
  readonly storageClass: string;
  /**
   * Whether it has the classes of `PriorityClasses`.
   * @default false: pods name no class
   */
  readonly priorityClasses?: boolean;
}

/** For constructs used outside our stacks: nothing known, so policies name ports but no ranges. */
const STANDALONE: Cluster = {
  environment: 'standalone',
  prefix: 'nexus',
  kubernetes: '1.36',
  apiServerPort: 443,
  storageClass: 'gp3',
};

const KEY = 'nexus-eks/cluster';

/** Set the cluster for everything below; call it before the first child is made. */
export function setCluster(scope: IConstruct, cluster: Cluster): void {
  scope.node.setContext(KEY, cluster);
}

/** The cluster that this construct is written for. */
export function clusterOf(construct: IConstruct): Cluster {
  return (construct.node.tryGetContext(KEY) as Cluster | undefined) ?? STANDALONE;
}
