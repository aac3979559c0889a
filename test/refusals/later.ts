/** Faults that nothing refuses yet, with what is missing. */
export const LATER: Readonly<Record<string, string>> = {
  'conf-dead-metric': 'metric-exists: needs the metrics of engines by version',
  'conf-bad-promql': 'query-parses: needs a parser',
  'aws-karpenter-version': 'both versions are pinned here, and nothing compares them yet',
};
