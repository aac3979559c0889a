import { checkLabels } from './metadata';
import { dnsLabel, portNumber, portReference } from './names';
import type { Strings } from './objects';
import { type Report, reportFault, reportRepeats } from './report';

interface ServiceSpec {
  readonly type?: string;
  readonly clusterIP?: string;
  readonly externalName?: string;
  readonly selector?: Strings;
  readonly loadBalancerClass?: string;
  readonly externalTrafficPolicy?: string;
  readonly ports?: readonly {
    readonly name?: string;
    readonly port?: number;
    readonly targetPort?: number | string;
    readonly nodePort?: number;
    readonly protocol?: string;
  }[];
}

export function checkService({ spec = {} }: { readonly spec?: ServiceSpec }, report: Report): void {
  const { type = 'ClusterIP', clusterIP, externalName, ports = [] } = spec;
  const outward = type === 'NodePort' || type === 'LoadBalancer';
  checkLabels(spec.selector, 'spec.selector', report);
  if (type === 'ExternalName' && !externalName)
    report('spec.externalName', "is required: the type is 'ExternalName'");
  if (type !== 'ExternalName' && clusterIP !== 'None' && ports.length === 0) {
    report('spec.ports', 'must have one port or more: the Service is not headless');
  }
  if (outward && clusterIP === 'None') report('spec.clusterIP', `must not be None: the type is '${type}'`);
  if (!outward && spec.externalTrafficPolicy)
    report('spec.externalTrafficPolicy', `must be absent: the type is '${type}'`);
  if (type !== 'LoadBalancer' && spec.loadBalancerClass)
    report('spec.loadBalancerClass', `must be absent: the type is '${type}'`);
  ports.forEach(({ name, port, targetPort, nodePort }, i) => {
    const at = `spec.ports[${i}]`;
    if (name) reportFault(report, `${at}.name`, dnsLabel(name));
    else if (ports.length > 1) report(`${at}.name`, 'is required: there are several ports');
    if (port !== undefined) reportFault(report, `${at}.port`, portNumber(port));
    if (targetPort !== undefined) reportFault(report, `${at}.targetPort`, portReference(targetPort));
    if (nodePort && !outward) report(`${at}.nodePort`, `must be absent: the type is '${type}'`);
  });
  reportRepeats(report, 'spec.ports', ports, 'port name', (port) => port.name || undefined);
}
