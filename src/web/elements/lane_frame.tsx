/** The room of lanes: it measures its width, and draws the lines between the cards in it. */
import type { ComponentChildren, RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Layout } from "../layout/lanes.ts";

interface LaneFrameProps {
  readonly element: RefObject<HTMLDivElement | null>;
  readonly width: number;
  /** Undefined where the cards are a list. */
  readonly layout: Layout | undefined;
  readonly children: ComponentChildren;
}

export function LaneFrame({ element, width, layout, children }: LaneFrameProps) {
  return (
    <div
      class={layout ? "lanes" : "lanes list"}
      ref={element}
      style={layout ? { height: `${layout.height}px` } : {}}
    >
      {layout && (
        <svg width={width} height={layout.height} aria-hidden="true">
          {layout.paths.map(({ line, d }) => (
            <path key={`${line.from} ${line.to}`} d={d} class={line.isMissing ? "missing" : ""} />
          ))}
        </svg>
      )}
      {children}
    </div>
  );
}

/** The width of an element, followed while it is on screen; 0 before it is known. */
export function useWidth() {
  const element = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (element.current === null) return;
    const observer = new ResizeObserver((entries) =>
      setWidth(Math.floor(entries.at(-1)?.contentRect.width ?? 0))
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return [element, width] as const;
}
