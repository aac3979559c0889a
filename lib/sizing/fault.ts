/** Why an engine would refuse to start, whatever the memory. */
export interface StartFault {
  readonly what: string;
  readonly why: string;
  readonly fix: string;
  /** False where it depends on what only the checkpoint's own config.json tells. */
  readonly certain: boolean;
}
