import type { PodsFact, RenderedObject } from '../../core';
import { nearest } from '../../core';
import type { Index } from '../index-of';
import type { Refusal } from '../proof';
import { matches, type Selector } from '../selectors';
import { behind, containerPort, type KubeService, openPorts } from '../services';

type Found = { findings: Refusal[]; checked: number };

const fault = (object: string, at: string, port: string | number, pods: PodsFact, why: string): Refusal => {
  const open = openPorts(pods);
  const meant =
    typeof port === 'string'
      ? nearest(
          port,
          open.map((name) => name.split(' ')[0]),
        )
      : undefined;
  return {
    object,
    what: `${at} names port '${port}', which ${pods.owner} does not open; it opens ${open.join(', ') || 'none'}${meant ? `; did you mean '${meant}'?` : ''}`,
    why,
    fix: meant ? `name '${meant}'` : 'name a port that a container opens, or add it to its ports',
  };
};

/** Target ports of Services that their pods do not open. */
export function servicePorts(service: KubeService, index: Index): Found {
  const findings: Refusal[] = [];
  let checked = 0;
  for (const pods of behind(service, index)) {
    for (const { name, port, targetPort } of service.ports ?? []) {
      if (targetPort === undefined) continue;
      checked++;
      if (containerPort(pods, targetPort) !== undefined) continue;
      findings.push(
        fault(
          service.id,
          `port ${name ?? port}`,
          targetPort,
          pods,
          'the Service has no endpoint on that port: connections are refused',
        ),
      );
    }
  }
  return { findings, checked };
}

interface MonitorSpec {
  readonly selector?: Selector;
  readonly namespaceSelector?: { readonly any?: boolean; readonly matchNames?: readonly string[] };
  readonly podMetricsEndpoints?: readonly Endpoint[];
  readonly endpoints?: readonly Endpoint[];
}

interface Endpoint {
  readonly port?: string;
  readonly portNumber?: number;
  readonly targetPort?: number | string;
}

/** One group of pods that a monitor scrapes, and the number of the port. */
interface Scraped {
  readonly pods: PodsFact;
  readonly port: number;
}

/** Namespaces a monitor looks into. */
export function monitored({ json }: RenderedObject): readonly string[] {
  const { namespaceSelector } = (json.spec ?? {}) as MonitorSpec;
  return namespaceSelector?.matchNames ?? [json.metadata.namespace ?? 'default'];
}

/** What monitors scrape, and the ports they name in vain. */
export function monitorPorts(monitor: RenderedObject, index: Index): Found & { scraped: Scraped[] } {
  const findings: Refusal[] = [];
  const scraped: Scraped[] = [];
  let checked = 0;
  const spec = (monitor.json.spec ?? {}) as MonitorSpec;
  const why = 'Prometheus drops the target in silence: every alert and scaler on it stays empty';
  const judge = (pods: PodsFact, at: string, port: string | number) => {
    checked++;
    const number = containerPort(pods, port);
    if (number === undefined) findings.push(fault(monitor.id, at, port, pods, why));
    else scraped.push({ pods, port: number });
  };
  for (const namespace of monitored(monitor)) {
    if (monitor.json.kind === 'PodMonitor') {
      const selected = index.select(namespace, spec.selector ?? {});
      for (const pods of selected) {
        for (const { port, portNumber, targetPort } of spec.podMetricsEndpoints ?? [])
          judge(pods, 'podMetricsEndpoints', port ?? portNumber ?? targetPort ?? '');
      }
      continue;
    }
    for (const object of index.of('Service')) {
      if (
        object.json.metadata.namespace !== namespace ||
        !matches(spec.selector ?? {}, object.json.metadata.labels ?? {})
      )
        continue;
      const service = index.service(namespace, object.json.metadata.name);
      if (!service) continue;
      for (const { port, targetPort } of spec.endpoints ?? []) {
        const open = service.ports?.find((p) => (port ? p.name === port : p.targetPort === targetPort));
        if (!open) {
          checked++;
          findings.push({
            object: monitor.id,
            what: `endpoints names port '${port ?? targetPort}', which ${service.id} does not open; it opens ${(service.ports ?? []).map((p) => p.name ?? p.port).join(', ') || 'none'}`,
            why,
            fix: 'name a port of the Service by its name',
          });
          continue;
        }
        const { targetPort: behindIt = open.port } = open;
        for (const pods of behind(service, index)) judge(pods, `endpoints (through ${service.id})`, behindIt);
      }
    }
  }
  return { findings, checked, scraped };
}
