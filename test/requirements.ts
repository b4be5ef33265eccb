/**
 * The promises of Grapevine, each with the tests that show it. A test that shows a promise cites it in its title (`promise 3: …`); `npx pnpm check`
 * fails when a promise has no test, when a named file does not cite it, and when a test cites a promise without being named here.
 */
export interface Requirement {
  readonly promise: number;
  readonly text: string;
  /** Test files, from the root of the repository. */
  readonly tests: readonly string[];
}

export const requirements: readonly Requirement[] = [
  {
    promise: 1,
    text: "An acknowledged experience or own lesson survives `kill -9` and power loss.",
    tests: ["packages/store/test/kill.test.ts", "packages/store/test/forgetting.test.ts", "test/e2e/kill.test.ts"],
  },
  {
    promise: 2,
    text: "Damage on disk is found at open or at read, reported, and repaired from peers or from the source data; it is never silent.",
    tests: ["packages/store/test/damage.test.ts", "packages/node/test/ledger.test.ts", "test/e2e/doctor.test.ts"],
  },
  {
    promise: 3,
    text: "The index is never authoritative.",
    tests: ["packages/vector-index/test/saved-index.test.ts", "packages/node/test/indexing.test.ts"],
  },
  {
    promise: 4,
    text: "Any order, duplication or delay of the same records leaves every honest peer with the same set of accepted records.",
    tests: ["packages/node/test/ledger.test.ts", "packages/node/test/reconciliation.property.test.ts"],
  },
  {
    promise: 5,
    text: "Nothing leaves the node that the redaction gate has not passed. A secret stops the lesson; it is not cut out and sent.",
    tests: ["packages/distill/test/gate.test.ts", "packages/node/test/node.test.ts", "packages/node/test/gated-text.test.ts"],
  },
  {
    promise: 6,
    text: "No lesson can grant a tool or an authority. Tools are gated apart from memory.",
    tests: ["packages/agent/test/agent.test.ts"],
  },
  {
    promise: 7,
    text: "The control API listens on loopback only, and only to whoever holds the token.",
    tests: ["packages/node/test/control.test.ts", "packages/node/test/dashboard-routes.test.ts", "test/e2e/dashboard.test.ts"],
  },
  {
    promise: 8,
    text: "Every limit (size, depth, queue, rate, store) is stated, enforced, and tested just below and just above.",
    tests: [
      "packages/core/test/codec.test.ts",
      "packages/network/test/record-gate.test.ts",
      "packages/network/test/eclipse.test.ts",
      "packages/network/test/gossip.test.ts",
      "packages/network/test/inbound-queue.test.ts",
      "packages/network/test/claims.test.ts",
      "packages/network/test/sync.test.ts",
      "packages/network/test/record-pages.test.ts",
      "packages/network/test/redialer.test.ts",
      "packages/reconcile/test/rule-table.test.ts",
    ],
  },
];
