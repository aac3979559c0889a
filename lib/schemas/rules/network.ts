import { BlockList, isIP } from 'node:net';
import { dnsSubdomain, portName, portNumber } from './names';
import type { Selector } from './objects';
import { type Report, reportFault, reportNotOne } from './report';
import { checkSelector } from './selector';

interface Peer {
  readonly ipBlock?: { readonly cidr?: string; readonly except?: readonly string[] };
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
}

interface Allowed {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports?: readonly { readonly port?: number | string; readonly endPort?: number }[];
}

interface NetworkPolicySpec {
  readonly podSelector?: Selector;
  readonly ingress?: readonly Allowed[];
  readonly egress?: readonly Allowed[];
}

interface Backend {
  readonly service?: {
    readonly name?: string;
    readonly port?: { readonly name?: string; readonly number?: number };
  };
  readonly resource?: object;
}

interface IngressSpec {
  readonly defaultBackend?: Backend;
  readonly rules?: readonly {
    readonly host?: string;
    readonly http?: {
      readonly paths?: readonly {
        readonly path?: string;
        readonly pathType?: string;
        readonly backend?: Backend;
      }[];
    };
  }[];
}

export function checkNetworkPolicy(
  { spec = {} }: { readonly spec?: NetworkPolicySpec },
  report: Report,
): void {
  checkSelector(spec.podSelector, 'spec.podSelector', report);
  for (const direction of ['ingress', 'egress'] as const) {
    spec[direction]?.forEach((allowed, i) => {
      const at = `spec.${direction}[${i}]`;
      const peers = direction === 'ingress' ? 'from' : 'to';
      allowed[peers]?.forEach((peer, j) => {
        checkPeer(peer, `${at}.${peers}[${j}]`, report);
      });
      checkPorts(allowed, at, report);
    });
  }
}

function checkPeer({ ipBlock, podSelector, namespaceSelector }: Peer, path: string, report: Report): void {
  if (!ipBlock && !podSelector && !namespaceSelector)
    report(path, 'names no peer: ipBlock, podSelector or namespaceSelector');
  if (ipBlock && (podSelector || namespaceSelector))
    report(path, 'has an ipBlock, so it may have no selector');
  checkSelector(podSelector, `${path}.podSelector`, report);
  checkSelector(namespaceSelector, `${path}.namespaceSelector`, report);
  if (!ipBlock?.cidr) return;
  const { cidr, except = [] } = ipBlock;
  reportFault(report, `${path}.ipBlock.cidr`, cidrFault(cidr));
  except.forEach((hole, i) => {
    const at = `${path}.ipBlock.except[${i}]`;
    reportFault(report, at, cidrFault(hole));
    if (!cidrFault(cidr) && !cidrFault(hole) && !within(hole, cidr))
      report(at, `'${hole}' is not inside '${cidr}'`);
  });
}

function cidrFault(cidr: string): string | undefined {
  const [address = '', length = '', ...rest] = cidr.split('/');
  const family = isIP(address);
  const bits = family === 6 ? 128 : 32;
  const good = family !== 0 && rest.length === 0 && /^\d{1,3}$/.test(length) && Number(length) <= bits;
  return good ? undefined : `'${cidr}' must be an address range such as 10.0.0.0/16`;
}

function within(inner: string, outer: string): boolean {
  const [address = '', length] = inner.split('/');
  const [network = '', prefix] = outer.split('/');
  const family = isIP(network) === 6 ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  list.addSubnet(network, Number(prefix), family);
  return isIP(address) === isIP(network) && Number(length) > Number(prefix) && list.check(address, family);
}

function checkPorts({ ports = [] }: Allowed, path: string, report: Report): void {
  ports.forEach(({ port, endPort }, i) => {
    const at = `${path}.ports[${i}]`;
    if (port !== undefined)
      reportFault(report, `${at}.port`, typeof port === 'number' ? portNumber(port) : portName(port));
    if (endPort === undefined) return;
    if (typeof port !== 'number') report(`${at}.endPort`, 'must be absent: port is not a number');
    else if (endPort < port || endPort > 65535)
      report(`${at}.endPort`, `must be between port ${port} and 65535, not ${endPort}`);
  });
}

export function checkIngress({ spec = {} }: { readonly spec?: IngressSpec }, report: Report): void {
  if (!spec.defaultBackend && !spec.rules?.length) report('spec', 'needs a rule or a defaultBackend');
  if (spec.defaultBackend) checkBackend(spec.defaultBackend, 'spec.defaultBackend', report);
  spec.rules?.forEach(({ host, http }, i) => {
    const at = `spec.rules[${i}]`;
    if (host && isIP(host)) report(`${at}.host`, `must be a name, not the address '${host}'`);
    else if (host) reportFault(report, `${at}.host`, dnsSubdomain(host.replace(/^\*\./, '')));
    http?.paths?.forEach(({ path, pathType, backend }, j) => {
      const where = `${at}.http.paths[${j}]`;
      if (pathType !== 'ImplementationSpecific' && !path?.startsWith('/'))
        report(`${where}.path`, "must start with '/'");
      if (backend) checkBackend(backend, `${where}.backend`, report);
    });
  });
}

function checkBackend(backend: Backend, path: string, report: Report): void {
  reportNotOne(report, path, backend, 'target');
  if (backend.service) reportNotOne(report, `${path}.service.port`, backend.service.port ?? {}, 'port');
}
