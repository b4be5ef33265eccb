/**
 * How this browser is let in. A link brings a code behind its `#`; it is exchanged once for a cookie that no script can read and a proof that is kept for this origin alone, and
 * is taken out of the address bar before anything else happens.
 */
import type { ErrorReply, SessionReply } from "@grapevine/node";

export type Entry = { readonly open: true } | { readonly open: false; readonly reason: string };

const proofKey = "grapevine-session";
const codePattern = /^#([\w-]{16,64})$/;

export async function enter(): Promise<Entry> {
  const [, code] = codePattern.exec(location.hash) ?? [];
  if (code !== undefined) {
    history.replaceState(null, "", "#/swarm");
    const refusal = await exchange(code);
    if (refusal === undefined) return { open: true };
    if ((await isOpen()) === false) return { open: false, reason: refusal };
  }
  return (await isOpen()) ? { open: true } : { open: false, reason: "This browser has no session with the node." };
}

export function proof(): string {
  return localStorage.getItem(proofKey) ?? "";
}

/** Ends the session here and at the node. */
export async function leave(): Promise<void> {
  const headers = { "content-type": "application/json", "x-grapevine-session": proof() };
  await fetch("/api/session/end", { method: "POST", headers, body: "{}" });
  localStorage.removeItem(proofKey);
  location.reload();
}

/** Gives what is wrong, where something is. */
async function exchange(code: string): Promise<string | undefined> {
  const headers = { "content-type": "application/json" };
  const response = await fetch("/api/session", { method: "POST", headers, body: JSON.stringify({ code }) });
  if (!response.ok) {
    const { error } = (await response.json()) as ErrorReply;
    return `${error.message.charAt(0).toUpperCase()}${error.message.slice(1)}.`;
  }
  localStorage.setItem(proofKey, ((await response.json()) as SessionReply).proof);
  return undefined;
}

async function isOpen(): Promise<boolean> {
  if (proof() === "") return false;
  const response = await fetch("/api/status", { headers: { "x-grapevine-session": proof() } });
  return response.ok;
}
