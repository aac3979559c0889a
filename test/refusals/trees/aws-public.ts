// A load balancer for the world that no file declares.
import { ApiObject, type App } from 'cdk8s';
import { ground, service } from '../ground';

function balancer(app: App, annotations: Readonly<Record<string, string>>): void {
  const { apps } = ground(app);
  service(apps);
  new ApiObject(apps, 'door', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'door', namespace: 'apps', annotations },
    spec: {
      type: 'LoadBalancer',
      selector: { 'app.kubernetes.io/name': 'web' },
      ports: [{ port: 443, targetPort: 'http' }],
    },
  });
}

export function faulty(app: App): void {
  balancer(app, {});
}

export function repaired(app: App): void {
  balancer(app, { 'service.beta.kubernetes.io/aws-load-balancer-scheme': 'internal' });
}
