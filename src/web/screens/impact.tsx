/** What breaks without a resource: a sentence, and lanes from the resource to the entries. */
import { type Impact, type Impacted, textOf } from "../answers.ts";
import { styleOf } from "../elements/cards.tsx";
import { LaneFrame, useWidth } from "../elements/lane_frame.tsx";
import { Empty, Failed, Loading } from "../elements/notice.tsx";
import { countPods, cssOf, Pods, StatusDot } from "../elements/status.tsx";
import { counted, grouped } from "../layout/words.ts";
import { Name } from "../elements/text.tsx";
import { impactPictureOf, SUBJECT } from "../layout/impact_picture.ts";
import { laneWidths, layOut, type Placed } from "../layout/lanes.ts";
import { useAnswer } from "../live/hooks.ts";
import { hrefOfResource, type Place } from "../place.ts";

const CARD_HEIGHT = 54;
const SHOWN_MAX = 120;
const SUBJECT_Y_MAX = 260;

export function ImpactScreen({ place: { params } }: { readonly place: Place }) {
  const uid = params.get("uid");
  const query = new URLSearchParams(params);
  const path = uid === null ? `api/v1/impact?${query}` : `api/v1/resources/${encodeURIComponent(uid)}/impact`;
  const { value, failure } = useAnswer<Impact>(path);
  if (value === undefined) {
    return (
      <main class="screen" id="main" tabIndex={-1}>
        {failure ? <Failed failure={failure} what="the impact" /> : <Loading what="the impact" />}
      </main>
    );
  }
  const { resource, summary } = value;
  const isMissing = !("uid" in resource);
  const title = `${resource.kind} ${textOf(resource)}`;
  return (
    <main class="screen" id="main" tabIndex={-1}>
      <h2 class="question">
        {isMissing ? "What does not work without " : "What breaks without "}
        {isMissing ? <span class="ghost">{title}</span> : <a href={hrefOfResource(resource.uid)}>{title}</a>}
        ?
      </h2>
      {isMissing && <p class="bad">It does not exist.</p>}
      {failure && <Failed failure={failure} what="the impact" />}
      <p class="summary">{sentenceOf(value)}</p>
      {value.truncated && (
        <p class="warn">The picture shows {grouped(value.nodes.length)} resources. The numbers count all.</p>
      )}
      {value.nodes.length === 0
        ? (
          <Empty title="Nothing that Astrolabe knows of depends on it">
            Programs outside of the cluster, or ones that ask the API by themselves, may still need it.
          </Empty>
        )
        : <ImpactLanes impact={value} />}
      {!isMissing && summary.workloads + summary.pods > 0 && (
        <p class="dim">
          This is what happens once Pods have to start again. Running Pods go on with what they have read.
        </p>
      )}
    </main>
  );
}

/**
 * Says in words what the summary counts. The API counts a Deployment and its ReplicaSets; the sentence counts
 * the cards, as long as the answer has all of them. The worst effect beside the resource decides the verb.
 */
export function sentenceOf(impact: Impact): string {
  const { summary: { workloads: counting, pods, services, ingresses, other }, nodes, truncated } = impact;
  const [cards = []] = impactPictureOf(impact).lanes;
  const workloads = truncated ? counting : cards.filter(({ kind }) => kind !== "Pod").length;
  const isDegraded = nodes.filter(({ distance }) => distance === 1).every(({ effect }) =>
    effect === "degraded"
  );
  const isMissing = !("uid" in impact.resource);
  const affected = workloads === 1 ? "is affected" : "are affected";
  const verb = isDegraded ? affected : isMissing ? "cannot start" : "cannot start again";
  const parts = [
    workloads > 0 && `${counted(workloads, "workload")} with ${counted(pods, "Pod")} ${verb}`,
    workloads === 0 && pods > 0 && `${counted(pods, "Pod")} ${verb}`,
    services > 0 && `${counted(services, "Service")} ${services === 1 ? "loses" : "lose"} Pods`,
    ingresses > 0 &&
    `${counted(ingresses, "Ingress or route", "Ingresses and routes")} ${
      ingresses === 1 ? "answers" : "answer"
    } errors`,
    other > 0 && `${counted(other, "other resource")} ${other === 1 ? "depends" : "depend"} on it`,
  ].filter((part) => part !== false);
  return parts.length === 0 ? "Nothing." : `${parts.join(" · ")}.`;
}

function ImpactLanes({ impact }: { readonly impact: Impact }) {
  const [element, width] = useWidth();
  const { lanes, pods, lines } = impactPictureOf(impact);
  const shown = lanes.map((nodes) => nodes.slice(0, SHOWN_MAX));
  const hidden = lanes.flat().length - shown.flat().length;
  // The lanes of others and of workloads stand side by side, so there are as many as a band has.
  const [workloads = [], services = [], entries = [], others = []] = shown;
  const columns = [[], [...workloads, ...others], services, entries].map((nodes) =>
    nodes.map(({ uid }) => ({ id: uid, height: CARD_HEIGHT }))
  );
  columns[0] = [{ id: SUBJECT, height: CARD_HEIGHT }];
  const widths = width === 0 ? undefined : laneWidths(width, columns.map(({ length }) => length > 0));
  const layout = widths && layOut(columns, lines, { ...widths, highest: { id: SUBJECT, y: SUBJECT_Y_MAX } });
  const { resource } = impact;
  const at = layout?.places.get(SUBJECT);
  const isMissing = !("uid" in resource);
  return (
    <>
      <LaneFrame element={element} width={width} layout={layout}>
        <div class={`card subject ${isMissing ? "missing" : cssOf(resource.status)}`} style={styleOf(at)}>
          <span class="kind">{resource.kind}</span>
          <b>
            <Name text={resource.name} max={28} />
          </b>
        </div>
        {shown.flat().map((node) => (
          <ImpactCard
            key={node.uid}
            node={node}
            pods={pods.get(node.uid) ?? []}
            at={layout?.places.get(node.uid)}
          />
        ))}
      </LaneFrame>
      {hidden > 0 && <p class="dim">and {grouped(hidden)} more</p>}
    </>
  );
}

function ImpactCard(
  { node, pods, at }: {
    readonly node: Impacted;
    readonly pods: readonly Impacted[];
    readonly at: Placed | undefined;
  },
) {
  const { uid, kind, namespace, name, status, message, effect } = node;
  return (
    <a
      class={`card ${cssOf(status)}`}
      style={styleOf(at)}
      href={hrefOfResource(uid)}
      title={`${kind} ${textOf({ namespace, name })}: ${effect}; now ${status}: ${message}`}
    >
      <span class="kind">
        {kind} · <span class={effect === "degraded" ? "warn" : "bad"}>{effect}</span>
      </span>
      <span class="right">{kind !== "Pod" && <Pods counts={countPods(pods)} />}</span>
      <b>
        <StatusDot status={status} /> <Name text={name} max={28} />
      </b>
    </a>
  );
}
