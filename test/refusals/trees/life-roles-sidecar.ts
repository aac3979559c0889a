// A sidecar that is told to stop with its engine, and cuts the answers that this still finishes.
import { type App, JsonPatch } from 'cdk8s';
import { type Roles, remove, roles } from '../roles';

interface Pods {
  readonly spec: { readonly template: { readonly spec: { readonly initContainers: readonly object[] } } };
}

function ordinary({ decode }: Roles): void {
  const [, sidecar] = (decode.toJson() as Pods).spec.template.spec.initContainers;
  remove(decode, '/spec/template/spec/initContainers/1');
  decode.addJsonPatch(
    JsonPatch.add('/spec/template/spec/containers/1', {
      ...sidecar,
      restartPolicy: undefined,
      readinessProbe: undefined,
    }),
  );
}

export function faulty(app: App): void {
  roles(app, ordinary);
}

export function repaired(app: App): void {
  roles(app);
}
