import { defineErrors, type ErrorTable } from "@grapevine/core";

export const cliErrors: ErrorTable<
  | "CLI_USAGE"
  | "CLI_INPUT_NOT_UTF8"
  | "CLI_INPUT_TOO_LARGE"
  | "CLI_FILE_UNREADABLE"
  | "CLI_FILE_UNWRITABLE"
  | "CLI_LINE_MALFORMED"
  | "CLI_ARCHIVE_MALFORMED"
  | "CLI_CONFIG_MALFORMED"
  | "CLI_CONFIG_UNWRITABLE"
  | "CLI_SETTING_INVALID"
  | "CLI_SERVICE_UNAVAILABLE"
  | "CLI_SERVICE_FAILED"
  | "CLI_INTERRUPTED"
  | "CLI_START_FAILED"
  | "CLI_STOP_TIMED_OUT"
> = defineErrors({
  CLI_USAGE: {
    summary: "The command line has an unknown command or option, lacks something, or holds a value that is not allowed.",
    hint: "See `grapevine --help`.",
  },
  CLI_INPUT_NOT_UTF8: {
    summary: "A question, a text or a file holds bytes that are not UTF-8.",
    hint: "Convert the text to UTF-8 first, for example with `iconv -t UTF-8`.",
  },
  CLI_INPUT_TOO_LARGE: {
    summary: "A file or the standard input is larger than the command reads.",
    hint: "Split it, and give the parts one after the other.",
  },
  CLI_FILE_UNREADABLE: {
    summary: "A file that was named cannot be read.",
    hint: "Check the path and the permissions.",
  },
  CLI_FILE_UNWRITABLE: {
    summary: "A file or folder that was named cannot be written.",
    hint: "Check the path, the permissions and the room on the disk.",
  },
  CLI_LINE_MALFORMED: {
    summary: "A line of a JSONL file is not what the command reads.",
    hint: 'Correct the line that the message names. For `check` each is {"text": "…"} or plain text; for `lessons import` and `experiences import` as the export wrote it.',
  },
  CLI_ARCHIVE_MALFORMED: {
    summary: "A CAR file is damaged, or is no archive of lessons.",
    hint: "Take the file as `lessons export --format car` wrote it, and copy it again if it was cut on the way.",
  },
  CLI_CONFIG_MALFORMED: {
    summary: "The settings file of a client is not what such a file holds, and was left as it is.",
    hint: "Correct the file that the message names, or show the entry with --print and put it in by hand.",
  },
  CLI_CONFIG_UNWRITABLE: {
    summary: "The settings file of a client cannot be read or written.",
    hint: "Check its owner and permissions, or show the entry with --print and put it in by hand.",
  },
  CLI_SETTING_INVALID: {
    summary: "A setting, as an option, in the environment or for `config set`, has a value that it cannot have.",
    hint: "See `grapevine config list` for what each is, and docs/SETTINGS.md.",
  },
  CLI_SERVICE_UNAVAILABLE: {
    summary: "A node was to become a service where no systemd of the user's own answers.",
    hint: "Start it in the background with `grapevine up --detach`, or show the unit with --print and put it where it belongs.",
  },
  CLI_SERVICE_FAILED: {
    summary: "A node could not be made a service, or could not be taken back.",
    hint: "Read what systemd said in the message; `journalctl --user` and `grapevine logs` say more.",
  },
  CLI_INTERRUPTED: {
    summary: "The command was stopped by Ctrl-C or by a signal before it was done.",
    hint: "Run it again when you want the rest.",
  },
  CLI_START_FAILED: {
    summary: "A node that was started in the background ended before it served.",
    hint: "Read the log that the message names, or start it in the foreground: `grapevine up`.",
  },
  CLI_STOP_TIMED_OUT: {
    summary: "A node was told to stop and its process is still there.",
    hint: "See its log; end the process by its id when it does nothing any more.",
  },
});
