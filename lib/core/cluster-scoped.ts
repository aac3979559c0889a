import { type ApiObject, Chart, JsonPatch } from 'cdk8s';

/** An object that lives in no namespace: cdk8s would give it that of a plain chart. */
export function clusterScoped<T extends ApiObject>(object: T): T {
  if (Chart.of(object).namespace) object.addJsonPatch(JsonPatch.remove('/metadata/namespace'));
  return object;
}
