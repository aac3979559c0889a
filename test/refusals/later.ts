/** Faults that nothing refuses yet, with what is missing. */
export const LATER: Readonly<Record<string, string>> = {
  'conf-kgateway-pool': 'no inference gateway yet',
  'conf-ab-weights': 'the file has no weights yet',
  'aws-karpenter-version': 'both versions are pinned here, and nothing compares them yet',
};
