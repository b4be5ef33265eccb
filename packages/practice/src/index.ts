/** Environments with verifiable feedback, behind the `Environment` port of `core`. */
export { practiceErrors } from "./errors.ts";
export { openEnvironment } from "./open-environment.ts";
