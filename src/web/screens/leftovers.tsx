/** Leftovers: what nothing uses any more. */
import { type Problem, type Release, type Resource, textOf } from "../answers.ts";
import { Empty, Failed, Loading } from "../elements/notice.tsx";
import { grouped } from "../layout/words.ts";
import type { Answer } from "../live/reader.ts";
import { useAnswer } from "../live/hooks.ts";
import { hrefOfRelease, hrefOfResource } from "../place.ts";
import { ResourceTable } from "./search.tsx";

const SHOWN_MAX = 200;

export function LeftoversScreen() {
  const problems = useAnswer<Problem[]>("api/v1/problems");
  const unused = useAnswer<Resource[]>(
    `api/v1/resources?unreferenced=true&kind=ConfigMap&kind=Secret&limit=${SHOWN_MAX}`,
  );
  const volumes = useAnswer<Resource[]>(`api/v1/resources?kind=PersistentVolume&limit=5000`);
  const releases = useAnswer<Release[]>("api/v1/releases?detail=true");
  const ofType = (type: Problem["type"]) => problems.value?.filter((it) => it.type === type);
  return (
    <main class="screen" id="main" tabIndex={-1}>
      <h2>Leftovers</h2>
      <p class="dim">
        What nothing in the cluster refers to any more. Programs that ask the API by themselves leave no trace
        here, so look before you delete.
      </p>
      <Group
        title="Claims that no Pod and no template mounts"
        answer={problems}
        count={ofType("unused-claim")?.length}
      >
        <ProblemList problems={ofType("unused-claim") ?? []} />
      </Group>
      <Group title="Volumes whose claim is gone" answer={volumes} count={released(volumes.value).length}>
        <ResourceTable resources={released(volumes.value)} />
      </Group>
      <Group
        title="ConfigMaps and Secrets that nothing refers to"
        answer={unused}
        count={unused.value?.length}
      >
        <ResourceTable resources={unused.value ?? []} />
        {unused.next && <p class="dim">and more than these {SHOWN_MAX}</p>}
      </Group>
      <Group
        title="Services without Pods"
        answer={problems}
        count={ofType("service-selects-nothing")?.length}
      >
        <ProblemList problems={ofType("service-selects-nothing") ?? []} />
      </Group>
      <Group
        title="Releases that Helm does not know"
        answer={releases}
        count={unknown(releases.value).length}
      >
        <ul class="plain">
          {unknown(releases.value).slice(0, SHOWN_MAX).map((it) => (
            <li>
              <a href={hrefOfRelease(it)} data-item>{textOf(it)}</a> <span class="dim">{it.chart}</span>
            </li>
          ))}
        </ul>
      </Group>
    </main>
  );
}

function released(volumes: readonly Resource[] = []): Resource[] {
  return volumes.filter(({ message }) => message.startsWith("Released") || message.includes("claim is gone"));
}

function unknown(releases: readonly Release[] = []): Release[] {
  return releases.filter(({ helmStatus }) => helmStatus === null);
}

function Group({ title, answer: { value, failure }, count, children }: {
  readonly title: string;
  readonly answer: Answer<unknown>;
  readonly count: number | undefined;
  readonly children: unknown;
}) {
  return (
    <section>
      <h3>
        {title} {count !== undefined && value !== undefined && <span class="dim">{grouped(count)}</span>}
      </h3>
      {failure && <Failed failure={failure} what="this list" />}
      {value === undefined && !failure && <Loading what="this list" />}
      {value !== undefined && count === 0 ? <p class="dim">None.</p> : children as string}
    </section>
  );
}

function ProblemList({ problems }: { readonly problems: readonly Problem[] }) {
  if (problems.length === 0) return <Empty title="None">Nothing of this kind is left over.</Empty>;
  return (
    <ul class="plain">
      {problems.slice(0, SHOWN_MAX).map(({ uid, kind, namespace, name, message }) => (
        <li>
          <a href={hrefOfResource(uid)} data-item>{kind} {textOf({ namespace, name })}</a>{" "}
          <span class="dim">{message}</span>
        </li>
      ))}
    </ul>
  );
}
