/** How llm-d's servers of external processing are reached: by gateways, and by Prometheus. */
export const ASKED_BY_GATEWAYS: readonly string[] = [
  // Encrypted by a certificate of its own making; gateways must not verify it.
  '--secure-serving=true',
  // Behind a network policy; with it, Prometheus would need rights of its own.
  '--metrics-endpoint-auth=false',
];
