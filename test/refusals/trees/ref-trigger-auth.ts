// A trigger of KEDA that logs in with something nobody writes.
import type { App } from 'cdk8s';
import { Keda } from '../../../lib/cluster';
import { ground, object, service } from '../ground';

const SCALER = {
  spec: {
    scaleTargetRef: { name: 'web' },
    minReplicaCount: 2,
    maxReplicaCount: 4,
    triggers: [
      {
        type: 'aws-sqs-queue',
        metadata: {
          queueURL: 'https://sqs.us-east-1.amazonaws.com/111122223333/jobs',
          awsRegion: 'us-east-1',
          queueLength: '5',
        },
        authenticationRef: { name: 'aws' },
      },
    ],
  },
};

function scaled(app: App) {
  const { apps, operators } = ground(app);
  new Keda(operators, 'keda');
  service(apps, 'web', { scaled: { by: 'ScaledObject/apps/web', max: 4 } });
  object(apps, 'keda.sh/v1alpha1', 'ScaledObject', 'web', SCALER);
  return apps;
}

export function faulty(app: App): void {
  scaled(app);
}

export function repaired(app: App): void {
  object(scaled(app), 'keda.sh/v1alpha1', 'TriggerAuthentication', 'aws', {
    spec: { podIdentity: { provider: 'aws' } },
  });
}
