/** One resource: its status, its relations in both directions, why it is in its release, and commands. */
import { type Cause, type Path, type RelatedResource, textOf } from "../answers.ts";
import { commandsFor } from "../layout/commands.ts";
import { CauseList } from "../elements/causes.tsx";
import { Command } from "../elements/copy.tsx";
import { Fact, Facts } from "../elements/facts.tsx";
import { Failed, Loading } from "../elements/notice.tsx";
import { Relations } from "../elements/relation.tsx";
import { StatusDot } from "../elements/status.tsx";
import { Name, Since } from "../elements/text.tsx";
import { WORKLOAD_KINDS } from "../layout/kinds.ts";
import { useAnswer } from "../live/hooks.ts";
import { hrefOf, hrefOfMissing, hrefOfRelease, hrefOfResource, type Place } from "../place.ts";

export function ResourceScreen({ place }: { readonly place: Place }) {
  const uid = place.params.get("uid") ?? "";
  const { value, failure } = useAnswer<RelatedResource>(`api/v1/resources/${encodeURIComponent(uid)}`);
  if (value === undefined) {
    return (
      <main class="screen" id="main" tabIndex={-1}>
        {failure ? <Failed failure={failure} what="the resource" /> : <Loading what="the resource" />}
      </main>
    );
  }
  const { kind, namespace, name, status, message, relations, unresolvedReferences } = value;
  const release = value.release === ""
    ? undefined
    : { namespace: value.releaseNamespace, name: value.release };
  const owners = relations.in.filter(({ type }) => type === "owns");
  const owned = relations.out.filter(({ type }) => type === "owns");
  const uses = relations.out.filter(({ type }) => type !== "owns");
  const usedBy = relations.in.filter(({ type }) => type !== "owns");
  return (
    <main class="screen" id="main" tabIndex={-1}>
      <p class="crumbs">
        {namespace !== "" && <a href={hrefOf("home", { namespace })}>{namespace}</a>}
        {release && <a href={hrefOfRelease(release)}>{release.name}</a>}
      </p>
      <h2>
        <StatusDot status={status} /> <Name text={name} max={80} /> <span class="dim">{kind}</span>
      </h2>
      <p class={status === "Error" ? "bad" : status === "Pending" ? "warn" : "dim"}>{status}: {message}</p>
      {failure && <Failed failure={failure} what="the resource" />}
      <p class="links">
        <a href={hrefOf("impact", { uid })}>What breaks without it?</a>
      </p>
      <Facts>
        <Fact name="Kind">{kind}, {value.apiVersion}</Fact>
        <Fact name="Created">
          {value.creationTimestamp ? <Since time={value.creationTimestamp} suffix=" ago" /> : "unknown"}
        </Fact>
        {value.image && <Fact name="Image">{value.image}</Fact>}
        {value.nodeName && <Fact name="Runs on">{value.nodeName}</Fact>}
        {value.restartCount ? <Fact name="Restarts">{value.restartCount}</Fact> : null}
        {value.replicas && (
          <Fact name="Replicas">{value.replicas.ready} of {value.replicas.desired} ready</Fact>
        )}
      </Facts>
      {WORKLOAD_KINDS.has(kind) && status !== "Ready" && <Causes uid={uid} place={place} />}
      <div class="columns">
        <section>
          <h3>Used by</h3>
          {usedBy.length === 0 && <p class="dim">Nothing refers to it.</p>}
          <Relations relations={usedBy} here={namespace} />
        </section>
        <section>
          <h3>Uses</h3>
          {unresolvedReferences.length > 0 && (
            <ul class="plain">
              {unresolvedReferences.map((it) => (
                <li>
                  <a class="ghost" href={hrefOfMissing(it)}>{it.kind} {textOf(it)}</a> does not exist
                  <span class="tag">{it.via.join(", ")}</span>
                  {it.optional && <span class="tag">optional</span>}
                </li>
              ))}
            </ul>
          )}
          {uses.length + unresolvedReferences.length === 0 && <p class="dim">It refers to nothing.</p>}
          <Relations relations={uses} here={namespace} />
        </section>
        <section>
          {owned.length > 0 && (
            <>
              <h3>Owns</h3>
              <Relations relations={owned} here={namespace} />
            </>
          )}
          <h3>Owners</h3>
          {owners.length === 0
            ? <p class="dim">It has no owner.</p>
            : <Relations relations={owners} here={namespace} />}
          {release && <Why uid={uid} release={`${release.namespace}/${release.name}`} />}
          <h3>Labels</h3>
          <ul class="labels">
            {Object.entries(value.labels).map(([key, text]) => (
              <li>
                <a href={hrefOf("search", { query: `label:${key}=${text}` })}>{key}={text}</a>
              </li>
            ))}
          </ul>
          {Object.keys(value.labels).length === 0 && <p class="dim">None.</p>}
        </section>
        <section>
          <h3>Commands</h3>
          {commandsFor(value, value.apiVersion).map((it) => <Command key={it} text={it} />)}
        </section>
      </div>
    </main>
  );
}

/** What is wrong with a workload and all that it owns. */
function Causes({ uid, place }: { readonly uid: string; readonly place: Place }) {
  const causes = useAnswer<Cause[]>(`api/v1/causes?owner=${encodeURIComponent(uid)}`);
  return (
    <section class="narrow">
      {(causes.value?.length ?? 0) > 0 && <CauseList answer={causes} place={place} />}
    </section>
  );
}

/** The chain of relations through which a resource is in a release. */
function Why({ uid, release }: { readonly uid: string; readonly release: string }) {
  const path = `api/v1/resources/${encodeURIComponent(uid)}/why?release=${encodeURIComponent(release)}`;
  const { value } = useAnswer<Path>(path);
  if (value === undefined || value.nodes.length === 0) return null;
  const byUid = new Map(value.nodes.map((node) => [node.uid, node]));
  const last = value.nodes.at(-1);
  return (
    <>
      <h3>Why is it here?</h3>
      <ol class="why">
        {value.nodes.length === 1 && <li>{last?.kind} {last?.name} names the release {release} itself.</li>}
        {value.edges.map(({ type, from, to, via }) => {
          const [a, b] = [byUid.get(from), byUid.get(to)];
          if (a === undefined || b === undefined) return null;
          return (
            <li>
              <a href={hrefOfResource(a.uid)}>{a.kind} {a.name}</a> <b>{type}</b>{" "}
              <a href={hrefOfResource(b.uid)}>{b.kind} {b.name}</a>
              {via.length > 0 && <span class="tag">{via.join(", ")}</span>}
            </li>
          );
        })}
      </ol>
    </>
  );
}
