/**
 * Made-up secrets and personal data, put together when the tests run: no line of this file has the form of a secret, so that scanners of
 * repositories, and our own gate, pass it. `random` gives characters drawn from an alphabet.
 */
export type Draw = (alphabet: string, length: number) => string;

const lower = "abcdefghijklmnopqrstuvwxyz";
const upper = lower.toUpperCase();
const digits = "0123456789";
const hex = `${digits}abcdef`;
const alphanumeric = lower + upper + digits;

/** A draw that always gives the same texts for the same seed (mulberry32). */
export function createDraw(seed: number): Draw {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return (alphabet, length) => Array.from({ length }, () => alphabet[Math.floor(next() * alphabet.length)]).join("");
}

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
/** At least one digit, so that it is no word. */
const password = (draw: Draw): string => `${draw(lower, 4)}${draw(digits, 3)}${draw(upper, 3)}`;

/** One maker for each form of secret. */
export const secrets: Readonly<Record<string, (draw: Draw) => string>> = {
  "web token": (draw) =>
    [encoded({ alg: "HS256", typ: "JWT" }), encoded({ sub: draw(digits, 8) }), draw(alphanumeric, 43)].join("."),
  "bearer header": (draw) => ["Authorization", `Bearer ${draw(alphanumeric, 30)}7`].join(": "),
  "basic header": (draw) => ["Authorization", `Basic ${Buffer.from(`admin:${password(draw)}`).toString("base64")}`].join(": "),
  "key header": (draw) => ["X-Api-Key", draw(alphanumeric, 24)].join(": "),
  "postgres url": (draw) => `postgres${"://"}app:${password(draw)}${"@"}db.shop.com:5432/orders`,
  "redis url": (draw) => `redis${"://"}:${password(draw)}${"@"}cache.shop.com:6379`,
  "ado connection": (draw) => ["Server=tcp:db.shop.com;User Id=app;Password", `${password(draw)};`].join("="),
  "storage account": (draw) => ["AccountName=shop;AccountKey", `${draw(alphanumeric, 86)}==`].join("="),
  "aws access key": (draw) => `AK${"IA"}${draw("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16)}`,
  "aws secret key": (draw) => ["aws_secret_access_key", draw(alphanumeric, 40)].join(" = "),
  "google key": (draw) => `AI${"za"}${draw(alphanumeric, 35)}`,
  "private key": (draw) => `${"-----BEGIN "}RSA PRIVATE ${"KEY-----"} ${draw(alphanumeric, 64)}`,
  "chain key": (draw) => ["private key", draw(hex, 64)].join(": "),
  "github token": (draw) => `gh${"p_"}${draw(alphanumeric, 36)}`,
  "github fine token": (draw) => `github${"_pat_"}${draw(alphanumeric, 22)}_${draw(alphanumeric, 59)}`,
  "gitlab token": (draw) => `gl${"pat-"}${draw(alphanumeric, 20)}`,
  "slack token": (draw) => `xo${"xb-"}${draw(digits, 12)}-${draw(digits, 12)}-${draw(alphanumeric, 24)}`,
  "slack hook": (draw) => `https://hooks.slack${".com/services/"}T${draw(upper, 8)}/B${draw(upper, 8)}/${draw(alphanumeric, 24)}`,
  "telegram token": (draw) => [`1${draw(digits, 9)}`, `AA${draw(alphanumeric, 33)}`].join(":"),
  "stripe key": (draw) => `sk${"_live_"}${draw(alphanumeric, 24)}`,
  "twilio key": (draw) => `S${"K"}${draw(hex, 32)}`,
  "sendgrid key": (draw) => ["SG", draw(alphanumeric, 22), draw(alphanumeric, 43)].join("."),
  "npm token": (draw) => `npm${"_"}${draw(alphanumeric, 36)}`,
  "pypi token": (draw) => `pypi${"-AgEIcHlwaS5vcmc"}${draw(alphanumeric, 60)}`,
  "docker token": (draw) => `dckr${"_pat_"}${draw(alphanumeric, 27)}`,
  "vault token": (draw) => `hv${"s."}${draw(alphanumeric, 90)}`,
  "openai key": (draw) => `sk${"-proj-"}${draw(alphanumeric, 48)}`,
  "anthropic key": (draw) => `sk${"-ant-api03-"}${draw(alphanumeric, 93)}AA`,
  "hugging face token": (draw) => `h${"f_"}${draw(lower + upper, 34)}`,
  "digital ocean token": (draw) => `dop${"_v1_"}${draw(hex, 64)}`,
  "assigned password": (draw) => ["DB_PASSWORD", password(draw)].join("="),
  "password in json": (draw) => ['"password"', `"${password(draw)}"`].join(": "),
  "password in words": (draw) => `the ${"password"} is ${password(draw)}`,
  "hex key in words": (draw) => ["api key", draw(hex, 32)].join(": "),
  "command argument": (draw) => ["login --user root --password", password(draw)].join(" "),
  "curl user": (draw) => `curl ${"-u"} ${["admin", password(draw)].join(":")} https://shop.com`,
  "netrc line": (draw) => `machine shop.com login app ${"password"} ${password(draw)}`,
  "random token": (draw) => draw(alphanumeric, 40),
};

/** Luhn's check digit, computed here so that no card number stands in the file. */
function withCheckDigit(number: string): string {
  let sum = 0;
  for (const [at, digit] of Array.from(number).reverse().entries()) {
    const doubled = at % 2 === 0 ? Number(digit) * 2 : Number(digit);
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return `${number}${(10 - (sum % 10)) % 10}`;
}

/** ISO 13616's check digits for a German account. */
function germanIban(account: string): string {
  const check = 98n - (BigInt(`${account}131400`) % 97n);
  return `DE${String(check).padStart(2, "0")}${account}`;
}

export const personalData: Readonly<Record<string, (draw: Draw) => string>> = {
  "e-mail": (draw) => [`${draw(lower, 6)}.${draw(lower, 7)}`, `${draw(lower, 8)}.org`].join("@"),
  "e-mail in brackets": (draw) => `${draw(lower, 6)} [at] ${draw(lower, 8)} [dot] com`,
  card: (draw) => withCheckDigit(`4${draw(digits, 14)}`),
  "card in groups": (draw) => withCheckDigit(`4${draw(digits, 14)}`).replace(/(\d{4})(?=\d)/g, "$1 "),
  iban: (draw) => germanIban(draw(digits, 18)),
  "iban in groups": (draw) => germanIban(draw(digits, 18)).replace(/(.{4})(?=.)/g, "$1 "),
  "phone abroad": (draw) => ["+", "49 30 2", draw("123456789", 7)].join(""),
  "phone at home": (draw) => `call me on 0${draw("23456789", 3)} ${draw("23456789", 6)}`,
  "american phone": (draw) => `(2${"0"}1) ${draw("2346789", 3)}-${draw(digits, 4)}`,
  "public address": (draw) =>
    `the server is at 8${draw("1234567", 1)}.${draw("123456789", 2)}.${draw("123456789", 2)}.${draw("123456789", 2)}`,
  "public address, version 6": (draw) => ["2a02", draw("123456789", 3), draw("123456789", 4), "", "1f"].join(":"),
  "social security number": (draw) => [`1${draw("123456789", 2)}`, draw("123456789", 2), draw("123456789", 4)].join("-"),
};

export const machineTraces: Readonly<Record<string, (draw: Draw) => string>> = {
  "home folder": (draw) => ["", "home", draw(lower, 6), "notes.txt"].join("/"),
  "home folder on a Mac": (draw) => ["", "Users", draw(lower, 6), "notes.txt"].join("/"),
  "home folder on Windows": (draw) => ["C:", "Users", draw(lower, 6), "notes.txt"].join("\\"),
  "home folder in a URL": (draw) => `file://${["", "home", draw(lower, 6)].join("/")}`,
  "private address": (draw) => ["192", "168", draw("123456789", 2), draw("123456789", 2)].join("."),
  "private host": (draw) => [draw(lower, 6), "corp"].join("."),
  "hardware address": (draw) => Array.from({ length: 6 }, () => draw(hex, 2)).join(":"),
};

/** What lessons are full of and must pass. */
export const benign: readonly string[] = [
  "Use git rebase --interactive HEAD~3 and mark the commit as fixup.",
  "Run npm install --save-exact vitest@5.1.1 and then npx vitest run.",
  "The password must be at least 12 characters long and is never logged.",
  "Pass the token with --token TOKEN, or set the variable GITHUB_TOKEN.",
  "If the token is invalid, ask for a new one; the secret is rotated daily.",
  "Set DB_PASSWORD=$DB_PASSWORD in the environment; do not write it into the file.",
  "Connect with postgres://USER:PASSWORD@localhost/orders where USER is your own.",
  "const token = await getToken(request); if (token === undefined) return 401;",
  "api_key = os.environ['API_KEY']",
  "password: string; token: string | undefined; secret: Uint8Array;",
  "Authorization: Bearer <token> is the header that the service wants.",
  "The maximum of a signed 32-bit integer is 2147483647, of an unsigned one 4294967295.",
  "Upgrade from version 1.2.3.4 to v10.0.0.1 and read section 3.1.4.1 of the manual.",
  "The server listens on 127.0.0.1:8080 and [::1]:8080; bind 0.0.0.0 to open it.",
  "Use 192.0.2.10 in documentation and 255.255.255.0 as the mask; the resolver is 8.8.8.8.",
  "The commit 4b825dc642cb6eb9a060e54bf8d69288fbee4904 holds the empty tree.",
  "sha512-abc is how a lock file begins an integrity field; sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 is a digest.",
  "The id is 550e8400-e29b-41d4-a716-446655440000 and the trace 7d7fa1b1a6ccfc4abd4ec81b4a49f61c.",
  "bafyreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy is the id of a record.",
  "Write to ~/.config/tool/settings.json or $HOME/.cache, never to /tmp/tool-1234567890.",
  "The page is at https://example.com/home/news and https://developer.mozilla.org/en-US/docs/Web/API/Window/localStorage.",
  "Send a test to someone@example.com; git clone git@github.com:owner/name.git works over ssh.",
  "Copy .env.local to .env and add settings.local.json to .gitignore.",
  "Inside a container the host is host.docker.internal; std::vector and a::b are names in C++.",
  "The range 2020-01-15 12:30:45 to 2021-12-31 23:59:59 has 716 days; 1,000,000 rows took 12.345678 s.",
  "getHTTPResponseCodeFromServerAndRetryWithBackoff is too long a name, MAX_CONCURRENT_STREAMS_PER_CONNECTION_V2 as well.",
  "stash peek BOX --by FIELD lists a box in order; stash peek tin --by size is an example.",
  "Error: unknown option --sort. Usage: stash peek BOX --by FIELD. Example: stash peek jar --by colour",
  "Call the endpoint with limit=1000 and offset=2000; call sleep(1000000) to wait a second.",
  "packages/core/src/ports/language-model.ts exports LanguageModel; see node_modules/.pnpm/lock.yaml.",
  "In Python use list(map(int, '1 2 3 4 5 6 7 8 9 10'.split())) to read ten numbers.",
  "100 divided by 7 is 14.285714285714286; pi is 3.141592653589793.",
  "Der Schlüssel liegt im Kasten; 请描述一个房间; η απάντηση είναι 42.",
  "The area code comes first, then seven digits; the form is NNN-NNN-NNNN.",
  "MIIB is how base64 of a certificate begins; it is public.",
  "x-request-id: 8f14e45f-ceea-467f-a1d5-0a1b2c3d4e5f",
];
