import type { SchemaProblem } from '../problem';
import type { KindInfo } from '../store';
import { checkBinding, checkRole } from './access';
import { checkConfigMap, checkSecret } from './config';
import { checkCronJob, checkJob } from './job';
import { checkMetadata } from './metadata';
import { checkIngress, checkNetworkPolicy } from './network';
import type { Meta } from './objects';
import type { Report } from './report';
import { checkAutoscaler, checkBudget } from './scaling';
import { checkService } from './service';
import { checkClaim, checkClaimTemplates } from './storage';
import { checkDeployment, checkPod, checkStoredTemplate, checkWorkload } from './workload';

/** An object whose types its schema has checked, so that each rule may read it as the kind it says it is. */
type Rule = (object: never, report: Report) => void;

const RULES: Readonly<Record<string, readonly Rule[]>> = {
  'v1/ConfigMap': [checkConfigMap],
  'v1/PersistentVolumeClaim': [checkClaim],
  'v1/Pod': [checkPod],
  'v1/PodTemplate': [checkStoredTemplate],
  'v1/Secret': [checkSecret],
  'v1/Service': [checkService],
  'apps/v1/DaemonSet': [checkWorkload],
  'apps/v1/Deployment': [checkWorkload, checkDeployment],
  'apps/v1/ReplicaSet': [checkWorkload],
  'apps/v1/StatefulSet': [checkWorkload, checkClaimTemplates],
  'autoscaling/v2/HorizontalPodAutoscaler': [checkAutoscaler],
  'batch/v1/CronJob': [checkCronJob],
  'batch/v1/Job': [checkJob],
  'networking.k8s.io/v1/Ingress': [checkIngress],
  'networking.k8s.io/v1/NetworkPolicy': [checkNetworkPolicy],
  'policy/v1/PodDisruptionBudget': [checkBudget],
  'rbac.authorization.k8s.io/v1/ClusterRole': [checkRole],
  'rbac.authorization.k8s.io/v1/ClusterRoleBinding': [checkBinding],
  'rbac.authorization.k8s.io/v1/Role': [checkRole],
  'rbac.authorization.k8s.io/v1/RoleBinding': [checkBinding],
};

/** What the API server checks in code, beyond the schema. */
export function runServerRules(
  object: { readonly apiVersion: string; readonly kind: string; readonly metadata?: unknown },
  info: KindInfo,
  problems: SchemaProblem[],
): void {
  const key = `${object.apiVersion}/${object.kind}`;
  const report: Report = (path, message) => {
    // A field that is not there is the schema's finding already.
    if (!problems.some((known) => known.path === path && known.message === message)) {
      problems.push({ source: 'server', path, message });
    }
  };
  checkMetadata(key, (object.metadata ?? {}) as Meta, info, report);
  for (const rule of RULES[key] ?? []) rule(object as never, report);
}
