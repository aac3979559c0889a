import { App, Chart } from 'cdk8s';
import { attachProofs, GpuNodePool, PlatformNamespace, setCluster, VllmService } from 'nexus-eks';

const kinds = ['karpenter.sh/NodePool', 'karpenter.k8s.aws/EC2NodeClass'];
const app = new App({ outdir: 'out' });
setCluster(app, {
  prefix: 'acme',
  environment: 'demo',
  kubernetes: '1.36',
  aws: { account: '111122223333', region: 'us-east-1', zones: ['us-east-1a', 'us-east-1b'] },
  apiServerPort: 443,
  storageClass: 'gp3',
});
const chart = new Chart(app, 'models', { namespace: 'models' });
new PlatformNamespace(chart, 'models');
const pool = new GpuNodePool(chart, 'l40s', { gpu: 'L40S', perNode: 4, limit: 12 });
new VllmService(chart, 'chat', { model: 'Qwen/Qwen3-32B', pool, gpus: 4 });
// Called with a fault: nothing says that Karpenter is there.
attachProofs(app, process.argv.includes('fault') ? {} : { existing: { kinds } });
app.synth();
