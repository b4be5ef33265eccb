/**
 * Other readings of a text under which something may hide: characters that look or behave like plain ones, and base64, hexadecimal and
 * URL encoding, undone once. Not twice: who wraps a secret twice means to pass it on, and no pattern stops that.
 */

/** A reading of the text, and where a range of it came from. */
export interface Reading {
  readonly text: string;
  /** Turns a range of this reading into the range of the original text that holds it. */
  readonly origin: (start: number, end: number) => { readonly start: number; readonly end: number };
}

const base64 = /[A-Za-z0-9+/_-]{11,}={0,2}/g;
const hexadecimal = /[0-9a-f]{16,}|(?<!\w)[0-9a-f]{2}(?:[ :][0-9a-f]{2}){7,}(?!\w)/gi;
const urlEncoded = /[^\s"'<>]*%[0-9a-f]{2}[^\s"'<>]*/gi;

/** Every reading of the text other than the text itself. */
export function readingsOf(text: string): Reading[] {
  const plain = plainReading(text);
  const readings = plain === undefined ? [] : [plain];
  for (const match of text.matchAll(base64)) add(readings, match, decodedBase64(match[0]));
  for (const match of text.matchAll(hexadecimal)) add(readings, match, fromHexadecimal(match[0]));
  for (const match of text.matchAll(urlEncoded)) add(readings, match, fromUrl(match[0]));
  return readings;
}

/** What was found in a decoded piece is reported as the whole piece: that is what has to go. */
function add(readings: Reading[], match: RegExpExecArray, decoded: string | undefined): void {
  if (decoded === undefined) return;
  const range = { start: match.index, end: match.index + match[0].length };
  readings.push({ text: decoded, origin: () => range });
}

/** Compatibility forms made plain (full-width digits) and invisible characters left out, when that changes anything. */
function plainReading(text: string): Reading | undefined {
  if (/^[\x20-\x7e\s]*$/.test(text)) return undefined;
  let plain = "";
  const positions: number[] = [];
  let at = 0;
  for (const character of text) {
    const piece = character.normalize("NFKC").replace(/\p{Cf}/gu, "");
    for (let unit = 0; unit < piece.length; unit += 1) positions.push(at);
    plain += piece;
    at += character.length;
  }
  if (plain === text) return undefined;
  positions.push(text.length);
  return { text: plain, origin: (start, end) => ({ start: positions[start] ?? 0, end: positions[end] ?? text.length }) };
}

/** The text behind base64 or base64url, or undefined when the bytes are no text. */
export function decodedBase64(piece: string): string | undefined {
  return readable(Buffer.from(piece, "base64"));
}

/** With an odd number of digits one belongs to a neighbour: at the front or at the back. */
function fromHexadecimal(piece: string): string | undefined {
  const digits = piece.replace(/[ :]/g, "");
  return (
    readable(Buffer.from(digits, "hex")) ?? (digits.length % 2 === 1 ? readable(Buffer.from(digits.slice(1), "hex")) : undefined)
  );
}

function fromUrl(piece: string): string | undefined {
  try {
    return decodeURIComponent(piece);
  } catch {
    return piece.replace(/%([2-7][0-9a-f])/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))); // not valid throughout: the ASCII part
  }
}

/** The bytes as text, when they are text: valid UTF-8, nearly all of it printable. */
function readable(bytes: Buffer): string | undefined {
  const text = bytes.toString("utf8");
  if (text.length < 8 || text.includes("\uFFFD")) return undefined;
  const printable = text.replace(/[^\p{L}\p{N}\p{P}\p{S}\s]/gu, "").length;
  return printable / text.length >= 0.95 ? text : undefined;
}
