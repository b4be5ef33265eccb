/** From trajectory to lesson drafts, and the gate that nothing leaves the node without passing. */

export {
  type Consolidation,
  type ConsolidationComponents,
  type ConsolidationRefusal,
  consolidate,
  minClusterSize,
} from "./consolidation.ts";
export {
  createDistiller,
  type Distillation,
  type DistillationCounts,
  type Distiller,
  type DistillerComponents,
  gateRefusal,
  type Refusal,
  type RefusalReason,
} from "./distiller.ts";
export type { TryOut } from "./draft/contrast.ts";
export { distillErrors } from "./errors.ts";
export type { Finding, FindingKind } from "./gate/finding.ts";
export { createGate, type DraftFinding, type DraftVerdict, type Gate, type GateInit, type GateVerdict } from "./gate/gate.ts";
