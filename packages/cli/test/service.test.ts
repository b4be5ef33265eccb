import { chmod, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { announce, grapevine, makeHome } from "./harness.ts";

/** A `systemctl` that writes down what it was told, and fails for what it is told to. */
async function standIn(
  failing = "nothing",
): Promise<{ environment: Record<string, string>; calls: () => Promise<string>; config: string }> {
  const folder = await makeHome();
  const log = join(folder, "calls");
  const program = join(folder, "systemctl");
  const script = `#!/bin/sh\necho "$@" >> '${log}'\ncase "$*" in *${failing}*) echo "Unit was not found" >&2; exit 1;; esac\n`;
  await writeFile(program, script);
  await chmod(program, 0o755);
  await writeFile(log, "");
  const config = join(folder, "config");
  await mkdir(config);
  return {
    environment: { PATH: `${folder}:/usr/bin:/bin`, XDG_CONFIG_HOME: config },
    calls: () => readFile(log, "utf8"),
    config,
  };
}

const program = ["/opt/my node/bin/node", "/opt/50%/$x/grapevine.cjs"] as const;

it("shows a unit that starts the same program with the same home, every word quoted", async () => {
  const { environment, calls } = await standIn();
  const { stdout, exitCode } = await grapevine(["service", "install", "--print", "--home", "/h o", "--node", "bo"], {
    environment,
    program,
  });
  expect(exitCode).toBe(0);
  expect(stdout).toContain(
    'ExecStart="/opt/my node/bin/node" "/opt/50%%/$$x/grapevine.cjs" "up" "--json" "--home=/h o" "--name=bo"\n',
  );
  expect(stdout).toContain("Restart=on-failure\n");
  expect(stdout).toContain("WorkingDirectory=-/h o\n"); // the first start makes it
  expect(await calls()).toBe("");
});

it("installs, and takes away again", async () => {
  const { environment, calls, config } = await standIn();
  const where = ["--home", await makeHome(), "--node", "bo"];
  const installed = await grapevine(["service", "install", "--json", ...where], { environment, program });
  const file = join(config, "systemd", "user", "grapevine-bo.service");
  expect(JSON.parse(installed.stdout)).toEqual({ node: "bo", file, enabled: true });
  expect(await readFile(file, "utf8")).toContain("--name=bo");
  const removed = await grapevine(["service", "uninstall", "--json", ...where], { environment, program });
  expect(JSON.parse(removed.stdout)).toEqual({ node: "bo", file, enabled: false });
  await expect(stat(file)).rejects.toThrow("ENOENT");
  expect((await calls()).split("\n").filter((line) => !line.includes("show-environment"))).toEqual([
    "--user daemon-reload",
    "--user enable --now grapevine-bo.service",
    "--user disable --now grapevine-bo.service",
    "--user daemon-reload",
    "",
  ]);
});

it("says in one error what it lacks", async () => {
  const home = await makeHome();
  const words = ["service", "install", "--json", "--home", home];
  const codeOf = ({ stdout }: { stdout: string }): string => JSON.parse(stdout).error.code;
  const empty = { PATH: await makeHome() };
  expect(codeOf(await grapevine(words, { environment: empty }))).toBe("CLI_SERVICE_UNAVAILABLE");
  expect(codeOf(await grapevine(words, { environment: (await standIn("show-environment")).environment }))).toBe(
    "CLI_SERVICE_UNAVAILABLE",
  );
  const { environment } = await standIn("enable");
  expect(codeOf(await grapevine(words, { environment }))).toBe("CLI_SERVICE_FAILED");
  const gone = await standIn("disable");
  expect((await grapevine(["service", "uninstall", "--home", home], { environment: gone.environment })).exitCode).toBe(0);
  await announce(home, "bo", { pid: process.pid, api: "http://127.0.0.1:1" });
  const running = async (): Promise<{ name: string; pid: number; api: string }[]> => [{ name: "bo", pid: 1, api: "http://x" }];
  expect(codeOf(await grapevine(words, { environment, nodes: { running } }))).toBe("CLI_SERVICE_FAILED");
});
