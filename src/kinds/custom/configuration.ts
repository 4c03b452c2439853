/**
 * Reads the configuration file: what it says about kinds, and every mistake in it with its line. The form of
 * the file is in `configuration_schema.ts`; the rules that a form cannot express are here.
 */
import { load, YAMLException } from "js-yaml";
import * as v from "valibot";
import { addRelationType, meaningOf } from "../../model/relation.ts";
import { apiVersionOf } from "../../model/resource_kind.ts";
import { isObject } from "../fields.ts";
import { findKind, kinds as builtInKinds } from "../registry.ts";
import { groupOf, versionOf } from "../rule.ts";
import {
  ConfigurationForm,
  isCondition,
  type KindForm,
  type ReferenceForm,
  type StatusForm,
} from "./configuration_schema.ts";
import type {
  Condition,
  ConditionStatus,
  ConfiguredKind,
  ConfiguredReference,
  ConfiguredStatus,
  ConfiguredTarget,
} from "./configured_kind.ts";
import { type FieldPath, listsOf, nameAt, parseFieldPath } from "./field_path.ts";
import { type Place, YamlLines } from "./yaml_lines.ts";

/** Holds the desired state of the last `kubectl apply`, and with it the data of a Secret. */
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";
const LENGTH_MAX = 1_000_000;

export interface Mistake {
  /** The first line is 1. */
  readonly line: number;
  /** The place in the file, such as `kinds[0].references[1].to.name`. Empty for the whole file. */
  readonly place: string;
  readonly message: string;
}

/** The configuration is wrong. */
export class ConfigurationError extends Error {
  override name = "ConfigurationError";

  /** @param mistakes At least one, in the order of the file. */
  constructor(readonly mistakes: readonly Mistake[]) {
    super(mistakes.map(mistakeText).slice(0, 1).join());
  }
}

/** Returns a mistake as one line. */
export function mistakeText({ line, place, message }: Mistake): string {
  return `line ${line}: ${place === "" ? "" : `${place}: `}${message}`;
}

/**
 * Reads a configuration, and adds its relation types to the table.
 *
 * @param isNamed Whether this is the user's configuration.
 * @throws {ConfigurationError} with all mistakes.
 */
export function readConfiguration(text: string, { isNamed }: { isNamed: boolean }): ConfiguredKind[] {
  if (text.length > LENGTH_MAX) {
    throw new ConfigurationError([{ line: 1, place: "", message: "The file has more than 1 MB" }]);
  }
  const value = parseYaml(text);
  const mistakes: Mistake[] = [];
  let lines: YamlLines | undefined;
  const report = (at: Place, message: string) => {
    lines ??= new YamlLines(text);
    mistakes.push({ line: lines.at(at), place: placeText(at), message });
  };
  if (!isObject(value)) report([], "must be an object with the key kinds");
  const { success, output, issues } = v.safeParse(ConfigurationForm, value);
  if (success) {
    const checked = new Checker(report, isNamed).kinds(output.kinds);
    if (mistakes.length === 0) return checked;
  } else if (isObject(value)) { for (const issue of issues) report(placeOf(issue), messageOf(issue)); }
  throw new ConfigurationError(mistakes.sort((a, b) => a.line - b.line));
}

function parseYaml(text: string): unknown {
  try {
    return load(text);
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const line = (error.mark?.line ?? 0) + 1;
    throw new ConfigurationError([{ line, place: "", message: `The file is not YAML: ${error.reason}` }]);
  }
}

class Checker {
  readonly #report: (at: Place, message: string) => void;
  readonly #isNamed: boolean;

  constructor(report: (at: Place, message: string) => void, isNamed: boolean) {
    this.#report = report;
    this.#isNamed = isNamed;
  }

  kinds(forms: readonly KindForm[]): ConfiguredKind[] {
    const seen = new Set<string>();
    return forms.map((form, i) => {
      const at = ["kinds", i];
      const group = groupOf(form.apiVersion);
      const key = `${group}/${form.kind}`;
      if (seen.has(key)) this.#report(at, `${form.kind} of ${form.apiVersion} has another entry above`);
      seen.add(key);
      return this.#kind(form, at);
    });
  }

  #kind({ apiVersion, kind, references = [], status }: KindForm, at: Place): ConfiguredKind {
    const group = groupOf(apiVersion);
    const builtIn = findKind(group, kind);
    this.#knows(apiVersion, kind, at);
    if (builtIn !== undefined && status !== undefined) {
      this.#report([...at, "status"], `Astrolabe has a rule for the status of ${kind} already`);
    }
    this.#selectorsAreAlone(references, at);
    const annotations = new Set<string>();
    const path = (text: string, place: Place): FieldPath => {
      const parsed = parseFieldPath(text);
      if (builtIn?.metadataOnly && nameAt(parsed, 0) !== "metadata") {
        this.#report(place, `Only the metadata of a ${kind} is read: the path must begin with metadata`);
      }
      const annotation = annotationOf(parsed);
      if (annotation === LAST_APPLIED) {
        this.#report(place, `The annotation ${LAST_APPLIED} may hold the data of a Secret and is never read`);
      } else if (annotation !== undefined) annotations.add(annotation);
      return parsed;
    };
    const configured = references.map((form, i) => {
      const place = [...at, "references", i];
      if (builtIn !== undefined && (form.type === "selects" || form.type === "mounts")) {
        this.#report([...place, "type"], `${form.type} is for custom resources: choose another type`);
      }
      return this.#reference(form, place, path);
    });
    return {
      group,
      version: versionOf(apiVersion),
      kind,
      references: configured,
      status: status && this.#status(status, [...at, "status"], path),
      annotations,
      isNamed: this.#isNamed,
    };
  }

  #reference(
    { type, to, when, optional = false }: ReferenceForm,
    at: Place,
    path: (text: string, place: Place) => FieldPath,
  ): ConfiguredReference {
    const target = this.#target(to, [...at, "to"], path);
    this.#type(type, to, [...at, "type"]);
    let condition: Condition | undefined;
    if (when !== undefined) {
      const { equals, empty } = when;
      const parsed = path(when.path, [...at, "when", "path"]);
      this.#staysInLists(parsed, target.path, [...at, "when", "path"]);
      if ((equals === undefined) === (empty === undefined)) {
        this.#report([...at, "when"], "needs either equals or empty");
      }
      condition = equals === undefined ? { path: parsed, empty: empty ?? true } : { path: parsed, equals };
    }
    return { type: this.#added(type, [...at, "type"]), target, when: condition, optional };
  }

  #target(
    to: ReferenceForm["to"],
    at: Place,
    path: (text: string, place: Place) => FieldPath,
  ): ConfiguredTarget {
    const { apiVersion = "v1", kind = "", name, selector, namespace } = to;
    const parse = (key: "apiVersionPath" | "groupPath" | "kindPath") => {
      const text = to[key];
      if (text === undefined) return undefined;
      const parsed = path(text, [...at, key]);
      this.#staysInLists(parsed, main, [...at, key]);
      return parsed;
    };
    if ((name === undefined) === (selector === undefined)) {
      this.#report(at, "needs either name or selector");
    }
    const isSelector = name === undefined;
    const main = path(name ?? selector ?? "metadata.name", [...at, isSelector ? "selector" : "name"]);
    if (isSelector && listsOf(main).length > 0) {
      this.#report([...at, "selector"], "A selector cannot run through a list");
    }
    if (kind === "" && to.kindPath === undefined) this.#report(at, "needs a kind, or a kindPath");
    if (to.apiVersionPath !== undefined && to.groupPath !== undefined) {
      this.#report(at, "needs only one of apiVersionPath and groupPath");
    }
    if (kind !== "" && to.kindPath === undefined) {
      this.#knows(apiVersion, kind, at, to.apiVersion === undefined);
    }
    const elsewhere = namespace === undefined || namespace === "own"
      ? undefined
      : path(namespace, [...at, "namespace"]);
    if (elsewhere && !isSelector) this.#staysInLists(elsewhere, main, [...at, "namespace"]);
    return {
      group: groupOf(apiVersion),
      kind,
      apiVersionPath: parse("apiVersionPath"),
      groupPath: parse("groupPath"),
      kindPath: parse("kindPath"),
      path: main,
      isSelector,
      namespace: elsewhere,
    };
  }

  #status(
    { path: at, ready = [], pending = [], failed = [] }: StatusForm,
    place: Place,
    path: (text: string, place: Place) => FieldPath,
  ): ConfiguredStatus {
    if (ready.length + pending.length + failed.length === 0) {
      this.#report(place, "needs at least one of ready, pending and failed");
    }
    if (at !== undefined) return { by: "value", path: path(at, [...place, "path"]), ready, pending, failed };
    const conditions = (texts: readonly string[], key: string): ConditionStatus[] =>
      texts.map((text, i) => {
        if (!isCondition(text)) {
          this.#report([...place, key, i], "must be the type of a condition, such as Ready or Ready=False");
        }
        const [type = "", status = "True"] = text.split("=");
        return { type, status };
      });
    return {
      by: "conditions",
      ready: conditions(ready, "ready"),
      pending: conditions(pending, "pending"),
      failed: conditions(failed, "failed"),
    };
  }

  /** Checks that a relation type of Astrolabe's own keeps its meaning. */
  #type(type: string, { kind, kindPath }: ReferenceForm["to"], at: Place): void {
    const { declaredBy, targetKind } = meaningOf(type);
    if (declaredBy === "target") {
      this.#report(at, `${type} is a type of Astrolabe's own that no configuration can declare`);
    } else if (targetKind !== undefined && (kindPath !== undefined || kind !== targetKind)) {
      this.#report(at, `${type} is a type of Astrolabe's own that leads to a ${targetKind} only`);
    }
  }

  #added(type: string, at: Place): ConfiguredReference["type"] {
    try {
      return addRelationType(type);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#report(at, error.message);
      return "owns";
    }
  }

  /** Two declarations of one type could lead to the same resource, and a selector does not see the other one. */
  #selectorsAreAlone(references: readonly ReferenceForm[], at: Place): void {
    references.forEach(({ type, to }, i) => {
      const overlaps = (other: ReferenceForm) =>
        other.type === type && (to.selector ?? other.to.selector) !== undefined &&
        (groupOf(other.to.apiVersion ?? "v1") === groupOf(to.apiVersion ?? "v1") &&
            other.to.kind === to.kind ||
          (to.kindPath ?? other.to.kindPath) !== undefined);
      if (!references.slice(0, i).some(overlaps)) return;
      this.#report(
        [...at, "references", i, "type"],
        `${type} leads to ${to.kind} above already, by a selector`,
      );
    });
  }

  /** Checks that a path runs only through lists that another one runs through, since it says more of their items. */
  #staysInLists(path: FieldPath, main: FieldPath, at: Place): void {
    const known = listsOf(main);
    const other = listsOf(path).find((list) => !known.includes(list));
    if (other !== undefined) this.#report(at, `${other} is not a list that ${main.text} runs through`);
  }

  /** Checks that a kind of the core group, or of a group that only Kubernetes has, exists. */
  #knows(apiVersion: string, kind: string, at: Place, isDefault = false): void {
    const group = groupOf(apiVersion);
    if (group !== "" || findKind(group, kind) !== undefined) return;
    const namesake = builtInKinds.find((rule) => rule.kind === kind);
    if (namesake) this.#report(at, `${kind} is of ${apiVersionOf(namesake)}: give this apiVersion`);
    else if (isDefault) {
      this.#report(at, `${kind} needs an apiVersion: no kind of the core group has this name`);
    } else this.#report(at, `Astrolabe follows no ${kind} of the core group`);
  }
}

function annotationOf(path: FieldPath): string | undefined {
  return nameAt(path, 0) === "metadata" && nameAt(path, 1) === "annotations" ? nameAt(path, 2) : undefined;
}

function placeOf({ path }: v.BaseIssue<unknown>): Place {
  return (path ?? []).map(({ key }) => key as string | number);
}

function messageOf(issue: v.BaseIssue<unknown>): string {
  const { type, received, expected, requirement } = issue;
  if (type === "strict_object" && expected === "never") return "is not a known key";
  if (received === "undefined") return "is missing";
  if (
    type === "regex" ||
    type === "min_length" && issue.kind === "validation" && typeof issue.input === "string"
  ) {
    return `${JSON.stringify(issue.input)} ${issue.message}`;
  }
  if (type === "max_length") return `has more than ${requirement} characters or items`;
  if (type === "min_length") return "must not be empty";
  return `must be ${NAMES.get(type) ?? expected}, not ${received === "null" ? "empty" : received}`;
}

/** The expected types in words. */
const NAMES = new Map([
  ["strict_object", "an object"],
  ["array", "a list"],
  ["string", "a text"],
  ["boolean", "true or false"],
  ["union", "a text, a number, true or false"],
]);

function placeText(place: Place): string {
  return place.map((part, i) => typeof part === "number" ? `[${part}]` : i === 0 ? part : `.${part}`).join(
    "",
  );
}
