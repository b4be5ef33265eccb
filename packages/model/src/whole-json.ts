/** Is a text that grows a whole JSON value by now? Numbers are never known to be: another digit could follow. */
export function isWholeJson(text: string): boolean {
  if (!/[}\]"]\s*$/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false; // what ends here is something within the value
  }
}
