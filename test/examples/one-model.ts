// snippet: one-model
import { App, Chart } from 'cdk8s';
import { attachProofs, GpuNodePool, PlatformNamespace, setCluster, VllmService } from '../../lib';

/** One model on GPU nodes of its own, in a cluster that already runs Karpenter and a GPU device plugin. */
export function oneModel(outdir?: string): App {
  const app = new App({ outdir });
  setCluster(app, {
    prefix: 'acme', // the cluster is called acme-demo
    environment: 'demo',
    kubernetes: '1.36',
    aws: { account: '111122223333', region: 'us-east-1', zones: ['us-east-1a', 'us-east-1b'] },
    apiServerPort: 443,
    storageClass: 'gp3',
  });
  const chart = new Chart(app, 'models', { namespace: 'models' });
  new PlatformNamespace(chart, 'models');
  const pool = new GpuNodePool(chart, 'l40s', { gpu: 'L40S', perNode: 4, limit: 12 });
  const chat = new VllmService(chart, 'chat', { model: 'Qwen/Qwen3-32B', pool, gpus: 4, context: 32768 });
  chat.pods.allowFromNamespace('apps', { port: chat.port, why: 'the chat page' });

  attachProofs(app, { existing: { kinds: ['karpenter.sh/NodePool', 'karpenter.k8s.aws/EC2NodeClass'] } });
  return app;
}
// end
