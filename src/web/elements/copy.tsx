/** A command to copy. */
import { useState } from "preact/hooks";

const SHOWN_MS = 1_500;

export function Command({ text }: { readonly text: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Without HTTPS there is no clipboard; the text can be marked by hand.
      return;
    }
    setCopied(true);
    setTimeout(() => setCopied(false), SHOWN_MS);
  };
  return (
    <div class="command">
      <code tabIndex={0}>{text}</code>
      <button type="button" onClick={copy} aria-label={`Copy ${text}`}>{copied ? "copied" : "copy"}</button>
    </div>
  );
}
