/** What a browser sees that has not been let in. */
import type { JSX } from "preact";
import { Told } from "./parts/told.tsx";
import { VineMark } from "./parts/vine-mark.tsx";

export function Door({ reason }: { reason: string }): JSX.Element {
  return (
    <main class="door">
      <VineMark />
      <h1>Grapevine</h1>
      <p>
        <Told text={reason} />
      </p>
      <p>Get a fresh link in a terminal on this machine. It opens the dashboard once, in the browser you choose:</p>
      <pre>
        <code>grapevine dashboard</code>
      </pre>
      <p class="quiet">
        In a clone of the repository: <code>npx pnpm grapevine dashboard</code>. Where several nodes run, add{" "}
        <code>--node NAME</code>.
      </p>
    </main>
  );
}
