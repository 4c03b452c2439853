/** Asks for a bearer token. The token stays in this tab. */
import { useRef } from "preact/hooks";
import { signIn } from "../live/hooks.ts";
import { token } from "../live/session.ts";
import { Command } from "./copy.tsx";

export function SignIn() {
  const field = useRef<HTMLInputElement>(null);
  return (
    <main class="screen" id="main" tabIndex={-1}>
      <h2>Sign in</h2>
      <p>
        {token() === undefined
          ? "This server shows each user what they may list. It needs a bearer token."
          : "The server rejected the token: it is wrong, expired or revoked."}
      </p>
      <form
        class="signin"
        onSubmit={(event: Event) => {
          event.preventDefault();
          const text = field.current?.value.trim() ?? "";
          if (text !== "") signIn(text);
        }}
      >
        <label for="token">Token</label>
        <input id="token" type="password" ref={field} autocomplete="off" spellcheck={false} />
        <button type="submit">Sign in</button>
      </form>
      <p class="dim">
        The token stays in this tab until you close it. For a service account, kubectl makes one:
      </p>
      <Command text="kubectl create token SERVICEACCOUNT -n NAMESPACE" />
    </main>
  );
}
