import type { Container, PodsFact } from '../../core';
import type { Index } from '../index-of';
import type { Fault } from './config';
import { flagOf, poolPods, valuesOf } from './served';

interface PluginSpec {
  readonly name?: string;
  readonly type?: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
}

interface Config {
  readonly plugins?: readonly PluginSpec[];
  readonly dataLayer?: {
    readonly sources?: readonly {
      readonly pluginRef?: string;
      readonly extractors?: readonly { readonly pluginRef?: string }[];
    }[];
  };
}

interface Producer {
  readonly tokenProcessorConfig?: { readonly blockSizeTokens?: number; readonly blockSize?: number };
  readonly kvEventsConfig?: {
    readonly discoverPods?: boolean;
    readonly podDiscoveryConfig?: { readonly socketPort?: number };
    readonly zmqEndpoint?: string;
  };
}

interface Engine {
  readonly kvEvents: {
    readonly enable_kv_cache_events?: boolean;
    readonly endpoint?: string;
    readonly topic?: string;
  };
  readonly blockTokens: number;
  readonly served: readonly string[];
  readonly caches: boolean;
}

const PRODUCER = 'precise-prefix-cache-producer';
const SOURCE = 'endpoint-notification-source';
/** What picker and engine take when nobody says: not the same everywhere, so it is to be written. */
const BLOCK_TOKENS = 16;
const PORT = 5557;

/** What a picker that goes by exact prefixes lacks in its own file, and where its engines say something else. */
export function preciseFaults(config: Config, readers: readonly PodsFact[], index: Index): Fault[] {
  const plugins = config.plugins ?? [];
  const producer = plugins.find(({ type }) => type === PRODUCER);
  if (!producer) return [];
  const parameters = (producer.parameters ?? {}) as Producer;
  const name = producer.name ?? PRODUCER;
  return [
    ...ownFaults(config, name, parameters),
    ...readers.flatMap((reader) => poolOf(reader, index)).flatMap((pods) => engineFaults(pods, parameters)),
  ];
}

function ownFaults({ plugins = [], dataLayer }: Config, name: string, parameters: Producer): Fault[] {
  const faults: Fault[] = [];
  const tokens = plugins.find(({ type }) => type === 'token-producer');
  if (!tokens?.parameters?.vllm && !tokens?.parameters?.modelName) {
    faults.push({
      what: `'${name}' gets no tokens of the model: there is no token-producer that asks vLLM for them`,
      why: 'without it prompts are split by a guess, and no block of a guess is ever found in a cache',
      fix: 'add a token-producer with modelName and vllm.url',
    });
  }
  const asks = plugins.some(
    ({ type, parameters: p }) => type === 'prefix-cache-scorer' && p?.prefixMatchInfoProducerName === name,
  );
  if (!asks) {
    faults.push({
      what: `nobody weighs what '${name}' finds`,
      why: 'a prefix-cache-scorer that names no producer asks the approximate one',
      fix: `give the prefix-cache-scorer prefixMatchInfoProducerName: ${name}`,
    });
  }
  const { discoverPods = true, zmqEndpoint } = parameters.kvEventsConfig ?? {};
  const told = dataLayer?.sources?.some(
    ({ pluginRef = '', extractors = [] }) =>
      plugins.some((plugin) => plugin.type === SOURCE && (plugin.name ?? plugin.type) === pluginRef) &&
      extractors.some((extractor) => extractor.pluginRef === name),
  );
  if (discoverPods && !told) {
    faults.push({
      what: `'${name}' is not told of replicas`,
      why: 'it calls a replica when it hears of it, and so it hears of no event',
      fix: `add ${SOURCE}, and ${name} as its extractor in dataLayer.sources`,
    });
  }
  if (!discoverPods && !zmqEndpoint) {
    faults.push({
      what: `'${name}' neither calls replicas nor lets them call`,
      why: 'its index stays empty: no replica is ever better than another',
      fix: 'set discoverPods: true, or zmqEndpoint',
    });
  }
  return faults;
}

function engineFaults(pods: PodsFact, parameters: Producer): Fault[] {
  const engine = pods.template.spec.containers.map(engineOf).find((found) => found !== undefined);
  const { tokenProcessorConfig: tokens = {}, kvEventsConfig: events = {} } = parameters;
  const { discoverPods = true } = events;
  const names = `${pods.owner} `;
  if (!engine) {
    // A simulator calls its picker; what it says else is its own.
    const calls = pods.template.spec.containers.some((container) => flagOf(container, '--zmq-endpoint'));
    if (calls) return [];
    return [
      {
        what: `${names}tells nothing of its KV cache`,
        why: 'the index stays empty: no replica is ever better than another',
        fix: 'start it with --kv-events-config (kvEvents: true), or go by approximate prefixes',
      },
    ];
  }
  const faults: Fault[] = [];
  const { enable_kv_cache_events: on = false, endpoint = `tcp://*:${PORT}`, topic = '' } = engine.kvEvents;
  if (!on) {
    faults.push({
      what: `${names}has enable_kv_cache_events off`,
      why: 'its publisher runs and has nothing to publish',
      fix: 'set "enable_kv_cache_events": true in --kv-events-config',
    });
  }
  if (!engine.caches) {
    faults.push({
      what: `${names}keeps no prompts in its cache`,
      why: 'it tells of no block that another prompt could find',
      fix: 'start it without --no-enable-prefix-caching',
    });
  }
  if (discoverPods && !endpoint.includes('*')) {
    faults.push({
      what: `${names}publishes to ${endpoint}, and the picker calls it`,
      why: 'with a host in the endpoint the engine calls too, and nobody listens',
      fix: `write tcp://*:${PORT}`,
    });
  }
  const port = Number(/:(\d+)$/.exec(endpoint)?.[1]);
  const wanted = events.podDiscoveryConfig?.socketPort ?? PORT;
  if (discoverPods && port !== wanted) {
    faults.push({
      what: `${names}publishes on port ${port}, and the picker calls ${wanted}`,
      why: 'nobody answers there: the index stays empty',
      fix: `write the same port on both sides`,
    });
  }
  const block = tokens.blockSizeTokens ?? tokens.blockSize ?? BLOCK_TOKENS;
  if (engine.blockTokens % block) {
    faults.push({
      what: `${names}counts in blocks of ${engine.blockTokens} tokens, and the picker in blocks of ${block}`,
      why: 'what an event has beyond whole blocks of the picker is dropped, and with it every longer prefix',
      fix: `start it with --block-size=${block}, or set blockSizeTokens to ${engine.blockTokens}`,
    });
  }
  const [, , model = ''] = topic.split('@');
  if (topic.split('@').length !== 3 || !engine.served.includes(model)) {
    faults.push({
      what: `${names}publishes under '${topic}', which does not end in the name that it serves, ${engine.served.join(' or ')}`,
      why: 'the picker looks blocks up by the name of the request: under another one it finds none',
      fix: `write kv@<address>:<port>@${engine.served[0] ?? ''}`,
    });
  }
  return faults;
}

/** Pods of the pool that a picker is started for. */
function poolOf({ namespace, template }: PodsFact, index: Index): readonly PodsFact[] {
  const name = template.spec.containers.map((container) => flagOf(container, '--pool-name')).find(Boolean);
  return poolPods(namespace, name, index);
}

function engineOf(container: Container): Engine | undefined {
  const config = flagOf(container, '--kv-events-config');
  if (config === undefined) return undefined;
  const { args = [] } = container;
  const off = ['--no-enable-prefix-caching', '--disable-prefix-caching'];
  return {
    kvEvents: read(config),
    blockTokens: Number(flagOf(container, '--block-size') ?? BLOCK_TOKENS),
    served: valuesOf(container, '--served-model-name'),
    caches: !off.some((flag) => args.includes(flag)),
  };
}

function read(text: string): Engine['kvEvents'] {
  try {
    return JSON.parse(text) as Engine['kvEvents'];
  } catch {
    return {};
  }
}
