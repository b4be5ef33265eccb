/**
 * A walk over CBOR bytes that builds nothing: it only finds out whether they nest too deeply or end too early, before a decoder that recurses and
 * allocates sees them (RFC 8949 §3). Indefinite lengths are refused: DAG-CBOR has none.
 */

/** What is wrong with the bytes, or undefined. `maxDepth` counts open lists, maps and tags. */
export function cborProblem(bytes: Uint8Array, maxDepth: number): string | undefined {
  /** How many items are still to come at each open level. */
  const open: number[] = [1];
  let at = 0;
  while (open.length > 0) {
    const level = open.length - 1;
    if (open[level] === 0) {
      open.pop();
      continue;
    }
    open[level] = (open[level] ?? 0) - 1;
    const head = readHead(bytes, at);
    if (head === undefined) return "cut short or of indefinite length";
    at = head.next;
    if (head.major === byteString || head.major === textString) {
      at += head.value;
      if (at > bytes.length) return "cut short";
    } else if (head.major === list || head.major === map || head.major === tag) {
      const items = head.major === map ? head.value * 2 : head.major === tag ? 1 : head.value;
      if (items > bytes.length - at) return "cut short";
      if (open.length > maxDepth) return "too deep";
      open.push(items);
    }
  }
  return at === bytes.length ? undefined : "followed by more bytes";
}

const byteString = 2;
const textString = 3;
const list = 4;
const map = 5;
const tag = 6;

interface Head {
  readonly major: number;
  /** A length or a count where the type has one; a number's own value otherwise. */
  readonly value: number;
  readonly next: number;
}

function readHead(bytes: Uint8Array, at: number): Head | undefined {
  const first = bytes[at];
  if (first === undefined) return undefined;
  const major = first >> 5;
  const short = first & 31;
  if (short < 24) return { major, value: short, next: at + 1 };
  if (short > 27) return undefined;
  const width = 1 << (short - 24);
  if (at + 1 + width > bytes.length) return undefined;
  let value = 0;
  for (let i = 1; i <= width; i++) value = value * 256 + (bytes[at + i] ?? 0);
  return { major, value, next: at + 1 + width };
}
