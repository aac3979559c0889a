/** Where its image's user may write. */
export const VLLM_HOME = '/home/vllm';

/** torch looks up the name of the user, whom the image does not know. */
export const AS_USER = { HOME: VLLM_HOME, USER: 'vllm' } as const;

/** It tells nobody outside what it runs. */
export const UNTOLD = { HF_HUB_DISABLE_TELEMETRY: '1', VLLM_NO_USAGE_STATS: '1' } as const;
