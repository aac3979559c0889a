/** A CloudWatch log group made before whatever writes to it, since AWS would make one that never forgets. */
export interface LogGroupPlan {
  readonly name: string;
  readonly retentionDays: number;
  readonly keep: boolean;
}

/** The days that CloudWatch accepts. */
const RETENTIONS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557];

/** The shortest retention that CloudWatch accepts and that is not shorter than asked. */
export const logRetention = (days: number): number =>
  RETENTIONS.find((accepted) => accepted >= days) ?? RETENTIONS[RETENTIONS.length - 1];
