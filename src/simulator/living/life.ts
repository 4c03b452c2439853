import { ApiError } from "../api_error.ts";
import type { Cluster, Steps } from "./cluster.ts";
import { crashLoop } from "./crash_loop.ts";
import { cron } from "./cron.ts";
import { missingConfigMap } from "./missing_config_map.ts";
import { pendingClaim } from "./pending_claim.ts";
import { rollout } from "./rollout.ts";
import { scaling } from "./scaling.ts";
import type { Story } from "./story.ts";

const STORIES: readonly Story[] = [rollout, scaling, crashLoop, missingConfigMap, pendingClaim, cron];

/** Number of stories that run at the same time. */
const AT_ONCE = 6;
/** Number of objects that are tried until one suits a story. */
const TRIES = 20;

interface Running {
  readonly steps: Steps;
  /** The objects of the running stories. Each object has at most one story. */
  readonly subject: string;
}

/**
 * Runs the stories of a cluster forever, interleaved. Yields after every change. If no story can start, it
 * yields without a change from time to time.
 */
export function* life(cluster: Cluster): Generator<void, never> {
  const running: Running[] = [];
  for (;;) {
    if (running.length < AT_ONCE) {
      const begun = begin(cluster, running);
      if (begun !== undefined) running.push(begun);
      else if (running.length === 0) yield;
    }
    if (running.length === 0) continue;
    const at = cluster.random.below(running.length);
    const step = next((running[at] as Running).steps);
    if (step === "end") running.splice(at, 1);
    if (step === "change") yield;
  }
}

function begin(cluster: Cluster, running: readonly Running[]): Running | undefined {
  const { store, random } = cluster;
  const story = random.pick(STORIES);
  for (let tries = 0; tries < TRIES; tries++) {
    const key = store.pick(story.about, random);
    if (key === undefined) return undefined;
    const subject = `${story.about}/${key.namespace}/${key.name}`;
    if (running.some((other) => other.subject === subject)) continue;
    const object = store.get(story.about, key.namespace, key.name);
    if (object !== undefined && story.suits(object)) return { steps: story.tell(cluster, object), subject };
  }
  return undefined;
}

function next(steps: Steps): "change" | "rest" | "end" {
  try {
    const { done, value } = steps.next();
    return done ? "end" : value;
  } catch (error) {
    // Clients may write too: a story ends when its object has been deleted.
    if (error instanceof ApiError) return "end";
    throw error;
  }
}
