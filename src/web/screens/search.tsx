/** Search: resources by name, image, release, label and status, as the text is typed. */
import { type Resource, textOf } from "../answers.ts";
import { Empty, Failed, Loading } from "../elements/notice.tsx";
import { StatusDot } from "../elements/status.tsx";
import { Name, Since } from "../elements/text.tsx";
import { filterOf, labelOf, parseSearch, withoutTerm } from "../layout/search_query.ts";
import { useAnswer } from "../live/hooks.ts";
import { hrefOf, hrefOfRelease, hrefOfResource, type Place } from "../place.ts";

const SHOWN_MAX = 100;
const RELEASES_SHOWN = 20;

export function SearchScreen({ place }: { readonly place: Place }) {
  const text = place.params.get("query") ?? "";
  const query = parseSearch(text);
  const isEmpty = query.words === "" && query.terms.length === 0;
  const byName = withEntries(filterOf(query), { limit: String(SHOWN_MAX), q: query.words });
  const byImage = withEntries(filterOf(query), { limit: String(SHOWN_MAX), image: query.words });
  const named = useAnswer<Resource[]>(isEmpty ? undefined : `api/v1/resources?${byName}`, {
    keepsLast: true,
  });
  const imaged = useAnswer<Resource[]>(
    query.words === "" || byName.has("image") ? undefined : `api/v1/resources?${byImage}`,
    { keepsLast: true },
  );
  const releases = useAnswer<string[]>(query.words === "" ? undefined : "api/v1/releases", { isLive: false });
  const matching = (releases.value ?? []).filter((it) => it.includes(query.words)).slice(0, RELEASES_SHOWN);
  return (
    <main class="screen" id="main" tabIndex={-1}>
      <h2>Search</h2>
      <p class="chips">
        {query.terms.map(({ field, value }, i) => (
          <a class="chip remove" href={hrefOf("search", { query: withoutTerm(query, i) })}>
            {labelOf(field)}: {value} ✕
          </a>
        ))}
      </p>
      {isEmpty && (
        <Empty title="Find a resource, a release or an image">
          Type a part of a name. Narrow with kind:Pod, namespace:prod, status:Error, release:web, image:nginx
          or label:app=web.
        </Empty>
      )}
      {matching.length > 0 && (
        <section>
          <h3>Releases</h3>
          <ul class="plain">
            {matching.map((it) => (
              <li>
                <a href={hrefOfReleaseName(it)}>{it}</a>
              </li>
            ))}
          </ul>
        </section>
      )}
      {!isEmpty && <Results title="Resources" answer={named} />}
      {(imaged.value?.length ?? 0) > 0 && query.words !== "" && (
        <Results title="With an image of that name" answer={imaged} />
      )}
    </main>
  );
}

/** A name that stands in one namespace alone comes without it; the search for it tells the namespace. */
function hrefOfReleaseName(text: string): string {
  const [namespace, name] = text.split("/", 2);
  return name === undefined
    ? hrefOf("search", { query: `release:${text}` })
    : hrefOfRelease({ namespace: namespace ?? "", name });
}

function withEntries(params: URLSearchParams, entries: Readonly<Record<string, string>>): URLSearchParams {
  for (const [name, value] of Object.entries(entries)) if (value !== "") params.set(name, value);
  return params;
}

function Results({ title, answer: { value, failure, next } }: {
  readonly title: string;
  readonly answer: ReturnType<typeof useAnswer<Resource[]>>;
}) {
  if (value === undefined) {
    return failure ? <Failed failure={failure} what="the results" /> : <Loading what="the results" />;
  }
  return (
    <section>
      <h3>
        {title} <span class="dim">{value.length}{next ? "+" : ""}</span>
      </h3>
      {failure && <Failed failure={failure} what="the results" />}
      {value.length === 0 && <p class="dim">No resource matches.</p>}
      <ResourceTable resources={value} />
      {next && <p class="dim">More than {SHOWN_MAX} match. Narrow the search.</p>}
    </section>
  );
}

export function ResourceTable({ resources }: { readonly resources: readonly Resource[] }) {
  if (resources.length === 0) return null;
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th>Status</th>
            <th>Kind</th>
            <th>Name</th>
            <th class="wide">Release</th>
            <th class="wide">Age</th>
          </tr>
        </thead>
        <tbody>
          {resources.map((it) => (
            <tr key={it.uid}>
              <td>
                <StatusDot status={it.status} message={it.message} /> {it.status}
              </td>
              <td>{it.kind}</td>
              <td>
                <a href={hrefOfResource(it.uid)} data-item>
                  <Name text={textOf(it)} max={70} />
                </a>
              </td>
              <td class="wide">
                {it.release && (
                  <a href={hrefOfRelease({ namespace: it.releaseNamespace, name: it.release })}>
                    {it.release}
                  </a>
                )}
              </td>
              <td class="wide">{it.creationTimestamp && <Since time={it.creationTimestamp} />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
