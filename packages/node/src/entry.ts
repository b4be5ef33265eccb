/** The ways into a node that need all of its stages; they are loaded when they are called, so that a client of a running node starts fast. */
import type { GateVerdict } from "@grapevine/distill";
import type { RepairReport } from "@grapevine/store";
import type { BackupInit, BackupReport } from "./backing-up.ts";
import type { CalibrateInit, Calibration } from "./calibrate-model.ts";
import type { ModelSummary } from "./control/contract.ts";
import type { Examination, ExaminationInit } from "./doctor.ts";
import type { FoundingInit, FoundSwarm } from "./found-swarm.ts";
import type { StdioServingInit } from "./mcp/stdio-serving.ts";
import type { NodeOptions } from "./node-options.ts";
import type { RestoreInit, RestoreReport } from "./restoring.ts";
import type { IdentityInit, IdentityReport, RotateInit, RotateReply } from "./rotating.ts";
import type { NodeSettings, ReadSettings, SettingsInit } from "./settings.ts";
import type { RunningNode } from "./start-node.ts";

/** As `serveMcpOverStdio` in mcp/stdio-serving.ts. */
export async function serveMcpOverStdio(init: StdioServingInit): Promise<void> {
  await (await import("./mcp/stdio-serving.ts")).serveMcpOverStdio(init);
}

/** As `startNode` in start-node.ts. */
export async function startNode(options: NodeOptions): Promise<RunningNode> {
  return await (await import("./start-node.ts")).startNode(options);
}

/** As `checkNodeOptions` in node-options.ts. */
export async function checkNodeOptions(options: NodeOptions): Promise<void> {
  await (await import("./node-options.ts")).checkNodeOptions(options);
}

/** As `readSettings` in settings.ts. */
export async function readSettings(init: SettingsInit): Promise<ReadSettings> {
  return await (await import("./settings.ts")).readSettings(init);
}

/** As `writeSettings` in settings.ts. */
export async function writeSettings(init: SettingsInit, settings: NodeSettings): Promise<void> {
  await (await import("./settings.ts")).writeSettings(init, settings);
}

/** As `backUp` in backing-up.ts. */
export async function backUp(init: BackupInit): Promise<BackupReport> {
  return await (await import("./backing-up.ts")).backUp(init);
}

/** As `restoreNode` in restoring.ts. */
export async function restoreNode(init: RestoreInit): Promise<RestoreReport> {
  return await (await import("./restoring.ts")).restoreNode(init);
}

/** As `examine` in doctor.ts. */
export async function examine(init: ExaminationInit): Promise<Examination> {
  return await (await import("./doctor.ts")).examine(init);
}

/** As `repair` in doctor.ts. */
export async function repair(init: ExaminationInit): Promise<RepairReport> {
  return await (await import("./doctor.ts")).repair(init);
}

/** As `foundSwarm` in found-swarm.ts. */
export async function foundSwarm(init: FoundingInit): Promise<FoundSwarm> {
  return await (await import("./found-swarm.ts")).foundSwarm(init);
}

/** As `showIdentity` in rotating.ts. */
export async function showIdentity(init: IdentityInit): Promise<IdentityReport> {
  return await (await import("./rotating.ts")).showIdentity(init);
}

/** As `rotateKey` in rotating.ts. */
export async function rotateKey(init: RotateInit): Promise<RotateReply> {
  return await (await import("./rotating.ts")).rotateKey(init);
}

/** What the redaction gate would say if the text were to leave this machine; needs no running node. */
export async function checkText(text: string): Promise<GateVerdict> {
  return await (await import("./check-text.ts")).checkText(text);
}

/** The models that could be used on this machine; needs no running node. */
export async function listModels(): Promise<ModelSummary[]> {
  return await (await import("./list-models.ts")).listModels();
}

/** Which strategy of prompts suits a model; nodes of the home use it from their next start. As `calibrateModel` in calibrate-model.ts. */
export async function calibrateModel(init: CalibrateInit): Promise<Calibration> {
  return await (await import("./calibrate-model.ts")).calibrateModel(init);
}
