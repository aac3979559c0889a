import { App } from 'cdk8s';
import { attachProofs, setCluster } from '../../../lib';
import { cluster } from '../cluster';
import { clusterParts } from './cluster';
import { dataParts } from './data';
import { doorParts } from './doors';
import { nodeParts } from './nodes';
import { foreignParts, ownParts } from './own';
import { servingParts } from './serving';
import { metricsParts, watchParts } from './watch';

/** Every construct once, in one cluster: what the pages of docs/constructs show. */
export function tour(outdir?: string): App {
  const app = new App({ outdir });
  setCluster(app, {
    ...cluster,
    priorityClasses: true,
    balancerCidrs: { internal: ['10.0.0.0/17'], public: ['10.0.192.0/22'] },
  });
  const parts = clusterParts(app);
  const nodes = nodeParts(app, parts.base);
  const metrics = metricsParts(app, parts);
  const data = dataParts(app, parts.operators);
  const models = servingParts(app, { nodes, data, keda: parts.keda, prometheus: metrics.prometheus });
  const watch = watchParts(app, parts.operators, data);
  const doors = doorParts(app, { certificates: parts.certificates, data, metrics, models, watch });
  const own = ownParts(parts.apps, { data, doors });
  foreignParts(app, parts.base, parts.apps);
  for (const target of [models.chat, models.fast, doors.gateway, doors.inference, doors.edge]) {
    metrics.watch.scrape(target);
  }
  metrics.watch.scrape({ metrics: [own.rag.metrics('metrics')] });

  attachProofs(app, {
    releases: 'flux',
    needs: 'external',
    existing: { objects: [{ id: 'ClusterIssuer/company-ca' }] },
  });
  return app;
}
