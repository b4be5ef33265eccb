/** What the commands need of `@grapevine/node`, behind one door: loaded when the first of them is called, so that `--help` does not pay for it. */
import type {
  BackupInit,
  BackupReport,
  CalibrateInit,
  Calibration,
  ControlClient,
  Examination,
  ExaminationInit,
  FoundingInit,
  FoundSwarm,
  IdentityInit,
  IdentityReport,
  ModelSummary,
  NodeOptions,
  NodeSettings,
  ReadSettings,
  RestoreInit,
  RestoreReport,
  RotateInit,
  RotateReply,
  Running,
  RunningNode,
  SettingsInit,
  StdioServingInit,
} from "@grapevine/node";

/** What the redaction gate says of a text. Positions are UTF-16 units from the text's start. */
export interface GateReport {
  readonly passes: boolean;
  readonly findings: readonly { readonly kind: string; readonly rule: string; readonly start: number; readonly end: number }[];
}

export interface NodeAccess {
  /** @throws NODE_NOT_RUNNING, NODE_AMBIGUOUS */
  connect(where: { readonly home: string; readonly node?: string }): Promise<ControlClient>;
  running(home: string): Promise<readonly Running[]>;
  start(options: NodeOptions): Promise<RunningNode>;
  /** Is there anything in the options that a start would refuse at once? Writes nothing. */
  checkOptions(options: NodeOptions): Promise<void>;
  /** Serves MCP on stdin and stdout until the client closes its end. */
  serveMcp(init: StdioServingInit): Promise<void>;
  checkText(text: string): Promise<GateReport>;
  listModels(): Promise<readonly ModelSummary[]>;
  /** @throws MODEL_SPEC_INVALID, MODEL_MISSING, MODEL_SERVER_UNREACHABLE, MODEL_FAILED, MODEL_ABORTED */
  calibrateModel(init: CalibrateInit): Promise<Calibration>;
  /** @throws NODE_AMBIGUOUS, SETTINGS_MALFORMED */
  readSettings(init: SettingsInit): Promise<ReadSettings>;
  /** Writes nothing where a start would refuse one of them. */
  writeSettings(init: SettingsInit, settings: NodeSettings): Promise<void>;
  /** @throws SWARM_INVALID, NODE_AMBIGUOUS, KEY_MISSING */
  foundSwarm(init: FoundingInit): Promise<FoundSwarm>;
  /** @throws NODE_AMBIGUOUS, KEY_MISSING */
  showIdentity(init: IdentityInit): Promise<IdentityReport>;
  /** @throws KEY_IN_USE, KEY_NOT_COMMITTED, KEY_NEXT_MISSING, KEY_NEXT_WRONG, KEY_SUCCESSION_FULL */
  rotateKey(init: RotateInit): Promise<RotateReply>;
  /** @throws BACKUP_FILE_UNUSABLE, STORE_MISSING, STORE_LOCKED, STORE_DAMAGED, NODE_AMBIGUOUS */
  backUp(init: BackupInit): Promise<BackupReport>;
  /** @throws BACKUP_FILE_UNUSABLE, BACKUP_DAMAGED, BACKUP_VERSION, RESTORE_TARGET_TAKEN, HOME_IN_USE */
  restoreNode(init: RestoreInit): Promise<RestoreReport>;
  /** @throws STORE_LOCKED */
  examine(init: ExaminationInit): Promise<Examination>;
  /** @throws STORE_LOCKED, STORE_MISSING, STORE_VERSION */
  repair(init: ExaminationInit): Promise<Repair>;
}

/** What a repair came to. Counts by kind of record. */
export interface Repair {
  readonly savedTo: string;
  readonly kept: Readonly<Record<string, number>>;
  readonly lost: Readonly<Record<string, number>> | undefined;
  readonly unreadable: number;
}

export const nodeAccess: NodeAccess = {
  connect: async (where) => (await import("@grapevine/node")).connectToNode(where),
  running: async (home) => (await import("@grapevine/node")).runningNodes(home),
  start: async (options) => {
    const [{ startNode }, { openDashboard }] = await Promise.all([import("@grapevine/node"), import("@grapevine/dashboard")]);
    return await startNode({ ...options, page: openDashboard() });
  },
  checkOptions: async (options) => (await import("@grapevine/node")).checkNodeOptions(options),
  serveMcp: async (init) => (await import("@grapevine/node")).serveMcpOverStdio(init),
  checkText: async (text) => (await import("@grapevine/node")).checkText(text),
  listModels: async () => (await import("@grapevine/node")).listModels(),
  calibrateModel: async (init) => (await import("@grapevine/node")).calibrateModel(init),
  readSettings: async (init) => (await import("@grapevine/node")).readSettings(init),
  writeSettings: async (init, settings) => (await import("@grapevine/node")).writeSettings(init, settings),
  foundSwarm: async (init) => (await import("@grapevine/node")).foundSwarm(init),
  showIdentity: async (init) => (await import("@grapevine/node")).showIdentity(init),
  rotateKey: async (init) => (await import("@grapevine/node")).rotateKey(init),
  backUp: async (init) => (await import("@grapevine/node")).backUp(init),
  restoreNode: async (init) => (await import("@grapevine/node")).restoreNode(init),
  examine: async (init) => (await import("@grapevine/node")).examine(init),
  repair: async (init) => (await import("@grapevine/node")).repair(init),
};
