/** How much of the cluster the user sees, where that is not all. */
import type { Visible } from "../answers.ts";
import { signIn, useAnswer } from "../live/hooks.ts";
import { token } from "../live/session.ts";
import { counted } from "../layout/words.ts";

export function Sight() {
  const { value } = useAnswer<Visible>("api/v1/access");
  if (value === undefined || value.auth === "none") return null;
  const { user, kinds: { visible, total }, namespaces } = value;
  const where = namespaces === null ? "" : ` in ${counted(namespaces.length, "namespace")}`;
  const text = visible === total && namespaces === null
    ? "you see everything"
    : `you see ${visible} of ${total} kinds${where}`;
  return (
    <span class="sight">
      <span title={namespaces?.join(", ") ?? ""}>{user}{user && ": "}{text}</span>
      {token() !== undefined && (
        <button type="button" class="plain" onClick={() => signIn(undefined)}>Sign out</button>
      )}
    </span>
  );
}
