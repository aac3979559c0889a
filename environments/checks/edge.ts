import type { Checking, Draft } from './draft';

/** A host needs a certificate, and a certificate a host. */
export function checkEdge(draft: Draft, { fault, written }: Checking): void {
  const { edge, gateway, observability, aws, tier } = draft;
  const onAws = written('aws') && tier !== 'local';
  const hosts = [
    ['gateway.host', gateway?.host],
    ['observability.langfuse.host', observability?.langfuse?.host],
  ] as const;
  const [first] = hosts.filter(([path]) => written(path));
  if (!first) {
    if (written('edge')) {
      fault('edge', 'nothing reads this without gateway.host or observability.langfuse.host');
    }
    return;
  }
  if (gateway?.host && gateway.host === observability?.langfuse?.host) {
    fault('observability.langfuse.host', `'${gateway.host}' is gateway.host too; give each its own`);
  }
  if (!onAws) {
    if (written('edge.access'))
      fault('edge.access', "nothing reads this without 'aws': there is no load balancer");
    if (edge?.tls?.kind === 'acm')
      fault(
        'edge.tls.kind',
        "'acm' needs AWS, which this environment does not have; use 'issuer' or 'self-signed'",
      );
    return;
  }
  if (!written('edge.tls')) {
    const kinds = '{ kind: acm, certificates: [arn…] } or { kind: issuer, name: … }';
    fault(first[0], `is a host without a certificate; set edge.tls: ${kinds}`);
  }
  if (edge?.tls?.kind === 'acm') {
    for (const [index, arn] of (edge.tls.certificates ?? []).entries()) {
      const region = arn.split(':')[3];
      if (aws?.region && region !== aws.region) {
        const path = `edge.tls.certificates[${index}]`;
        fault(path, `is of ${region}; a load balancer takes certificates of its own region, ${aws.region}`);
      }
    }
  }
}
