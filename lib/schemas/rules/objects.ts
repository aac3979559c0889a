/**
 * What the server rules read of an object whose types the schema has already checked. Everything is optional, because a
 * missing field is the schema's to report.
 */
export type Strings = Readonly<Record<string, string>>;

export interface Meta {
  readonly name?: string;
  readonly generateName?: string;
  readonly namespace?: string;
  readonly labels?: Strings;
  readonly annotations?: Strings;
  readonly finalizers?: readonly string[];
}

export interface Selector {
  readonly matchLabels?: Strings;
  readonly matchExpressions?: readonly Requirement[];
}

export interface Requirement {
  readonly key?: string;
  readonly operator?: string;
  readonly values?: readonly string[];
}

export type Quantities = Readonly<Record<string, string | number>>;

export interface Resources {
  readonly requests?: Quantities;
  readonly limits?: Quantities;
  readonly claims?: readonly { readonly name?: string }[];
}

export interface Handler {
  readonly httpGet?: { readonly port?: number | string };
  readonly tcpSocket?: { readonly port?: number | string };
  readonly grpc?: { readonly port?: number };
  readonly exec?: { readonly command?: readonly string[] };
  readonly sleep?: { readonly seconds?: number };
}

export interface Probe extends Handler {
  readonly successThreshold?: number;
  readonly terminationGracePeriodSeconds?: number;
}

export interface Container {
  readonly name?: string;
  readonly image?: string;
  readonly restartPolicy?: string;
  readonly ports?: readonly {
    readonly name?: string;
    readonly containerPort?: number;
    readonly hostPort?: number;
    readonly protocol?: string;
  }[];
  readonly env?: readonly { readonly name?: string; readonly value?: string; readonly valueFrom?: object }[];
  readonly envFrom?: readonly {
    readonly prefix?: string;
    readonly configMapRef?: object;
    readonly secretRef?: object;
  }[];
  readonly resources?: Resources;
  readonly volumeMounts?: readonly {
    readonly name?: string;
    readonly mountPath?: string;
    readonly subPath?: string;
    readonly subPathExpr?: string;
  }[];
  readonly volumeDevices?: readonly { readonly name?: string; readonly devicePath?: string }[];
  readonly startupProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly lifecycle?: {
    readonly preStop?: Handler;
    readonly postStart?: Handler;
    readonly stopSignal?: string;
  };
  readonly securityContext?: {
    readonly privileged?: boolean;
    readonly allowPrivilegeEscalation?: boolean;
    readonly capabilities?: { readonly add?: readonly string[] };
  };
}

export interface Volume {
  readonly name?: string;
  readonly emptyDir?: { readonly sizeLimit?: string | number };
  readonly hostPath?: { readonly path?: string };
  readonly [source: string]: unknown;
}

export interface NodeTerm {
  readonly matchExpressions?: readonly Requirement[];
  readonly matchFields?: readonly Requirement[];
}

export interface PodTerm {
  readonly labelSelector?: Selector;
  readonly topologyKey?: string;
}

export interface Toleration {
  readonly key?: string;
  readonly operator?: string;
  readonly value?: string;
  readonly effect?: string;
  readonly tolerationSeconds?: number;
}

export interface PodSpec {
  readonly containers?: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes?: readonly Volume[];
  readonly restartPolicy?: string;
  readonly nodeSelector?: Strings;
  readonly tolerations?: readonly Toleration[];
  readonly affinity?: {
    readonly nodeAffinity?: {
      readonly requiredDuringSchedulingIgnoredDuringExecution?: {
        readonly nodeSelectorTerms?: readonly NodeTerm[];
      };
      readonly preferredDuringSchedulingIgnoredDuringExecution?: readonly {
        readonly weight?: number;
        readonly preference?: NodeTerm;
      }[];
    };
    readonly podAffinity?: PodAffinity;
    readonly podAntiAffinity?: PodAffinity;
  };
  readonly topologySpreadConstraints?: readonly {
    readonly maxSkew?: number;
    readonly minDomains?: number;
    readonly topologyKey?: string;
    readonly whenUnsatisfiable?: string;
    readonly labelSelector?: Selector;
  }[];
  readonly serviceAccountName?: string;
  readonly resourceClaims?: readonly { readonly name?: string }[];
  readonly activeDeadlineSeconds?: number;
  readonly hostNetwork?: boolean;
  readonly hostname?: string;
}

export interface PodAffinity {
  readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly PodTerm[];
  readonly preferredDuringSchedulingIgnoredDuringExecution?: readonly {
    readonly weight?: number;
    readonly podAffinityTerm?: PodTerm;
  }[];
}

export interface PodTemplate {
  readonly metadata?: Meta;
  readonly spec?: PodSpec;
}
