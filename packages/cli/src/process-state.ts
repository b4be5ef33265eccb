import { readFile } from "node:fs/promises";

/** Does a process with this id still run? One that has ended and waits for its parent to notice does not. */
export async function isAlive(pid: number): Promise<boolean> {
  // Asked again at the end: between the two questions an ended one may have been collected.
  return exists(pid) && !(await isZombie(pid)) && exists(pid);
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === "EPERM"; // there, and somebody else's; otherwise there is none
  }
}

/** Where Linux tells: in containers nobody may collect the ended children of an ended parent. */
async function isZombie(pid: number): Promise<boolean> {
  let stat: string;
  try {
    stat = await readFile(`/proc/${pid}/stat`, "latin1");
  } catch {
    return false; // no such table on this system, or the process is gone by now
  }
  return stat.slice(stat.lastIndexOf(")") + 2).startsWith("Z");
}

function errorCode(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
