export * from './delivery-unit';
export type { FoundationInput } from './foundation-input';
export * from './foundation-plan';
export { controlPlaneCidrs, databaseCidrs, nodeCidrs, publicCidrs } from './network';
export { platformBound } from './platform-size';
export { References } from './references';
export { OIDC_ISSUER, type RolePlan } from './roles';
export { foundationBound, type TemplateSize } from './template-size';
