/** A list of related resources, grouped by the type of their relation. */
import { type Relation, textOf } from "../answers.ts";
import { hrefOfResource } from "../place.ts";
import { StatusDot } from "./status.tsx";
import { Name } from "./text.tsx";

const SHOWN_MAX = 50;

export function Relations({ relations, here }: {
  readonly relations: readonly Relation[];
  /** The namespace that is not repeated. */
  readonly here: string;
}) {
  const types = [...new Set(relations.map(({ type }) => type))];
  return (
    <>
      {types.map((type) => {
        const some = relations.filter((it) => it.type === type);
        return (
          <div class="relations">
            {type !== "owns" && <h4>{type}</h4>}
            <ul>
              {some.slice(0, SHOWN_MAX).map((
                { via, optional, resource: { uid, kind, namespace, name, status } },
              ) => (
                <li>
                  <a href={hrefOfResource(uid)}>
                    <StatusDot status={status} /> <span class="dim">{kind}</span>{" "}
                    <Name text={textOf({ namespace: namespace === here ? "" : namespace, name })} />
                  </a>
                  {via.length > 0 && <span class="tag">{via.join(", ")}</span>}
                  {optional && <span class="tag">optional</span>}
                </li>
              ))}
              {some.length > SHOWN_MAX && <li class="dim">and {some.length - SHOWN_MAX} more</li>}
            </ul>
          </div>
        );
      })}
    </>
  );
}
