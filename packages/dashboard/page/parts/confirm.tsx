/** A question before something that cannot be undone. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface ConfirmProps {
  readonly title: string;
  readonly text: string;
  readonly action: string;
  readonly onDone: (confirmed: boolean) => void;
}

export function Confirm({ title, text, action, onDone }: ConfirmProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} class="confirm" aria-labelledby="confirm-title" onCancel={() => onDone(false)}>
      <h2 id="confirm-title">{title}</h2>
      <p>{text}</p>
      <div class="actions">
        <button type="button" class="button" onClick={() => onDone(false)}>
          Cancel
        </button>
        <button type="button" class="button danger" onClick={() => onDone(true)}>
          {action}
        </button>
      </div>
    </dialog>
  );
}
