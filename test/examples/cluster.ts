import type { Cluster } from '../../lib';

// snippet: cluster
/** The cluster that manifests are written for. Names on both sides follow from it: the cluster is `acme-prod`. */
export const cluster: Cluster = {
  prefix: 'acme',
  environment: 'prod',
  kubernetes: '1.36',
  aws: { account: '111122223333', region: 'us-east-1', zones: ['us-east-1a', 'us-east-1b', 'us-east-1c'] },
  serviceCidr: '172.20.0.0/16', // policies open the API server, webhooks and databases by these ranges
  controlPlaneCidrs: ['10.0.240.0/28', '10.0.240.16/28', '10.0.240.32/28'],
  databaseCidrs: ['10.0.241.0/24', '10.0.242.0/24', '10.0.243.0/24'],
  apiServerPort: 443,
  storageClass: 'gp3',
};
// end
