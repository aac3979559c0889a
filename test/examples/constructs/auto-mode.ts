import { App, Chart } from 'cdk8s';
import { AutoModeGpuPool, attachProofs, PlatformNamespace, setCluster, VllmService } from '../../../lib';
import { cluster } from '../cluster';

/** One model in a cluster that runs EKS Auto Mode. */
export function autoMode(outdir?: string): App {
  const app = new App({ outdir });
  setCluster(app, cluster);
  const chart = new Chart(app, 'models', { namespace: 'models' });
  new PlatformNamespace(chart, 'models');
  // snippet: AutoModeGpuPool
  const pool = new AutoModeGpuPool(chart, 'l40s', { gpu: 'L40S', limit: 4 });
  // end
  new VllmService(chart, 'chat', { model: 'Qwen/Qwen3-8B', pool, context: 16384 });
  attachProofs(app, {
    existing: { kinds: ['karpenter.sh/NodePool'], objects: [{ id: 'NodeClass/default' }] },
  });
  return app;
}
