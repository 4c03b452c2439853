/** Namespaces and nodes: two further ways into the cluster. */
import { type Band, type RelatedResource, type Resource, textOf } from "../answers.ts";
import { Failed, Loading } from "../elements/notice.tsx";
import { countPods, Pods, StatusDot } from "../elements/status.tsx";
import { Name } from "../elements/text.tsx";
import { useAnswer } from "../live/hooks.ts";
import { hrefOf, hrefOfResource, hrefWith, type Place } from "../place.ts";

const BANDS_READ = 2_000;

export function NamespacesScreen() {
  const names = useAnswer<string[]>("api/v1/namespaces");
  const bands = useAnswer<Band[]>(`api/v1/bands?limit=${BANDS_READ}`);
  const byNamespace = new Map<string, Band[]>();
  for (const band of bands.value ?? []) {
    const { namespace = "" } = band.release ?? band.owner ?? {};
    byNamespace.set(namespace, [...byNamespace.get(namespace) ?? [], band]);
  }
  const { value, failure } = names;
  const errorsOf = (name: string) =>
    (byNamespace.get(name) ?? []).reduce((sum, { causes }) => sum + causes, 0);
  const sorted = [...value ?? []].sort((a, b) => errorsOf(b) - errorsOf(a) || (a < b ? -1 : 1));
  return (
    <main class="screen" id="main" tabIndex={-1}>
      <h2>Namespaces</h2>
      {failure && <Failed failure={failure} what="the namespaces" />}
      {value === undefined && !failure && <Loading what="the namespaces" />}
      {value && (
        <div class="scroll">
          <table>
            <thead>
              <tr>
                <th>Namespace</th>
                <th>Causes</th>
                <th>Pods</th>
                <th class="number wide">Releases</th>
                <th class="number wide">Others</th>
              </tr>
            </thead>
            <tbody>
              {sorted.map((name) => {
                const own = byNamespace.get(name) ?? [];
                const releases = own.filter(({ release }) => release).length;
                const causes = errorsOf(name);
                return (
                  <tr>
                    <td>
                      <a href={hrefOf("home", { namespace: name })} data-item>
                        <Name text={name} max={60} />
                      </a>
                    </td>
                    <td class={causes > 0 ? "bad" : "dim"}>
                      {causes > 0 ? causes : "none"}
                    </td>
                    <td>
                      <Pods counts={sumPods(own)} />
                    </td>
                    <td class="number wide">{releases}</td>
                    <td class="number wide">{own.length - releases}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
      {bands.next && (
        <p class="dim">Causes and Pods are those of the worst {BANDS_READ} releases and workloads.</p>
      )}
    </main>
  );
}

function sumPods(bands: readonly Band[]): Band["pods"] {
  const sum = (name: keyof Band["pods"]) => bands.reduce((total, { pods }) => total + pods[name], 0);
  return { ready: sum("ready"), pending: sum("pending"), error: sum("error") };
}

export function NodesScreen({ place }: { readonly place: Place }) {
  const { value, failure } = useAnswer<Resource[]>("api/v1/resources?kind=Node");
  const selected = place.params.get("uid") ?? "";
  return (
    <main class="screen" id="main" tabIndex={-1}>
      <h2>Nodes</h2>
      {failure && <Failed failure={failure} what="the nodes" />}
      {value === undefined && !failure && <Loading what="the nodes" />}
      {value?.length === 0 && <p class="dim">There is no Node, or the server may not list them.</p>}
      <ul class="plain nodes">
        {worstFirst(value ?? []).map(({ uid, name, status, message }) => (
          <li>
            <StatusDot status={status} />{" "}
            <a href={hrefWith(place, { uid: uid === selected ? undefined : uid })} data-item>
              <Name text={name} max={80} />
            </a>{" "}
            <span class={status === "Error" ? "bad" : "dim"}>{message}</span>
            {uid === selected && <PodsOnNode uid={uid} />}
          </li>
        ))}
      </ul>
    </main>
  );
}

function worstFirst(nodes: readonly Resource[]): Resource[] {
  const badness = ({ status }: Resource) => ["Error", "Pending", "Unknown", "Ready"].indexOf(status);
  return [...nodes].sort((a, b) => badness(a) - badness(b));
}

function PodsOnNode({ uid }: { readonly uid: string }) {
  const { value } = useAnswer<RelatedResource>(`api/v1/resources/${encodeURIComponent(uid)}`);
  if (value === undefined) return <Loading what="its Pods" />;
  const pods = value.relations.in.filter(({ type }) => type === "runs-on").map(({ resource }) => resource);
  return (
    <div class="detail">
      <p class="links">
        <a href={hrefOfResource(uid)}>Open Node</a>
        <a href={hrefOf("impact", { uid })}>What breaks without it?</a>
      </p>
      <Pods counts={countPods(pods)} />
      <ul>
        {pods.map((it) => (
          <li>
            <a href={hrefOfResource(it.uid)}>
              <StatusDot status={it.status} /> {textOf(it)}
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}
