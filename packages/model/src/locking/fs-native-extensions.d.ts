/** The package has no types of its own; these are the calls that we make. */
declare module "fs-native-extensions" {
  /** False when another open file holds the lock. */
  export function tryLock(fileDescriptor: number): boolean;
  export function unlock(fileDescriptor: number): void;
}
