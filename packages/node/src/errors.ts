import { defineErrors, type ErrorTable } from "@grapevine/core";

export const nodeErrors: ErrorTable<
  | "NODE_NOT_RUNNING"
  | "NODE_AMBIGUOUS"
  | "NODE_NAME_INVALID"
  | "NODE_STOPPED"
  | "HOME_UNUSABLE"
  | "HOME_IN_USE"
  | "KEY_MISSING"
  | "SETTINGS_MALFORMED"
  | "BACKUP_FILE_UNUSABLE"
  | "BACKUP_DAMAGED"
  | "BACKUP_VERSION"
  | "RESTORE_TARGET_TAKEN"
  | "API_PORT_IN_USE"
  | "API_UNAUTHORISED"
  | "API_FORBIDDEN"
  | "API_NOT_FOUND"
  | "API_METHOD_REFUSED"
  | "API_REQUEST_INVALID"
  | "SESSION_LINK_SPENT"
  | "LIVE_TOO_MANY"
  | "SERVED_MODEL_UNKNOWN"
  | "LESSON_UNKNOWN"
  | "LESSON_NOT_OWN"
  | "LESSON_REFUSED"
  | "FORGET_INCOMPLETE"
  | "PEER_AMBIGUOUS"
  | "KEY_IN_USE"
  | "KEY_NOT_COMMITTED"
  | "KEY_NEXT_MISSING"
  | "KEY_NEXT_WRONG"
  | "KEY_SUCCESSION_FULL"
  | "SWARM_OPEN"
  | "SWARM_NOT_OWNER"
  | "MEMBER_IS_OWNER"
  | "MEMBER_UNKNOWN"
  | "MEMBERSHIP_OVER"
  | "QUESTION_REFUSED"
  | "ANSWER_WITHHELD"
  | "PRACTICE_BUSY"
  | "PRACTICE_NOT_SIMULATED"
> = defineErrors({
  NODE_NOT_RUNNING: {
    summary: "A command needs a running node and found none.",
    hint: "Start one with `grapevine up`, or name its home with --home.",
  },
  NODE_AMBIGUOUS: {
    summary: "Several nodes share the home, and the command names none of them.",
    hint: "Say which with --node NAME.",
  },
  NODE_NAME_INVALID: {
    summary: "A node's name does not begin with a letter or a digit, holds a character that is not allowed, or is too long.",
    hint: "Use letters, digits, '.', '-' and '_', at most 32 of them.",
  },
  NODE_STOPPED: {
    summary: "The node stopped before it could answer.",
    hint: "Start it again with `grapevine up`, and repeat the command.",
  },
  HOME_UNUSABLE: {
    summary: "The home folder cannot be made, read or written.",
    hint: "Check the folder's owner and permissions, or choose another with --home.",
  },
  HOME_IN_USE: {
    summary: "Another process runs the node of this home and name.",
    hint: "Use that one, stop it with `grapevine down`, or start a second node with --name.",
  },
  KEY_MISSING: {
    summary: "A node's key file is gone, although its store holds records.",
    hint: "Restore the file `key` from a backup. To go on as somebody new, start a node under another --name.",
  },
  SETTINGS_MALFORMED: {
    summary: "A settings file of the home is not what this program wrote.",
    hint: "Correct the file that the message names, or delete it to start from defaults.",
  },
  BACKUP_FILE_UNUSABLE: {
    summary: "The file of a backup cannot be read or written.",
    hint: "Check the path, the permissions and the room on the disk.",
  },
  BACKUP_DAMAGED: {
    summary: "A file is no backup, or it was cut short or altered; nothing was restored of it.",
    hint: "Take another backup, or copy this one again from where it was kept.",
  },
  BACKUP_VERSION: {
    summary: "A backup was written by a newer version of the program, in a format that this one does not know.",
    hint: "Update Grapevine, and restore then.",
  },
  RESTORE_TARGET_TAKEN: {
    summary: "A node was to be restored where something is already.",
    hint: "Restore it under another name with --name, or into another --home; or move the folder away that is there.",
  },
  API_PORT_IN_USE: {
    summary: "The port for the control API is taken.",
    hint: "Choose another with --api PORT, or leave it out: a free one is found.",
  },
  API_UNAUTHORISED: {
    summary: "A request to the control API came without the node's token.",
    hint: "Send `Authorization: Bearer TOKEN` with the token from the node's home.",
  },
  API_FORBIDDEN: {
    summary: "A request to the control API named a foreign host or came from a foreign origin.",
    hint: "Use the address that `grapevine status` prints.",
  },
  API_NOT_FOUND: {
    summary: "The control API has no such address.",
    hint: "See docs/openapi.json for what it offers.",
  },
  API_METHOD_REFUSED: {
    summary: "The control API has such an address, for another method.",
    hint: "Use a method that the header `Allow` names; docs/openapi.json says what each is for.",
  },
  API_REQUEST_INVALID: {
    summary: "A request to the control API is too large, is not JSON, or has a wrong field.",
    hint: "Correct the field that the message names.",
  },
  SESSION_LINK_SPENT: {
    summary:
      "The link to the dashboard was opened before, is older than eight hours, or belongs to a node that has stopped since.",
    hint: "Get another with `grapevine dashboard`.",
  },
  LIVE_TOO_MANY: {
    summary: "As many programs watch the node's events as may do so at once.",
    hint: "Close a page of the dashboard that you do not look at.",
  },
  SERVED_MODEL_UNKNOWN: {
    summary: "A client of the OpenAI-compatible endpoint asked for a model that the node does not serve.",
    hint: "Ask for grapevine, grapevine:off or grapevine/PEER; GET /v1/models lists them.",
  },
  LESSON_UNKNOWN: {
    summary: "No lesson here has that id.",
    hint: "See `grapevine lessons list`.",
  },
  LESSON_NOT_OWN: {
    summary: "Only its author can retract a lesson.",
    hint: "Block the author with `grapevine peers block`, or leave it: outcomes decide.",
  },
  LESSON_REFUSED: {
    summary: "A lesson that was taught here was not kept.",
    hint: "The message says which rule or which finding stopped it; change the text and teach it again.",
  },
  FORGET_INCOMPLETE: {
    summary: "What was to be forgotten is forgotten, but traces of it are still found in files of the node's home.",
    hint: "Delete the copies of the store that the message names, if it names any; traces in the store itself go when the node is started again.",
  },
  PEER_AMBIGUOUS: {
    summary: "Several peers go by the name that was given.",
    hint: "Give the peer id; `grapevine peers list` shows it.",
  },
  KEY_IN_USE: {
    summary: "A node's key was to be replaced while the node runs with it.",
    hint: "Stop it with `grapevine down`, then rotate.",
  },
  KEY_NOT_COMMITTED: {
    summary: "A key has not committed to a next one, so that nobody would take another for its successor.",
    hint: "Start the node once with `grapevine up`, and let it meet its peers.",
  },
  KEY_NEXT_MISSING: {
    summary: "The next key is not where it was looked for.",
    hint: "Say where it is with --next-key FILE.",
  },
  KEY_NEXT_WRONG: {
    summary: "A key is not the one that the present key committed to, so that nobody would take it for the successor.",
    hint: "Give the file that was kept of this node; `grapevine identity show` says the hash of its public key.",
  },
  KEY_SUCCESSION_FULL: {
    summary: "The key of a closed swarm's owner has been replaced as often as members can show to others.",
    hint: "Found another swarm with `grapevine swarm create`, admit the members there and invite them: their lessons go with them.",
  },
  SWARM_OPEN: {
    summary: "The node's swarm is open: anybody who knows its name may be in it, so nobody is admitted or revoked.",
    hint: "Found a closed one with `grapevine swarm create NAME`, and start the node in it with `grapevine up --swarm`.",
  },
  SWARM_NOT_OWNER: {
    summary: "Only the owner of a closed swarm admits and revokes members, and this node is not its owner.",
    hint: "Ask the owner; `grapevine swarm members` says who that is.",
  },
  MEMBER_IS_OWNER: {
    summary: "The owner of a swarm is a member by the swarm's name, and cannot be admitted or revoked.",
    hint: "To give a swarm another owner, found a new one.",
  },
  MEMBER_UNKNOWN: {
    summary: "Somebody was to be revoked who was never a member.",
    hint: "See `grapevine swarm members` for the members there are. To take nothing of a peer here, use `grapevine peers block`.",
  },
  MEMBERSHIP_OVER: {
    summary: "A membership was to end at a time that is over already.",
    hint: "Give a later time, or leave it out: then it lasts until it is revoked.",
  },
  QUESTION_REFUSED: {
    summary: "A question to another peer was stopped by the redaction gate, and did not leave this node.",
    hint: "Take out what the message names, ask your own node, or send it all the same with --force.",
  },
  ANSWER_WITHHELD: {
    summary: "A peer's answer was stopped by its own redaction gate, and did not leave it.",
    hint: "Ask in another way, or ask another peer.",
  },
  PRACTICE_BUSY: {
    summary: "The node practises already.",
    hint: "Wait for it to end; one practice at a time keeps the model free for questions.",
  },
  PRACTICE_NOT_SIMULATED: {
    summary: "A node practises by itself in simulated environments alone.",
    hint: "Use `grapevine practise` while you watch; or, if the checker touches nothing outside, say `simulated` in its file.",
  },
});
