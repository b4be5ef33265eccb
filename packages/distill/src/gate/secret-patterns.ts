/**
 * Secrets that secretlint's recommended rules do not know, as options of its `pattern` rule. Where a form is only a secret in context (a password
 * is any text), the pattern demands the context, and `placeholders` lets manuals through.
 */

interface SecretPattern {
  readonly name: string;
  readonly patterns: string[];
  readonly allows?: string[];
}

/** Names under which a value is a secret. A prefix is allowed (`DB_PASSWORD`), as is a quote after the name (JSON). */
const secretName =
  "(?:password|passwd|passphrase|passcode|pwd|secret|api[_-]?key|apikey|access[_-]?key|secret[_-]?key|private[_-]?key|account[_-]?key|auth[_-]?token|access[_-]?token|refresh[_-]?token|client[_-]?secret|token|credentials?)";

/** What manuals write instead of a secret: an upper-case name, a variable, a bracketed word, a word for "yours", a type, a call. */
const placeholders: string[] = [
  "/[=:]\\s*[\"']?(?:\\$|%|<|\\{|\\[|\\*{3}|x{3}|\\.{2})/i",
  "/(?:[=:]\\s*|\\s)[\"']?[A-Z][A-Z_]*[\"']?[,;)]?$/",
  "/[=:]\\s*[\"']?(?:your|my|the|some|any|an?|example|sample|changeme|redacted|hidden|placeholder|none|null|undefined|true|false|string|str|bytes|text|number|boolean|required|optional|must|should|await|new|typeof|uint8array|buffer|cryptokey)\\b/i",
  "/[=:]\\s*[\\w.]+\\(/",
  "/[=:]\\s*(?:process\\.env|os\\.environ|env|config|settings|secrets|self|this|args|options|request|req|ctx)[.\\[]/i",
];

export const secretPatterns: readonly SecretPattern[] = [
  { name: "jwt", patterns: ["/\\beyJ[\\w-]{8,}\\.eyJ[\\w-]{8,}\\.[\\w-]{8,}/"] },
  {
    name: "bearer-header",
    patterns: [
      "/\\bbearer\\s+(?=[\\w.~+\\/=-]*\\d)[\\w.~+\\/=-]{16,}/i",
      "/\\bauthorization[\"']?\\s*[:=]\\s*[\"']?(?:basic|token|bearer|digest|apikey)\\s+[\\w.~+\\/=-]{8,}/i",
    ],
    allows: ["/\\s(?:your|my|the|[A-Z_]+$|<|\\$)/"],
  },
  {
    name: "key-header",
    patterns: ["/\\bx-(?:[a-z]+-)?(?:api-key|auth-token|access-token|token|secret)[\"']?\\s*[:=]\\s*[\"']?[\\w.~+\\/=-]{12,}/i"],
    allows: placeholders,
  },
  {
    name: "connection-string",
    patterns: [
      "/\\b[a-z][a-z0-9+.-]{1,20}:\\/\\/[^\\s:@\\/\"'<>]*:[^\\s@\\/\"'<>]{3,}@[^\\s\"'<>]+/i",
      "/\\b(?:server|data source|host|user id|uid|initial catalog|database|endpoint)\\s*=[^\\n]{0,200}?;\\s*(?:password|pwd|sharedaccesskey|accountkey)\\s*=\\s*[^;\\s]{4,}/i",
    ],
    allows: ["/:(?:\\$|\\{|<|\\*{3}|x{3}|password@|pass@|pwd@|PASSWORD@|secret@)/", "/=\\s*(?:\\$|\\{|<|\\*{3})/"],
  },
  {
    name: "storage-key",
    patterns: [
      "/\\b(?:AccountKey|SharedAccessKey|SharedSecretValue)\\s*=\\s*[A-Za-z0-9+\\/]{32,}={0,2}/i",
      "/[?&]sig=[A-Za-z0-9%+\\/]{30,}/",
      "/[?&]X-Amz-Signature=[0-9a-f]{32,}/i",
    ],
  },
  {
    name: "aws-access-key",
    patterns: [
      "/\\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\\b/",
      "/\\baws.{0,24}(?:secret|key).{0,12}[^A-Za-z0-9+\\/][A-Za-z0-9+\\/]{40}(?![A-Za-z0-9+\\/])/i",
    ],
  },
  {
    name: "google-key",
    patterns: ["/\\bAIza[\\w-]{35}/", "/\\bya29\\.[\\w-]{20,}/", "/\\bGOCSPX-[\\w-]{20,}/", "/\\b1\\/\\/0[\\w-]{38,}/"],
  },
  {
    name: "private-key",
    patterns: [
      "/-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/",
      "/PuTTY-User-Key-File-\\d/",
      "/\\bAGE-SECRET-KEY-1[A-Z0-9]{40,}/",
      "/\\b(?:private|signing|wallet)[ _-]?key\\W{1,4}(?:is\\s+)?(?:0x)?[0-9a-f]{64}\\b/i",
    ],
  },
  {
    name: "code-host-token",
    patterns: [
      "/\\bgh[pousr]_[A-Za-z0-9]{30,}/",
      "/\\bgithub_pat_\\w{22,}/",
      "/\\bgl(?:pat|dt|rt|ptt|soat|cbt)-[\\w-]{18,}/",
      "/\\bATATT3[\\w=-]{30,}/",
      "/\\bATBB[A-Za-z0-9]{28,}/",
    ],
  },
  {
    name: "chat-token",
    patterns: [
      "/\\bxox[abeoprs]-[\\w-]{10,}/",
      "/\\bxapp-\\d-[\\w-]{20,}/",
      "/hooks\\.slack\\.com\\/(?:services|workflows)\\/[\\w\\/]{20,}/i",
      "/discord(?:app)?\\.com\\/api\\/webhooks\\/\\d{10,}\\/[\\w-]{30,}/i",
      "/\\b[MNO][A-Za-z\\d_-]{23,27}\\.[\\w-]{6}\\.[\\w-]{27,}/",
      "/\\b\\d{8,10}:A[A-Za-z0-9_-]{34}\\b/",
    ],
  },
  {
    name: "service-key",
    patterns: [
      "/\\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}/",
      "/\\bwhsec_[A-Za-z0-9+\\/=]{24,}/",
      "/\\b(?:SK|AC)[0-9a-f]{32}\\b/",
      "/\\bSG\\.[\\w-]{16,}\\.[\\w-]{16,}/",
      "/\\bkey-[0-9a-z]{32}\\b/",
      "/\\bnpm_[A-Za-z0-9]{36}/",
      "/\\bpypi-[\\w-]{40,}/",
      "/\\bdckr_(?:pat|oat)_[\\w-]{20,}/",
      "/\\bhvs\\.[\\w-]{24,}/",
      "/\\bshp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}/",
      "/\\bsq0(?:atp|csp)-[\\w-]{22,}/",
      "/\\bdo[opr]_v1_[0-9a-f]{64}/",
      "/\\bNRAK-[A-Z0-9]{27}/",
      "/\\blin_api_[A-Za-z0-9]{32,}/",
      "/\\bfigd_[\\w-]{30,}/",
      "/\\bdapi[0-9a-f]{32}\\b/",
      "/\\bglsa_\\w{32,}/",
      "/\\btskey-[a-z]+-\\w{8,}/",
      "/\\bEAA[A-Za-z0-9]{40,}/",
    ],
  },
  {
    name: "model-service-key",
    patterns: [
      "/\\bsk-(?:ant-|proj-|or-v1-|svcacct-)?[\\w-]{20,}/",
      "/\\bhf_[A-Za-z0-9]{30,}/",
      "/\\b(?:gsk|xai|pplx|r8|fw|nvapi)[_-][A-Za-z0-9_-]{30,}/",
    ],
    allows: ["/^sk-[a-z]+(?:-[a-z]+)*$/"],
  },
  {
    name: "assigned-secret",
    patterns: [
      `/\\b(?:[a-z0-9]{1,40}[_.-]){0,6}${secretName}["']?\\s*(?:=|:=|=>)\\s*["']?[^\\s"',;]{4,}["']?/i`,
      `/\\b(?:[a-z0-9]{1,40}[_.-]){0,6}${secretName}["']?\\s*:\\s*["']?(?=[^\\s"',]*[\\d!@#$%^&*?+~])(?=[^\\s"',]*[a-z])[^\\s"',]{6,}["']?/i`,
      `/\\b${secretName}\\s+(?:is|was|are)\\s+(?:now\\s+|set to\\s+)?["'\`]?(?=[^\\s"'\`]*\\d)(?=[^\\s"'\`]*[a-z])[^\\s"'\`]{6,}/i`,
      `/\\b(?:password|passphrase|passcode)\\s+(?:is|was)\\s+["'\`][^"'\`\\n]{4,}["'\`]/i`,
      `/\\b(?:api|secret|access|auth|private|license)[ _-]?(?:key|token)\\W{1,4}(?:is\\s+)?[0-9a-f]{32,}\\b/i`,
    ],
    allows: placeholders,
  },
  {
    name: "secret-argument",
    patterns: [
      "/(?:^|\\s)--(?:password|passwd|pass|passphrase|token|api-key|apikey|secret|access-token|auth-token|client-secret|secret-key)(?:\\s+|=)[\"']?[^\\s\"'-][^\\s\"']{3,}/i",
      "/\\bcurl\\b[^\\n]{0,120}\\s(?:-u|--user)\\s+[\"']?[^\\s:\"']+:[^\\s\"']{3,}/",
      "/\\bmysql\\b[^\\n]{0,80}\\s-p[^\\s-]\\S{3,}/",
      "/\\bsshpass\\s+-p\\s+\\S{3,}/",
      "/\\bmachine\\s+\\S+\\s+login\\s+\\S+\\s+password\\s+\\S{3,}/i",
      "/\\botpauth:\\/\\/\\S*[?&]secret=[A-Z2-7]{16,}/i",
    ],
    allows: [
      "/(?:=|\\s|:)[\"']?(?:\\$|%|<|\\{|\\[|\\*{3}|@|[A-Z][A-Z_]*[\"']?[.,;)]?$)/",
      "/(?:=|\\s)(?:your|my|the|for|is|are|and|with|from|must|should|file|option|flag)\\b/i",
    ],
  },
];
