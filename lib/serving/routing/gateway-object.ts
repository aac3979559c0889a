import { ApiObject, Lazy } from 'cdk8s';
import type { Construct } from 'constructs';
import { type Labels, namespaceOf } from '../../core';

/** One port and host that a gateway answers, as the Gateway API writes it. */
export interface Listener {
  readonly name: string;
  readonly port: number;
  readonly protocol: 'HTTP' | 'HTTPS';
  /** @default - every host */
  readonly hostname?: string;
  readonly tls?: {
    readonly mode: 'Terminate';
    readonly certificateRefs: readonly { readonly name: string }[];
  };
  /** Namespace whose routes may attach; absent for the gateway's own. */
  readonly from?: string;
}

export interface GatewayObjectProps {
  readonly name: string;
  readonly annotations?: Labels;
  /** Of what is made for it. */
  readonly labels?: Labels;
  readonly gatewayClass: string;
  /** Kind of the object of the same name that says how its proxies look. */
  readonly parameters: { readonly group: string; readonly kind: string };
  /** Asked for when the manifest is written. */
  readonly listeners: () => readonly Listener[];
}

/** A Gateway, whoever makes its proxies. */
export function gatewayObject(scope: Construct, props: GatewayObjectProps): void {
  const { name, annotations, labels, gatewayClass, parameters, listeners } = props;
  new ApiObject(scope, 'Gateway', {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name, namespace: namespaceOf(scope), ...(annotations ? { annotations } : {}) },
    spec: {
      gatewayClassName: gatewayClass,
      infrastructure: { ...(labels ? { labels } : {}), parametersRef: { ...parameters, name } },
      listeners: Lazy.any({ produce: () => listeners().map(writtenListener) }),
    },
  });
}

/** What a route names to be answered by a Gateway. */
export const parentRef = (
  { name, namespace }: { readonly name: string; readonly namespace: string },
  sectionName: string,
) => ({ group: 'gateway.networking.k8s.io', kind: 'Gateway', name, namespace, sectionName });

/** A listener as the Gateway API writes it. */
function writtenListener({ from, ...listener }: Listener) {
  return {
    ...listener,
    allowedRoutes: {
      namespaces: from
        ? { from: 'Selector', selector: { matchLabels: { 'kubernetes.io/metadata.name': from } } }
        : { from: 'Same' },
    },
  };
}
