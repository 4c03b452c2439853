/** The list of causes, worst first. */
import { type Cause, textOf } from "../answers.ts";
import type { Answer } from "../live/reader.ts";
import { hrefOf, hrefOfMissing, hrefOfResource, hrefWith, type Place } from "../place.ts";
import { Empty, Failed, Loading } from "./notice.tsx";
import { counted } from "../layout/words.ts";
import { Since } from "./text.tsx";

export function CauseList({ answer, place }: { readonly answer: Answer<Cause[]>; readonly place: Place }) {
  const { value, failure, next } = answer;
  if (value === undefined) {
    return failure ? <Failed failure={failure} what="the causes" /> : <Loading what="the causes" />;
  }
  return (
    <>
      <h2>
        {counted(value.length, "cause")}
        {next ? " and more" : ""}
      </h2>
      {failure && <Failed failure={failure} what="the causes" />}
      {value.length === 0 && <Empty title="Nothing is wrong">No cause affects anything that you see.</Empty>}
      {(["error", "warning"] as const).map((severity) => {
        const some = value.filter((it) => it.severity === severity);
        return some.length > 0 && (
          <section key={severity}>
            <h3 class={severity}>
              {severity === "error" ? "Errors" : "Warnings"} <span class="dim">{some.length}</span>
            </h3>
            <ul class="causes">
              {some.map((cause) => <CauseRow key={cause.id} cause={cause} place={place} />)}
            </ul>
          </section>
        );
      })}
    </>
  );
}

function CauseRow({ cause, place }: { readonly cause: Cause; readonly place: Place }) {
  const { id, severity, message, cause: subject, counts, since } = cause;
  const [first] = cause.affected;
  // The message names what is missing already.
  const about = subject.missing && first
    ? `needed by ${first.kind} ${textOf(first)}`
    : `${subject.kind} ${textOf(subject)}`;
  const isSelected = place.params.get("cause") === id;
  return (
    <li class={`cause ${severity === "error" ? "error" : "warning"} ${isSelected ? "selected" : ""}`}>
      <a
        href={hrefWith(place, { cause: isSelected ? undefined : id })}
        data-item
        aria-current={isSelected ? "true" : undefined}
      >
        <span class="message" title={message}>{message}</span>
        <span class="count" title={counted(counts.pods, "affected Pod")}>
          {counts.pods > 0 ? counted(counts.pods, "Pod") : ""}
        </span>
        <span class="dim subject" title={about}>{about}</span>
        <span class="dim since">
          <Since time={since} />
        </span>
      </a>
      {isSelected && <CauseDetail cause={cause} />}
    </li>
  );
}

function CauseDetail({ cause: { cause: subject, affected, counts } }: { readonly cause: Cause }) {
  const hidden = counts.resources - affected.length;
  return (
    <div class="detail">
      <p class="links">
        {subject.missing || subject.uid === undefined
          ? <a href={hrefOfMissing(subject)}>What does not work without it?</a>
          : (
            <>
              <a href={hrefOfResource(subject.uid)}>Open {subject.kind}</a>
              <a href={hrefOf("impact", { uid: subject.uid })}>What breaks without it?</a>
            </>
          )}
      </p>
      <p class="dim">{counted(counts.resources, "resource")} affected{affected.length > 0 ? ":" : ""}</p>
      <ul>
        {affected.map(({ uid, kind, namespace, name, status, message }) => (
          <li>
            <a href={hrefOfResource(uid)} title={`${status}: ${message}`}>
              {kind} {textOf({ namespace, name })}
            </a>
          </li>
        ))}
        {hidden > 0 && <li class="dim">and {hidden} more</li>}
      </ul>
    </div>
  );
}
