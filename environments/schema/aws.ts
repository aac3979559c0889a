import { wordOr } from '../choices';
import { DEFAULT_VERSION } from '../eks-calendar';
import { listOf, objectOf, optional, orEmpty, withDefault } from '../fields';
import { integer, string } from '../scalars';
import { cidr, instanceType, zone } from './text';

const granted = (what: string) => optional(integer(`vCPUs granted for ${what}`, { min: 0 }));

/** Quotas of EC2, as the catalog names them. */
const quotas = objectOf('vCPUs that AWS grants the account in the region; what is absent is not compared', {
  'on-demand-standard': granted('running on-demand standard instances, L-1216C47A'),
  'on-demand-g': granted('running on-demand G and VT instances, L-DB2E81BA'),
  'on-demand-p': granted('running on-demand P instances, L-417A185B'),
  'spot-standard': granted('standard spot instances, L-34B43A08'),
  'spot-g': granted('G and VT spot instances, L-3819A6DF'),
  'spot-p': granted('P spot instances, L-7212CCBC'),
});

const admin = string('ARN of an IAM role', {
  pattern: /^arn:aws(-cn|-us-gov)?:iam::\d{12}:role\/[\w+=,.@/-]+$/,
  format: 'the ARN of an IAM role, such as arn:aws:iam::111122223333:role/platform-admins',
});

/** The AWS account, region and cluster. */
export const aws = objectOf('AWS account, region and cluster; absent for a cluster outside AWS', {
  account: string('AWS account, 12 digits in quotes', {
    pattern: /^\d{12}$/,
    format: 'an account of 12 digits',
  }),
  region: string('AWS region', {
    pattern: /^[a-z]{2}(-[a-z]+)+-\d$/,
    format: 'a region such as us-east-1',
  }),
  zones: listOf('Availability zones of the region: two, in prod three', string('Availability zone', zone), {
    min: 2,
  }),
  admins: listOf('IAM roles that administrate the cluster; nobody else gets in', admin, { min: 1 }),
  endpoint: wordOr(
    'private',
    objectOf("Who reaches the API server: 'private', or { public: [ranges] }", {
      public: listOf('Ranges that reach the API server from outside', string('Range', cidr), { min: 1 }),
    }),
  ),
  network: orEmpty(
    objectOf('Address ranges of the VPC and of Services', {
      cidr: withDefault(string('Range of the VPC, /16 to /20', cidr), '10.0.0.0/16'),
      serviceCidr: withDefault(string('Range of Service addresses, /12 to /24', cidr), '172.20.0.0/16'),
      natGateways: optional(integer('NAT gateways, at most one a zone', { min: 1 })),
    }),
  ),
  kubernetes: withDefault(
    string('Kubernetes version of EKS, in quotes', {
      pattern: /^1\.\d+$/,
      format: 'a version such as "1.36"',
    }),
    DEFAULT_VERSION,
  ),
  quotas: optional(quotas),
  system: optional(
    objectOf('Managed nodes that run Karpenter and the add-ons', {
      instanceType: string('Instance type', instanceType),
      count: integer('Nodes', { min: 1 }),
    }),
  ),
});
