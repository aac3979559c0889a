import { portReference } from './names';
import type { Container, Handler, Probe } from './objects';
import { type Report, reportBelow, reportFault, reportNotOne } from './report';

const TIMES = {
  initialDelaySeconds: 0,
  timeoutSeconds: 0,
  periodSeconds: 0,
  successThreshold: 0,
  failureThreshold: 0,
};

const HANDLERS: readonly (keyof Handler)[] = ['httpGet', 'tcpSocket', 'grpc', 'exec'];

/** Probes and lifecycle hooks of a container. */
export function checkProbes(container: Container, path: string, report: Report): void {
  const { startupProbe, readinessProbe, livenessProbe, lifecycle } = container;
  if (startupProbe) checkProbe(startupProbe, `${path}.startupProbe`, report);
  if (readinessProbe) checkProbe(readinessProbe, `${path}.readinessProbe`, report);
  if (livenessProbe) checkProbe(livenessProbe, `${path}.livenessProbe`, report);
  for (const name of ['startupProbe', 'livenessProbe'] as const) {
    const times = container[name]?.successThreshold || 1; // 0 asks for the default
    if (times !== 1) report(`${path}.${name}.successThreshold`, `must be 1, not ${times}`);
  }
  if (readinessProbe?.terminationGracePeriodSeconds !== undefined) {
    report(
      `${path}.readinessProbe.terminationGracePeriodSeconds`,
      'must be absent: a readiness probe stops nothing',
    );
  }
  for (const name of ['preStop', 'postStart'] as const) {
    const hook = lifecycle?.[name];
    if (!hook) continue;
    reportNotOne(report, `${path}.lifecycle.${name}`, hook, 'handler');
    checkPorts(hook, `${path}.lifecycle.${name}`, report);
  }
}

function checkProbe(probe: Probe, path: string, report: Report): void {
  const handlers = Object.fromEntries(HANDLERS.map((name) => [name, probe[name]]));
  reportNotOne(report, path, handlers, 'handler');
  reportBelow(report, path, probe, { ...TIMES, terminationGracePeriodSeconds: 1 });
  checkPorts(probe, path, report);
}

function checkPorts(handler: Handler, path: string, report: Report): void {
  for (const name of ['httpGet', 'tcpSocket', 'grpc'] as const) {
    const port = handler[name]?.port;
    if (port !== undefined) reportFault(report, `${path}.${name}.port`, portReference(port));
  }
  if (handler.exec && !handler.exec.command?.length) report(`${path}.exec.command`, 'is required');
}
