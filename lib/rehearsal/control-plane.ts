import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiClient } from './api-client';
import { until } from './poll';
import { freePorts } from './ports';
import { ProcessGroup } from './process-group';
import type { Programs } from './programs';

/** A control plane that runs, with nothing in it. */
export interface ControlPlane {
  readonly api: ApiClient;
  /** For programs that join it. */
  readonly kubeconfig: string;
  readonly processes: ProcessGroup;
  /** End every program, also those that joined, and remove every file. */
  readonly stop: () => Promise<void>;
}

/** On an empty store three seconds are usual; a loaded machine takes longer. */
const READY_SECONDS = 90;
/** Calls a second that controllers and scheduler may make: nobody else uses this server. */
const CALLS = { qps: 300, burst: 600 };
/** Not the range that the plan gives real services: nothing here has an address that anybody calls. */
const SERVICE_RANGE = '10.96.0.0/16';

/**
 * Start etcd, API server, controller manager and scheduler on free loopback ports.
 *
 * The admission plugins are the API server's own defaults, which are those of EKS: Pod Security, ResourceQuota,
 * LimitRanger, ServiceAccount, Priority and ValidatingAdmissionPolicy among them.
 */
export async function startControlPlane(programs: Programs): Promise<ControlPlane> {
  programs.require(['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler']);
  const processes = new ProcessGroup();
  try {
    const [store, peer, server, controllers, scheduler] = await freePorts(5);
    startStore(processes, programs, store, peer);
    const access = startServer(processes, programs, store, server);
    const ca = await until('the certificate of the API server', READY_SECONDS, () => {
      processes.check();
      return fileAt(access.certificate);
    });
    const api = new ApiClient({ url: access.url, token: access.token, ca });
    await until('the API server', READY_SECONDS, async () => {
      processes.check();
      return (await api.ready()) || undefined;
    });

    const kubeconfig = writeKubeconfig(processes.folder, access);
    const shared = [
      `--kubeconfig=${kubeconfig}`,
      `--authentication-kubeconfig=${kubeconfig}`,
      `--authorization-kubeconfig=${kubeconfig}`,
      '--leader-elect=false',
      '--bind-address=127.0.0.1',
    ];
    processes.start('kube-controller-manager', programs.path('kube-controller-manager'), [
      ...shared,
      `--secure-port=${controllers}`,
      `--cert-dir=${join(processes.folder, 'controllers')}`,
      `--service-account-private-key-file=${access.key}`,
      `--root-ca-file=${access.certificate}`,
      '--controllers=*',
      // Its usual twenty calls a second would make a phase of a hundred objects wait for them.
      `--kube-api-qps=${CALLS.qps}`,
      `--kube-api-burst=${CALLS.burst}`,
    ]);
    processes.start('kube-scheduler', programs.path('kube-scheduler'), [
      ...shared.slice(1),
      `--config=${writeSchedulerConfig(processes.folder, kubeconfig)}`,
      `--secure-port=${scheduler}`,
      `--cert-dir=${join(processes.folder, 'scheduler')}`,
    ]);
    const stop = async () => {
      api.close();
      await processes.stop();
    };
    return { api, kubeconfig, processes, stop };
  } catch (error) {
    await processes.stop();
    throw error;
  }
}

function startStore(processes: ProcessGroup, programs: Programs, client: number, peer: number): void {
  const at = (port: number) => `http://127.0.0.1:${port}`;
  processes.start('etcd', programs.path('etcd'), [
    `--data-dir=${join(processes.folder, 'etcd')}`,
    `--listen-client-urls=${at(client)}`,
    `--advertise-client-urls=${at(client)}`,
    `--listen-peer-urls=${at(peer)}`,
    `--initial-advertise-peer-urls=${at(peer)}`,
    `--initial-cluster=default=${at(peer)}`,
    // Nothing here outlives the run.
    '--unsafe-no-fsync',
    '--log-level=warn',
  ]);
}

interface Access {
  readonly url: string;
  readonly token: string;
  readonly certificate: string;
  readonly key: string;
}

function startServer(processes: ProcessGroup, programs: Programs, store: number, port: number): Access {
  const { folder } = processes;
  const token = randomBytes(16).toString('hex');
  const tokens = join(folder, 'tokens.csv');
  writeFileSync(tokens, `${token},nexus,nexus,"system:masters"\n`, { mode: 0o600 });
  const key = join(folder, 'service-accounts.key');
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileSync(key, pair.privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 });
  const certificates = join(folder, 'api-server');
  processes.start('kube-apiserver', programs.path('kube-apiserver'), [
    `--etcd-servers=http://127.0.0.1:${store}`,
    `--cert-dir=${certificates}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${port}`,
    `--token-auth-file=${tokens}`,
    '--authorization-mode=RBAC',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${key}`,
    `--service-account-signing-key-file=${key}`,
    `--service-cluster-ip-range=${SERVICE_RANGE}`,
    '--allow-privileged=true',
    '--event-ttl=2h',
  ]);
  return { url: `https://127.0.0.1:${port}`, token, certificate: join(certificates, 'apiserver.crt'), key };
}

function writeKubeconfig(folder: string, { url, token, certificate }: Access): string {
  const file = join(folder, 'kubeconfig.json');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'rehearsal', cluster: { server: url, 'certificate-authority': certificate } }],
    users: [{ name: 'nexus', user: { token } }],
    contexts: [{ name: 'rehearsal', context: { cluster: 'rehearsal', user: 'nexus' } }],
    'current-context': 'rehearsal',
  };
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
  return file;
}

/** The scheduler as it is by default, but for how soon it looks again at a pod that found no node. */
function writeSchedulerConfig(folder: string, kubeconfig: string): string {
  const file = join(folder, 'scheduler.json');
  const config = {
    apiVersion: 'kubescheduler.config.k8s.io/v1',
    kind: 'KubeSchedulerConfiguration',
    clientConnection: { kubeconfig, ...CALLS },
    leaderElection: { leaderElect: false },
    podInitialBackoffSeconds: 1,
    podMaxBackoffSeconds: 2,
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}

function fileAt(path: string): string | undefined {
  try {
    const text = readFileSync(path, 'utf8');
    // Written in one go, yet not atomically.
    return text.trimEnd().endsWith('-----END CERTIFICATE-----') ? text : undefined;
  } catch {
    return undefined;
  }
}
