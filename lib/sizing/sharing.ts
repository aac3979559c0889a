/** A server that shares one GPU with others, and the part of it that it takes. */
export interface Sharer {
  readonly name: string;
  readonly utilization: number;
  /**
   * Processes of it that open the GPU.
   * @default 1
   */
  readonly processes?: number;
}

/** Why servers cannot share one GPU. */
export interface SharingFault {
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}

/** Beside what each requests each of its processes opens a CUDA context, which no utilization counts. */
const CONTEXT_GIB = 0.5;

/** Whether servers that run on one GPU in turns leave each other the memory that each takes at its start. */
export function sharesAddUp(servers: readonly Sharer[], visibleGiB: number): SharingFault | undefined {
  if (servers.length < 2) return undefined;
  const sum = servers.reduce((total, { utilization }) => total + utilization, 0);
  const contexts = servers.reduce((total, { processes = 1 }) => total + processes, 0);
  const most = 1 - (contexts * CONTEXT_GIB) / visibleGiB;
  if (sum <= most + 1e-9) return undefined;
  const each = Math.max(0, Math.floor((most / servers.length) * 100) / 100);
  const round = (part: number) => Number(part.toFixed(3));
  return {
    what:
      `${servers.map(({ name, utilization }) => `${name} (${utilization})`).join(' and ')} share one GPU, ` +
      `and together request ${round(sum)} of it`,
    why:
      'sharing in turns divides time, not memory: ' +
      `with ${contexts} CUDA contexts at most ${round(most)} of ${visibleGiB.toFixed(1)} GiB are there to request, ` +
      "and the last to start ends with 'Free memory on device … is less than desired GPU memory utilization'",
    fix: `set utilization to ${each} each, or give each a GPU or a MIG slice of its own`,
  };
}
