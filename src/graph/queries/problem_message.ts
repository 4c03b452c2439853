import { RELATION_TYPES } from "../../model/relation.ts";
import { storedRelease } from "./helm_storage.ts";
import type { Problem } from "./problem.ts";
import { shownMessage } from "./shown_message.ts";
import type { Sight } from "./sight.ts";

/** Returns one sentence that gives the reason. */
export function problemMessage(sight: Sight, problem: Problem): string {
  const { strings } = sight.tables;
  const { type, row, target, relation, selection, revision } = problem;
  switch (type) {
    case "unresolved-reference": {
      const { kind } = sight.kinds[target!.kind]!;
      const what = target!.replaced ? "was replaced" : "does not exist";
      return `${kind} ${strings.text(target!.name)} ${what} (${RELATION_TYPES[relation!]})`;
    }
    case "service-selects-nothing": {
      const { kind } = sight.kinds[selection!.kind]!;
      return selection!.onlyFinished
        ? `Its selector matches only finished ${kind}s`
        : `Its selector matches no ${kind}`;
    }
    case "unused-claim":
      return "No Pod and no template mounts it";
    case "helm-release":
      return `Revision ${revision!.revision} of release ${storedRelease(sight, row)!.name} is ${
        revision!.status
      }`;
    case "error-status":
    case "stuck":
      return strings.text(shownMessage(sight, row));
  }
}
