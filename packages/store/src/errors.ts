/** What can go wrong with the store, as callers see it. */
import { defineErrors, type ErrorTable } from "@grapevine/core";

export const storeErrors: ErrorTable<
  | "STORE_LOCKED"
  | "STORE_MISSING"
  | "STORE_VERSION"
  | "STORE_DAMAGED"
  | "STORE_UNAVAILABLE"
  | "STORE_WRITE_FAILED"
  | "STORE_CLOSED"
  | "STORE_CHANGE_INVALID"
  | "EXPERIENCE_EXISTS"
  | "EXPERIENCE_UNKNOWN"
  | "EXPERIENCE_INVALID"
> = defineErrors({
  STORE_LOCKED: {
    summary: "The store's folder is in use by another node or by another open store.",
    hint: "Stop the node that uses it with `grapevine down`, or choose another folder with --home.",
  },
  STORE_MISSING: {
    summary: "There is no store in the folder, and none was to be made.",
    hint: "Check the folder, or start a node there with `grapevine up`, which makes one.",
  },
  STORE_VERSION: {
    summary: "The store was written by a newer version of the program, in a format that this one does not know.",
    hint: "Update Grapevine; the store was not touched.",
  },
  STORE_DAMAGED: {
    summary: "What is on the disk is not what was written: files are missing, cut short or altered.",
    hint: "Restore the store's folder from a backup, or run `grapevine doctor --repair`: it keeps what can be read; lessons come back from peers, experiences do not.",
  },
  STORE_UNAVAILABLE: {
    summary: "The operating system refused access to the store's files: rights, space or open files.",
    hint: "Check the rights of the folder, the space on the disk and the limit of open files, then try again.",
  },
  STORE_WRITE_FAILED: {
    summary: "A write to the store failed; nothing is written any more until the store is opened again.",
    hint: "Look at the space and the health of the disk, then start the node again: it finds out by itself what was written.",
  },
  STORE_CLOSED: {
    summary: "The store was used after it had been closed.",
    hint: "Start the node again.",
  },
  STORE_CHANGE_INVALID: {
    summary: "A change contradicts what is stored, or itself: another lesson's label, or a frame that does not give its id.",
    hint: "This is a defect of the program; report it with the log of the node.",
  },
  EXPERIENCE_EXISTS: {
    summary: "An experience with this id is stored already.",
    hint: "Append it under a new id; to change its outcome, update it.",
  },
  EXPERIENCE_UNKNOWN: {
    summary: "No experience with this id is stored.",
    hint: "Copy the id from `grapevine experiences list`.",
  },
  EXPERIENCE_INVALID: {
    summary: "An experience's fields break the schema.",
    hint: "Correct the field that the message names.",
  },
});
