/** The cards and rows of a band. Each is a link to its resource. */
import type { Placed } from "../layout/lanes.ts";
import type { Card, Use, Workload } from "../layout/picture.ts";
import { shortKind } from "../layout/kinds.ts";
import { hrefOf, hrefOfMissing, hrefOfResource } from "../place.ts";
import { useAnswer, useJustChanged } from "../live/hooks.ts";
import type { RelatedResource } from "../answers.ts";
import { countPods, cssOf, Pods, StatusDot } from "./status.tsx";
import { counted } from "../layout/words.ts";
import { Name } from "./text.tsx";

export const CARD_HEIGHT = 50;
export const USE_HEIGHT = 27;
const LINE_HEIGHT = 17;
const NAME_MAX = 30;

/** Where a card stands; undefined where cards are a list. */
export interface Where {
  readonly at?: Placed | undefined;
  readonly isMarked: boolean;
  /** Its kind is stale: what is shown may be old. */
  readonly isStale: boolean;
}

/** The style of a card that stands in lanes. */
export function styleOf(at: Placed | undefined) {
  return at && { left: `${at.x}px`, top: `${at.y}px`, width: `${at.width}px`, height: `${at.height}px` };
}

/** The classes of a card. One whose status has just changed is marked for a moment. */
function useClasses(base: string, status: string, { isMarked, isStale }: Where): string {
  const isChanged = useJustChanged(status);
  return [base, isMarked && "marked", isStale && "stale", isChanged && "changed-now"].filter(Boolean).join(
    " ",
  );
}

export function heightOfWorkload({ chips, reasons, folded }: Workload, isOpen: boolean): number {
  const lines = Math.min(reasons.length, 2) + (isOpen ? folded.length : 0);
  return CARD_HEIGHT + lines * LINE_HEIGHT + (chips.length > 0 || folded.length > 0 ? 22 : 0);
}

export function CardView({ card, where }: { readonly card: Card; readonly where: Where }) {
  const { node: { uid, kind, name, status, message }, notes } = card;
  return (
    <a
      class={useClasses(`card ${cssOf(status)}`, status, where)}
      style={styleOf(where.at)}
      href={hrefOfResource(uid)}
      title={`${kind} ${name}: ${status}: ${message}`}
    >
      <span class="kind">{[kind, ...notes].join(" · ")}</span>
      <b>
        <StatusDot status={status} /> <Name text={name} max={NAME_MAX} />
      </b>
    </a>
  );
}

export function WorkloadView(
  { workload, where, toggle, isOpen }: {
    readonly workload: Workload;
    readonly where: Where;
    /** The address of the same place with the folded resources shown or hidden. */
    readonly toggle: string;
    readonly isOpen: boolean;
  },
) {
  const { node, pods, reasons, chips, folded } = workload;
  const { uid, kind, name, status, message, metadata: { image } } = node;
  const title = `${kind} ${name}: ${status}: ${message}${image ? `\n${image}` : ""}`;
  return (
    <div class={useClasses(`card workload ${cssOf(status)}`, status, where)} style={styleOf(where.at)}>
      <a href={hrefOfResource(uid)} title={title}>
        <span class="kind">{kind}</span>
        <span class="right">
          <Pods counts={countPods(kind === "Pod" ? [node] : pods)} />
        </span>
        <b>
          <StatusDot status={status} /> <Name text={name} max={NAME_MAX} />
        </b>
        {reasons.slice(0, 2).map(({ text, count, status }) => (
          <span class={`reason ${cssOf(status)}`} title={text}>
            {count > 1 ? `${count} × ${text}` : text}
          </span>
        ))}
      </a>
      {(chips.length > 0 || folded.length > 0) && (
        <span class="chips">
          {folded.length > 0 && (
            <a class="chip" href={toggle} aria-expanded={isOpen ? "true" : "false"}>
              {isOpen ? "▾" : "▸"} {describeFolded(folded.map((it) => it.kind))}
            </a>
          )}
          {chips.map(({ label, node }) => (
            <a
              class={`chip ${cssOf(node.status)}`}
              href={hrefOfResource(node.uid)}
              title={`${node.kind} ${node.name}: ${node.status}: ${node.message}`}
            >
              {label}
            </a>
          ))}
        </span>
      )}
      {isOpen &&
        folded.map((it) => (
          <a class="folded" href={hrefOfResource(it.uid)} title={`${it.kind} ${it.name}: ${it.message}`}>
            <StatusDot status={it.status} /> {shortKind(it.kind)} <Name text={it.name} max={28} />
          </a>
        ))}
    </div>
  );
}

function describeFolded(kinds: readonly string[]): string {
  const names = [...new Set(kinds)];
  return names.length === 1 ? counted(kinds.length, names[0] ?? "") : counted(kinds.length, "resource");
}

export function UseView({ use, where }: { readonly use: Use; readonly where: Where }) {
  const { node, key, leadsTo } = use;
  const look = node === undefined ? "missing" : cssOf(node.status);
  const classes = useClasses(`use ${look}`, look, where);
  if (node === undefined) {
    return (
      <a
        class={classes}
        style={styleOf(where.at)}
        href={hrefOfMissing(key)}
        title={`${key.kind} ${key.name} does not exist`}
      >
        <abbr title={key.kind}>{shortKind(key.kind)}</abbr>
        <Name text={key.name} max={NAME_MAX} />
        <span class="right">missing</span>
      </a>
    );
  }
  const { uid, kind, name, status, message } = node;
  return (
    <div class={classes} style={styleOf(where.at)}>
      <a href={hrefOfResource(uid)} title={`${kind} ${name}: ${status}: ${message}`}>
        <abbr title={kind}>{shortKind(kind)}</abbr>
        {status !== "Ready" && <StatusDot status={status} message={message} />}
        <Name text={name} max={NAME_MAX} />
        {leadsTo.length > 0 && <span class="leads">{leadsTo.map((it) => ` → ${it.name}`).join("")}</span>}
      </a>
      {use.isShared && <UsedBy uid={uid} />}
    </div>
  );
}

const CONTROLLED = new Set(["Pod", "ReplicaSet", "Job", "EndpointSlice"]);

/** How many resources refer to a shared one, without the Pods and ReplicaSets of workloads that do. */
function UsedBy({ uid }: { readonly uid: string }) {
  const { value } = useAnswer<RelatedResource>(`api/v1/resources/${encodeURIComponent(uid)}`, {
    isLive: false,
  });
  if (value === undefined) return null;
  const users = new Set(
    value.relations.in.flatMap(({ resource }) => CONTROLLED.has(resource.kind) ? [] : [resource.uid]),
  );
  if (users.size < 2) return null;
  return <a class="usedby" href={hrefOf("impact", { uid })}>used by {users.size}</a>;
}
