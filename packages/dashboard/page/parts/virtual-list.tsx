/** A long list of which only what is in sight is in the page. */
import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from "@tanstack/virtual-core";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useLayoutEffect, useReducer, useRef, useState } from "preact/hooks";

interface VirtualListProps {
  readonly label: string;
  readonly count: number;
  readonly rowHeight: number;
  readonly keyOf: (index: number) => string;
  readonly row: (index: number) => ComponentChildren;
  /** The row that is to be in sight. */
  readonly current?: number | undefined;
  /** Called by the arrow keys, Home and End with the row to go to. */
  readonly onMove: (index: number) => void;
}

/** Rows beyond the edges, so that nothing flashes while scrolling. */
const overscan = 8;

export function VirtualList({ label, count, rowHeight, keyOf, row, current, onMove }: VirtualListProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const [, redraw] = useReducer((times: number) => times + 1, 0);
  const [list] = useState(
    () =>
      new Virtualizer<HTMLDivElement, Element>({
        count,
        estimateSize: () => rowHeight,
        getScrollElement: () => box.current,
        observeElementRect,
        observeElementOffset,
        scrollToFn: elementScroll,
      }),
  );
  list.setOptions({ ...list.options, count, overscan, getItemKey: keyOf, onChange: () => redraw(undefined) });
  useLayoutEffect(() => list._didMount(), [list]);
  useLayoutEffect(() => list._willUpdate());
  useEffect(() => {
    if (current !== undefined) list.scrollToIndex(current, { align: "auto" });
  }, [list, current]);

  const move = (event: KeyboardEvent): void => {
    const to = targetOf(event.key, current ?? -1, count);
    if (to === undefined) return;
    event.preventDefault();
    onMove(to);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys move among the links of the list, which take the focus themselves
    <div class="virtual" ref={box} onKeyDown={move}>
      <ul class="virtual-rows" aria-label={label} style={{ height: `${list.getTotalSize()}px` }}>
        {list.getVirtualItems().map(({ index, key, start }) => (
          <li
            key={key}
            aria-setsize={count}
            aria-posinset={index + 1}
            style={{ height: `${rowHeight}px`, transform: `translateY(${start}px)` }}
          >
            {row(index)}
          </li>
        ))}
      </ul>
    </div>
  );
}

function targetOf(key: string, current: number, count: number): number | undefined {
  if (count === 0) return undefined;
  if (key === "ArrowDown") return Math.min(count - 1, current + 1);
  if (key === "ArrowUp") return Math.max(0, current - 1);
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  return undefined;
}
