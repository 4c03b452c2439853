/** The list of keys, and what the shapes mean. */
import { useEffect, useRef } from "preact/hooks";
import { StatusDot } from "./status.tsx";

const KEYS = [
  ["/", "search"],
  ["j, k", "next, previous item"],
  ["Enter", "open"],
  ["Esc", "back"],
  ["?", "these keys"],
] as const;

export function KeyHelp({ onClose }: { readonly onClose: () => void }) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => button.current?.focus(), []);
  return (
    <div class="keys" role="dialog" aria-label="Keys">
      <dl>
        {KEYS.map(([key, meaning]) => (
          <div>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <dl>
        {(["Ready", "Pending", "Error", "Unknown"] as const).map((status) => (
          <div key={status}>
            <dt>
              <StatusDot status={status} />
            </dt>
            <dd>{status}</dd>
          </div>
        ))}
      </dl>
      <button type="button" ref={button} onClick={onClose}>Close</button>
    </div>
  );
}
