import { type Cluster, discoveryTag } from '../core';
import { bitsFor, part } from './cidr';
import type { FoundationInput, Site } from './foundation-input';

/** Public subnets hold NAT and load balancers alone; control plane and databases have no way out. */
export type SubnetKind = 'nodes' | 'public' | 'control-plane' | 'database';

export interface SubnetPlan {
  /** `nodes-us-east-1a`; how other parts of the plan refer to it. */
  readonly name: string;
  readonly kind: SubnetKind;
  readonly zone: string;
  readonly cidr: string;
  readonly routeTable: string;
  readonly publicAddresses: boolean;
  readonly tags: Readonly<Record<string, string>>;
}

export interface RouteTablePlan {
  readonly name: string;
  /** Where everything outside the VPC goes: the internet gateway, a NAT gateway by name, or nowhere. */
  readonly egress: 'internet' | { readonly nat: string } | 'none';
}

export interface NetworkPlan {
  readonly name: string;
  readonly cidr: string;
  readonly dnsSupport: boolean;
  readonly dnsHostnames: boolean;
  readonly subnets: readonly SubnetPlan[];
  readonly routeTables: readonly RouteTablePlan[];
  readonly natGateways: readonly { readonly name: string; readonly subnet: string }[];
  /** Free, and weights from S3 through NAT would cost 3 USD a start. */
  readonly gatewayEndpoints: readonly {
    readonly name: string;
    readonly service: string;
    readonly routeTables: readonly string[];
  }[];
  readonly flowLogs: {
    readonly logGroup: string;
    readonly role: string;
    readonly traffic: 'ALL' | 'ACCEPT' | 'REJECT';
    readonly aggregationSeconds: number;
  };
}

const CUTS: readonly Exclude<SubnetKind, 'nodes'>[] = ['public', 'control-plane', 'database'];

/**
 * Range of one subnet. Each zone's nodes get an equal slice as large as possible (a /18 of a /16: the VPC CNI takes
 * an address for each pod); the slice after the last zone's is cut up for everything else.
 */
function rangeOf(cidr: string, zones: number, kind: SubnetKind, zone: number): string {
  const bits = bitsFor(zones + 1);
  if (kind === 'nodes') return part(cidr, bits, zone);
  const rest = part(cidr, bits, 2 ** bits - 1);
  return part(part(rest, 2, CUTS.indexOf(kind)), bitsFor(zones), zone);
}

const ranges = (kind: SubnetKind) => (cidr: string, zones: readonly string[]) =>
  zones.map((_, index) => rangeOf(cidr, zones.length, kind, index));

/** Where the control plane's interfaces will live. */
export const controlPlaneCidrs: (cidr: string, zones: readonly string[]) => string[] =
  ranges('control-plane');

/** Where databases and caches will live. */
export const databaseCidrs: (cidr: string, zones: readonly string[]) => string[] = ranges('database');

/** Where load balancers that the internet reaches will live; internal ones live with the nodes. */
export const publicCidrs: (cidr: string, zones: readonly string[]) => string[] = ranges('public');

/** Where nodes and pods will live. */
export const nodeCidrs: (cidr: string, zones: readonly string[]) => string[] = ranges('nodes');

/**
 * Three tiers in each zone. There are no interface endpoints: the twelve that the platform would use cost more than
 * three NAT gateways, and nodes need the internet for images and charts anyway.
 */
export function planNetwork(site: Site, input: FoundationInput['network'], logGroup: string): NetworkPlan {
  const { zones, region } = site;
  const nats = Math.min(zones.length, input.natGateways ?? (site.policy.spreadZones ? zones.length : 1));
  const subnet = (kind: SubnetKind, index: number): SubnetPlan => ({
    name: `${kind}-${zones[index]}`,
    kind,
    zone: zones[index],
    cidr: rangeOf(input.cidr, zones.length, kind, index),
    routeTable: kind === 'nodes' ? `nodes-${zones[index]}` : kind === 'public' ? 'public' : 'isolated',
    publicAddresses: false,
    tags: tagsOf(site.cluster, kind),
  });
  const kinds: readonly SubnetKind[] = ['nodes', ...CUTS];
  const natNames = zones.slice(0, nats).map((zone) => `nat-${zone}`);
  const routeTables: RouteTablePlan[] = [
    { name: 'public', egress: 'internet' },
    ...zones.map((zone, index) => ({
      name: `nodes-${zone}`,
      egress: { nat: natNames[index % natNames.length] },
    })),
    { name: 'isolated', egress: 'none' },
  ];
  return {
    name: site.name,
    cidr: input.cidr,
    dnsSupport: true,
    dnsHostnames: true,
    subnets: kinds.flatMap((kind) => zones.map((_, index) => subnet(kind, index))),
    routeTables,
    natGateways: natNames.map((name, index) => ({ name, subnet: `public-${zones[index]}` })),
    gatewayEndpoints: ['s3', 'dynamodb'].map((name) => ({
      name,
      service: `com.amazonaws.${region}.${name}`,
      routeTables: routeTables.filter((table) => table.name !== 'public').map((table) => table.name),
    })),
    flowLogs: { logGroup, role: 'flow-logs', traffic: 'ALL', aggregationSeconds: 600 },
  };
}

function tagsOf(cluster: Cluster, kind: SubnetKind): Record<string, string> {
  if (kind === 'nodes') return { ...discoveryTag(cluster), 'kubernetes.io/role/internal-elb': '1' };
  return kind === 'public' ? { 'kubernetes.io/role/elb': '1' } : {};
}
