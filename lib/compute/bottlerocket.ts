import type { Construct } from 'constructs';
import { type GpuDivision, type Labels, PlatformError } from '../core';
import { migProfiles } from '../sizing';

/**
 * Keeps the operands off that Bottlerocket has in its system: two plugins on one node would offer each GPU twice. The
 * operator leaves a label alone that has a value.
 */
export const OWN_OPERANDS: Labels = {
  'nvidia.com/gpu.deploy.device-plugin': 'false',
  'nvidia.com/gpu.deploy.mig-manager': 'false',
};

/** Cards that Bottlerocket cuts, as its settings name them. */
const MIG_CARDS: Readonly<Record<string, string>> = {
  'A100-40': 'a100.40gb',
  'A100-80': 'a100.80gb',
  H100: 'h100.80gb',
  H200: 'h200.141gb',
  B200: 'b200.180gb',
};

/** Refuses slices that Bottlerocket cannot cut: of a name that it does not know it makes one slice of the whole GPU. */
export function mustCut(pool: Construct, gpu: string, division: GpuDivision | undefined): void {
  if (division?.by !== 'mig') return;
  const { layout } = division;
  const known = Object.hasOwn(MIG_CARDS, gpu)
    ? migProfiles(gpu).filter(({ computeSlices }) => computeSlices !== 4)
    : [];
  const [first] = layout;
  const whole = known.find(({ name }) => name === first);
  if (whole && layout.length === whole.most && layout.every((slice) => slice === first)) return;
  throw new PlatformError(pool, {
    what: `'devices.mig' is ${layout.join(', ')}, and Bottlerocket cuts no ${gpu} so`,
    why: known.length
      ? 'it cuts a GPU into as many slices of one kind as there is room for, and makes one of anything else'
      : `its MIG settings know only ${Object.keys(MIG_CARDS).join(', ')}`,
    fix: `${known.length ? `write one of ${known.map(({ name, most }) => `${most} × ${name}`).join(', ')}, or delete image` : 'delete image'}: al2023 cuts any layout that has a place`,
  });
}

/** What a Bottlerocket node with GPUs is told, beside what Karpenter writes. */
export function settingsToml(gpu: string, division: GpuDivision | undefined, efa: boolean): string {
  const nvidia = 'settings.kubelet-device-plugins.nvidia';
  const lines = [
    `[${nvidia}]`,
    // By its default (CDI) containers of the metrics exporter start without their own libraries.
    'device-list-strategy = "volume-mounts"',
  ];
  if (division?.by === 'time-slicing') {
    lines.push(
      'device-sharing-strategy = "time-slicing"',
      '',
      `[${nvidia}.time-slicing]`,
      `replicas = ${division.pods}`,
      // As on other nodes: nobody who asks for a whole GPU gets a part, and two parts of one are no more than one.
      'rename-by-default = true',
      'fail-requests-greater-than-one = true',
    );
  }
  if (division?.by === 'mig') {
    lines.push(
      'device-partitioning-strategy = "mig"',
      '',
      `[${nvidia}.mig.profile]`,
      `"${MIG_CARDS[gpu]}" = "${division.layout[0]}"`,
    );
  }
  if (efa) {
    // Else it sets aside 220 MiB a core, which no pod asks for and Karpenter counts as memory.
    lines.push('', '[settings.kernel.sysctl]', '"vm.nr_hugepages" = "0"');
  }
  return `${lines.join('\n')}\n`;
}
