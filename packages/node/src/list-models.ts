/** The models that could be used on this machine, without a running node. */
import { listModels as listAll } from "@grapevine/model";
import type { ModelSummary } from "./control/contract.ts";

/** `used` is the specification of the model in use, where a node runs. */
export async function listModels(used?: string): Promise<ModelSummary[]> {
  const { models } = await listAll();
  return models.map((model) => ({ ...model, used: model.spec === used }));
}
