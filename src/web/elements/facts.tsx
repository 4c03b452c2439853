/** Names with their values, side by side. */
import type { ComponentChildren as Child } from "preact";

export function Facts({ children }: { readonly children: Child }) {
  return <dl class="facts">{children}</dl>;
}

export function Fact({ name, children }: { readonly name: string; readonly children: Child }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
