/** What the DCGM exporter tells of each card, by name: type and meaning. Rules, dashboards and bills read these. */
const METRICS: Readonly<Record<string, readonly ['gauge' | 'counter', string]>> = {
  DCGM_FI_DEV_SM_CLOCK: ['gauge', 'SM clock frequency (in MHz).'],
  DCGM_FI_DEV_GPU_TEMP: ['gauge', 'GPU temperature (in C).'],
  DCGM_FI_DEV_MEMORY_TEMP: ['gauge', 'Memory temperature (in C).'],
  DCGM_FI_DEV_POWER_USAGE: ['gauge', 'Power draw (in W).'],
  DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION: ['counter', 'Total energy consumption since boot (in mJ).'],
  DCGM_FI_DEV_GPU_UTIL: ['gauge', 'GPU utilization (in %).'],
  DCGM_FI_DEV_FB_FREE: ['gauge', 'Framebuffer memory free (in MiB).'],
  DCGM_FI_DEV_FB_USED: ['gauge', 'Framebuffer memory used (in MiB).'],
  DCGM_FI_DEV_XID_ERRORS: ['gauge', 'Value of the last XID error encountered.'],
  DCGM_FI_DEV_ROW_REMAP_FAILURE: ['gauge', 'Whether remapping of rows has failed.'],
  DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS: ['counter', 'Number of remapped rows for uncorrectable errors.'],
  DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL: ['counter', 'Total number of NVLink bandwidth counters for all lanes.'],
  DCGM_FI_PROF_GR_ENGINE_ACTIVE: ['gauge', 'Ratio of time the graphics engine is active.'],
  DCGM_FI_PROF_PIPE_TENSOR_ACTIVE: ['gauge', 'Ratio of cycles the tensor pipe is active.'],
  DCGM_FI_PROF_DRAM_ACTIVE: ['gauge', 'Ratio of cycles the memory interface is active.'],
};

/** The names that samples carry. */
export const DCGM_METRIC_NAMES: readonly string[] = Object.keys(METRICS);

/** The list as the exporter reads it. */
export const DCGM_METRICS: string = Object.entries(METRICS)
  .map(([name, [type, meaning]]) => `${name}, ${type}, ${meaning}\n`)
  .join('');
