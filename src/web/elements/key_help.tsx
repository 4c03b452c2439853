/** The list of keys. */
import { useEffect, useRef } from "hono/jsx/dom";

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
      <button type="button" ref={button} onClick={onClose}>Close</button>
    </div>
  );
}
