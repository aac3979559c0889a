import type { PodsFact, Rendered } from '../../core';
import type { Edges } from '../edges';
import { hostsOfConfigMap, hostsOfPod, type Mention } from '../hosts';
import type { Index } from '../index-of';
import type { Refusal } from '../proof';
import { meant } from '../references/hosts';
import { monitorPorts } from '../references/ports';
import { destinationsOf, gatewaysOf } from '../routes';
import { behind, containerPort, type KubeService } from '../services';

const PROMETHEUS = 'prometheus';

/** Connections that pods will try, by what they are told and by what monitors ask for, and that no edge declares. */
export function neededEdges(
  rendered: Rendered,
  index: Index,
  edges: Edges,
): { findings: Refusal[]; checked: number } {
  const findings: Refusal[] = [];
  let checked = 0;
  const pods = rendered.facts.of('pods');
  for (const reader of pods) {
    if (reader.template.spec.hostNetwork) continue;
    const told = [
      ...hostsOfPod(reader.template),
      ...filesOf(reader).flatMap((name) => {
        const file = index.object(`ConfigMap/${reader.namespace}/${name}`);
        return file
          ? hostsOfConfigMap(file.json).map(({ at, mention }) => ({ at: `${at} of ${file.id}`, mention }))
          : [];
      }),
    ];
    for (const { at, mention } of told) {
      const service = meant(mention, reader.namespace, index);
      if (!service || service === 'outside') continue;
      for (const target of behind(service, index)) {
        // To itself: members of a cluster find each other by their own edges, if they do.
        if (target === reader || target.template.spec.hostNetwork) continue;
        checked++;
        const ports = targetPorts(service, target, mention);
        if (ports ? ports.some((port) => edges.joins(reader, target, port)) : edges.joins(reader, target))
          continue;
        findings.push({
          object: reader.owner,
          what: `${at} says '${mention.text}', and there is no edge to ${target.owner}${ports ? ` on port ${ports.join(' or ')}` : ''}`,
          why: 'its policy drops the connection: it times out at run time',
          fix: 'connect the two: pods.allowFrom(…) on the side that listens',
        });
      }
    }
  }

  const scrapers = pods.filter((p) => p.template.metadata.labels['app.kubernetes.io/name'] === PROMETHEUS);
  for (const kind of ['PodMonitor', 'ServiceMonitor']) {
    for (const monitor of index.of(kind)) {
      for (const { pods: target, port } of monitorPorts(monitor, index).scraped) {
        checked++;
        if (
          target.template.spec.hostNetwork ||
          scrapers.some((from) => from === target || edges.joins(from, target, port))
        )
          continue;
        findings.push({
          object: monitor.id,
          what: scrapers.length
            ? `scrapes ${target.owner} on port ${port}, and there is no edge from the pods of Prometheus`
            : `scrapes ${target.owner}, and no pods with the label app.kubernetes.io/name=${PROMETHEUS} are declared`,
          why: 'the target is down for ever: every alert and scaler on it stays empty',
          fix: 'let ObservabilityStack.scrape(target) write the monitor: it draws the edge too',
        });
      }
    }
  }
  for (const route of rendered.objects.filter(({ json }) => /^(HTTP|GRPC)Route$/.test(json.kind))) {
    const proxies = gatewaysOf(route, index).flatMap(({ id }) =>
      pods.filter(({ owner }) => owner.startsWith(`${id}#`)),
    );
    for (const proxy of proxies) {
      for (const { pods: target, port, as } of destinationsOf(route, index)) {
        checked++;
        if (target.template.spec.hostNetwork || edges.joins(proxy, target, port)) continue;
        findings.push({
          object: route.id,
          what: `leads to ${as}, and there is no edge from ${proxy.owner} to ${target.owner}${port === undefined ? '' : ` on port ${port}`}`,
          why: 'a policy drops the connection: every request times out',
          fix: 'connect the two: pods.allowFrom(…) on the side that listens',
        });
      }
    }
  }
  return { findings, checked };
}

/** Container ports that a mention leads to; undefined when nobody says. */
function targetPorts(
  service: KubeService,
  target: PodsFact,
  { port }: Mention,
): readonly number[] | undefined {
  const open = service.ports?.filter(
    (p) => port === undefined || p.port === port || (service.headless && p.targetPort === port),
  );
  if (!open?.length || open.some((p) => p.targetPort === undefined)) {
    const direct = port === undefined ? undefined : containerPort(target, port);
    return direct === undefined ? undefined : [direct];
  }
  return open.flatMap((p) => containerPort(target, p.targetPort ?? p.port) ?? []);
}

/** ConfigMaps that a pod reads. */
function filesOf({ template: { spec } }: PodsFact): readonly string[] {
  const names = new Set<string>();
  for (const { configMap } of spec.volumes ?? []) if (configMap?.name) names.add(configMap.name);
  for (const container of [...spec.containers, ...(spec.initContainers ?? [])]) {
    for (const { configMapRef } of container.envFrom ?? []) if (configMapRef) names.add(configMapRef.name);
    for (const { valueFrom } of container.env ?? []) {
      if (valueFrom?.configMapKeyRef) names.add(valueFrom.configMapKeyRef.name);
    }
  }
  return [...names];
}
