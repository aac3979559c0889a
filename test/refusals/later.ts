/** Faults that nothing refuses yet, with what is missing. */
export const LATER: Readonly<Record<string, string>> = {
  'fit-mig-3-3-1': 'mig-layout-places: pools cannot ask for MIG yet',
  'fit-mig-b200-2g40': 'mig-layout-places: pools cannot ask for MIG yet',
  'fit-two-on-one-gpu': 'model-fits-memory: pools cannot share a GPU yet',
  'place-dra-karpenter': 'devices-match-autoscaler: no claims for devices yet',
  'place-system-nodes-full': 'pods of the EKS add-ons are not declared yet, so they are missing from the sum',
  'place-mig-auto-mode': 'devices-match-autoscaler: no Auto Mode and no MIG yet',
  'place-block-zone': 'pod-has-a-home: the file does not say in which zone a reservation lies',
  'place-quota': 'quota-covers-pool: the file has no quotas yet',
  'place-region': 'pod-has-a-home: the catalog knows prices by region, not offers',
  'conf-dead-metric': 'metric-exists: needs the metrics of engines by version',
  'conf-bad-promql': 'query-parses: needs a parser',
  'aws-karpenter-version': 'both versions are pinned here, and nothing compares them yet',
};
