/**
 * Secretlint as a library: its recommended rules and our own patterns, run on one text. It is loaded at the first check, since it costs a
 * good part of a node's start.
 */
import type { SecretLintCoreConfig } from "@secretlint/types";
import type { Finding } from "./finding.ts";
import { secretPatterns } from "./secret-patterns.ts";

const ownRule = "@secretlint/secretlint-rule-pattern";

/** Every secret in the text that a rule of secretlint or of ours knows by its form. */
export type SecretScan = (text: string) => Promise<Finding[]>;

export async function loadSecretScan(): Promise<SecretScan> {
  const [core, preset, pattern, profiler] = await Promise.all([
    import("@secretlint/core"),
    import("@secretlint/secretlint-rule-preset-recommend"),
    import("@secretlint/secretlint-rule-pattern"),
    import("@secretlint/profiler"),
  ]);
  // It marks every rule of every text and keeps the marks: a leak in a process that lives for weeks.
  profiler.secretLintProfiler.setEnabled(false);
  const config: SecretLintCoreConfig = {
    rules: [
      {
        id: "@secretlint/secretlint-rule-preset-recommend",
        rule: preset.creator,
        // With it a text could switch the scan off by saying `secretlint-disable`.
        rules: [{ id: "@secretlint/secretlint-rule-filter-comments", disabled: true }],
      },
      { id: ownRule, rule: pattern.creator, options: { patterns: secretPatterns } },
    ],
  };
  return async (text): Promise<Finding[]> => {
    const result = await core.lintSource({
      source: { filePath: "lesson.txt", content: text, ext: ".txt", contentType: "text" },
      options: { config, noPhysicFilePath: true },
    });
    return result.messages.map(({ ruleId, message, range: [start, end] }) => ({
      kind: "secret",
      rule: ruleId === ownRule ? ownPatternName(message) : ruleId.replace(/^.*secretlint-rule-/, ""),
      start,
      end,
    }));
  };
}

/** The pattern rule tells which pattern it was only in its message: `found matching NAME: …`. */
function ownPatternName(message: string): string {
  return /^found matching ([\w-]+):/.exec(message)?.[1] ?? "pattern";
}
