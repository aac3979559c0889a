export * from './disaggregated-service';
export type { Disaggregation, Role, RoleProps, Transfer } from './roles';
