import { ADDON_SIZES, addons, ON_SYSTEM_NODES, PlatformError, sized } from '../core';
import type { Site } from './foundation-input';
import { planRole, type RolePlan, trustPodIdentity } from './roles';

export interface AddonPlan {
  readonly name: string;
  readonly version: string;
  /** As the add-on's own schema spells it. */
  readonly configuration?: Readonly<Record<string, unknown>>;
  /** Service account that gets a role by Pod Identity. */
  readonly identity?: { readonly serviceAccount: string; readonly role: string };
  /** Nodes are not ready without it, so it is installed before them; the others wait for nodes to run on. */
  readonly beforeNodes: boolean;
  /** Add-ons that must be complete first. */
  readonly after: readonly string[];
  /** Our configuration wins over what stands in the cluster. */
  readonly conflicts: 'OVERWRITE';
}

const AGENT = 'eks-pod-identity-agent';

/** Add-ons in the order of their installation. */
export function planAddons(site: Site): AddonPlan[] {
  kubeProxyFits(site);
  const addon = (name: keyof typeof addons, rest: Partial<AddonPlan>): AddonPlan => ({
    name,
    version: addons[name],
    beforeNodes: false,
    after: [],
    conflicts: 'OVERWRITE',
    ...rest,
  });
  return [
    addon(AGENT, { beforeNodes: true }),
    addon('kube-proxy', { beforeNodes: true }),
    addon('vpc-cni', {
      beforeNodes: true,
      after: [AGENT],
      identity: { serviceAccount: 'aws-node', role: 'vpc-cni' },
      // A string in its schema. Without it network policies are accepted and do nothing.
      configuration: { enableNetworkPolicy: 'true' },
    }),
    addon('coredns', {
      configuration: { ...ON_SYSTEM_NODES, replicaCount: 2, resources: sized(ADDON_SIZES.coredns) },
    }),
    addon('aws-ebs-csi-driver', {
      identity: { serviceAccount: 'ebs-csi-controller-sa', role: 'ebs-csi' },
      configuration: {
        controller: { ...ON_SYSTEM_NODES, resources: sized(ADDON_SIZES.ebsController) },
        node: { tolerateAllTaints: true, resources: sized(ADDON_SIZES.ebsNode) },
      },
    }),
    addon('metrics-server', {
      configuration: { ...ON_SYSTEM_NODES, replicas: 2, resources: sized(ADDON_SIZES.metricsServer) },
    }),
  ];
}

/** Roles of the add-ons that call AWS. */
export function planAddonRoles(site: Site): RolePlan[] {
  const trust = (serviceAccount: string) =>
    trustPodIdentity(site, { namespace: 'kube-system', serviceAccount });
  return [
    planRole(site, 'vpc-cni', trust('aws-node'), { managed: ['AmazonEKS_CNI_Policy'] }),
    planRole(site, 'ebs-csi', trust('ebs-csi-controller-sa'), {
      managed: ['service-role/AmazonEBSCSIDriverPolicy'],
    }),
  ];
}

/** EKS offers a version of kube-proxy for its own minor version of Kubernetes alone. */
function kubeProxyFits({ name, cluster }: Site): void {
  const version = addons['kube-proxy'];
  const minor = version.slice(1).split('.', 2).join('.');
  if (minor === cluster.kubernetes) return;
  const fault = {
    what: `runs Kubernetes ${cluster.kubernetes}, and the add-ons are pinned for ${minor}`,
    why: `EKS refuses kube-proxy ${version} on any other version`,
    fix: `set kubernetes to '${minor}'`,
  };
  throw new PlatformError(`cluster ${name}`, fault, 'aws.kubernetes');
}
