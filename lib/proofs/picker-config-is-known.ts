import { parse } from 'yaml';
import { configFaults } from './picker/config';
import { preciseFaults } from './picker/precise';
import type { Proof, Refusal } from './proof';

const KIND = 'EndpointPickerConfig';
const FLAG = /^--allow-experimental-plugins(=true)?$/;

/**
 * The file of an endpoint picker names plugins, parameters and metrics that its version has.
 *
 * Where it goes by exact prefixes, its engines tell of their caches under the names and in the blocks that it looks up.
 *
 * Fails: `lruCapacityPerSever: 31250`, and `vllm:gpu_cache_usage_perc`, which vLLM no longer tells.
 */
export const pickerConfigIsKnown: Proof = {
  name: 'picker-config-is-known',
  about: 'Plugins, parameters and metric names in the files of endpoint pickers exist in the pinned version.',
  check({ rendered, index }) {
    const findings: Refusal[] = [];
    let checked = 0;
    for (const { id: object, json } of index.of('ConfigMap')) {
      for (const [file, text] of Object.entries((json.data ?? {}) as Readonly<Record<string, string>>)) {
        if (!text.includes(KIND)) continue;
        const config = read(text);
        if (config?.kind !== KIND) continue;
        checked++;
        const readers = rendered.facts
          .of('pods')
          .filter(
            ({ namespace, template }) =>
              namespace === json.metadata.namespace &&
              template.spec.volumes?.some(({ configMap }) => configMap?.name === json.metadata.name),
          );
        const meant = readers.some(({ template }) =>
          template.spec.containers.some(({ args = [] }) => args.some((arg) => FLAG.test(arg))),
        );
        const faults = [...configFaults(config, meant), ...preciseFaults(config, readers, index)];
        for (const { what, why, fix } of faults) {
          findings.push({
            object,
            what: `'${file}': ${what}`,
            why:
              why ??
              'the picker drops what it does not know, or ends at once: requests go to any replica, or to none',
            fix,
          });
        }
      }
    }
    return { findings, checked };
  },
};

/** Undefined for what is no YAML: then it is somebody else's file that mentions the kind. */
function read(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}
