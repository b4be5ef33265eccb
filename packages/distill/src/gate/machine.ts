/** What tells where a node runs: home folders with a name in them, host names of private networks, private addresses, hardware addresses. */
import { type Finding, findingsOf } from "./finding.ts";

export interface MachineInit {
  /** Names of this machine; a whole-word match refuses. */
  readonly hostNames?: readonly string[];
  /** Home folders of this machine's users; refused wherever they stand. */
  readonly homeFolders?: readonly string[];
}

/** A path begins a word, follows a quote or a sign, or is a file URL: `example.org/home/news` is none. */
const unixHome = /(?:(?<=file:\/\/)|(?<![\w./:~-])|(?<=[:=]))\/(?:mnt\/[a-z]\/Users|home|Users)\/([\w.@-]+)/g;
const windowsHome = /\b[a-z]:(?:\\{1,2}|\/)(?:Users|Documents and Settings)(?:\\{1,2}|\/)([^\\/\s"'<>|:*?]+)/gi;
const privateHost =
  /(?<![\w.-])(?<!(?<![/:])\/)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:internal|local|lan|corp|intranet|localdomain|home\.arpa)(?![\w-]|\.\w|\()/gi;
const hardwareAddress =
  /(?<![\w:-])(?:[0-9a-f]{2}:){5}[0-9a-f]{2}(?![\w:-])|(?<![\w:-])(?:[0-9a-f]{2}-){5}[0-9a-f]{2}(?![\w:-])/gi;

/** Names in the place of a user's name that name nobody. */
const nobody =
  /^(?:user|users|username|user-?name|your-?name|name|you|me|someone|example|public|default|shared|node|runner|ubuntu|app|git|vagrant|USER|HOME)$/i;
/** Names that every machine has. */
const everywhere =
  /^(?:host\.docker\.internal|gateway\.docker\.internal|metadata\.google\.internal|localhost\.localdomain|kubernetes\.default\.svc\.cluster\.local)$/i;

export function createMachineScan(init: MachineInit = {}): (text: string) => Finding[] {
  const own = ownNames(init);
  return (text) => [
    ...findingsOf(text, unixHome, "machine", "home-folder", ([, name = ""]) => !nobody.test(name)),
    ...findingsOf(text, windowsHome, "machine", "home-folder", ([, name = ""]) => !nobody.test(name)),
    ...findingsOf(text, privateHost, "machine", "private-host", ([host]) => !everywhere.test(host)),
    ...findingsOf(
      text,
      hardwareAddress,
      "machine",
      "hardware-address",
      ([address]) => !/^(?:00[:-]){5}00$|^(?:ff[:-]){5}ff$/i.test(address),
    ),
    ...own.flatMap(({ rule, pattern }) => findingsOf(text, pattern, "machine", rule)),
  ];
}

/** Shorter names (`pc`) and names of everybody (`localhost`) would refuse ordinary words. */
const minHostNameLength = 3;

function ownNames(init: MachineInit): { readonly rule: string; readonly pattern: RegExp }[] {
  const hosts = (init.hostNames ?? []).filter((name) => name.length >= minHostNameLength && !/^localhost\b/i.test(name));
  const folders = (init.homeFolders ?? [])
    .map((folder) => folder.replace(/[\\/]+$/, ""))
    .filter((folder) => folder.length > 1 && folder !== "/root");
  return [
    ...hosts.map((name) => ({ rule: "own-host-name", pattern: new RegExp(`(?<![\\w-])${literal(name)}(?![\\w-])`, "gi") })),
    ...folders.map((folder) => ({ rule: "own-home-folder", pattern: new RegExp(`${literal(folder)}(?![\\w-])`, "gi") })),
  ];
}

/** The pattern that matches exactly this text. */
function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}
