/**
 * Network addresses. A public one is personal data; one of a private range tells how a network is built, so it is the machine's. What belongs to
 * nobody passes: loopback, unspecified, net masks, multicast, the ranges for documentation, and the few public name servers that every manual names.
 */
import { BlockList, isIPv4, isIPv6 } from "node:net";
import { type Finding, findingsOf } from "./finding.ts";

const ipv4 = /(?<![\w.-])\d{1,3}(?:\.\d{1,3}){3}(?![\w-]|\.\d)/g;
const ipv6 = /(?<![\w:.])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:.])/gi;

const nobodys = blockList(
  [
    ["0.0.0.0", 8],
    ["127.0.0.0", 8],
    ["192.0.2.0", 24],
    ["198.51.100.0", 24],
    ["203.0.113.0", 24],
    ["224.0.0.0", 3],
    ["1.1.1.1", 32],
    ["1.0.0.1", 32],
    ["8.8.8.8", 32],
    ["8.8.4.4", 32],
    ["9.9.9.9", 32],
  ],
  [
    ["::", 127],
    ["2001:db8::", 32],
    ["3fff::", 20],
    ["ff00::", 8],
  ],
);
const privates = blockList(
  [
    ["10.0.0.0", 8],
    ["100.64.0.0", 10],
    ["169.254.0.0", 16],
    ["172.16.0.0", 12],
    ["192.168.0.0", 16],
  ],
  [
    ["fc00::", 7],
    ["fe80::", 10],
  ],
);

export function findAddresses(text: string): Finding[] {
  return [
    ...findingsOf(
      text,
      ipv4,
      "personal",
      "ip-address",
      ({ 0: address, index }) => isIPv4(address) && !isVersion(text, index, address),
    ),
    ...findingsOf(text, ipv6, "personal", "ip-address", ([address]) => isIPv6(address) && /\d/.test(address)),
  ].flatMap((finding) => judged(finding, text.slice(finding.start, finding.end)));
}

function judged(finding: Finding, address: string): Finding[] {
  const family = isIPv4(address) ? "ipv4" : "ipv6";
  if (nobodys.check(address, family)) return [];
  return [privates.check(address, family) ? { ...finding, kind: "machine", rule: "private-address" } : finding];
}

/** Four numbers are also how versions and sections are written: after a word that says so, or all of them small and no word of networks near. */
function isVersion(text: string, index: number, address: string): boolean {
  const before = text.slice(Math.max(0, index - 24), index);
  if (
    /(?:\bv|\bversions?|\brelease|\bbuild|\bsection|\bchapter|[\w-]@|[=~^<>]=?)\s*(?:is\s|of\s|to\s)?\s*["'(]?$/i.test(before) &&
    !/\b(?:ip|host|address|server)\w*\s*=\s*["']?$/i.test(before)
  )
    return true;
  const small = address.split(".").every((part) => Number(part) < 20);
  return small && !/\b(?:ip|address|host|server|ping|ssh|node|peer|from|connect)\b|:\/\/$/i.test(before);
}

function blockList(
  ipv4Ranges: readonly (readonly [string, number])[],
  ipv6Ranges: readonly (readonly [string, number])[],
): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of ipv4Ranges) list.addSubnet(network, prefix, "ipv4");
  for (const [network, prefix] of ipv6Ranges) list.addSubnet(network, prefix, "ipv6");
  return list;
}
