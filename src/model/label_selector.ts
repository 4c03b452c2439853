/**
 * Label selectors, parsed from their two forms: the string of `kubectl -l` and the object of `spec.selector`.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
 */
import type { Pairs } from "./pairs.ts";

/** Gt and Lt are possible only in the string form. */
export type Operator = "In" | "NotIn" | "Exists" | "DoesNotExist" | "Gt" | "Lt";

export interface Requirement {
  readonly key: string;
  readonly operator: Operator;
  /** Empty for Exists and DoesNotExist; one whole number for Gt and Lt. */
  readonly values: readonly string[];
}

/** All requirements must match. Without requirements it selects everything. */
export type LabelSelector = readonly Requirement[];

/** Reports whether a resource with these labels is selected. */
export function matches(selector: LabelSelector, labels: Pairs): boolean {
  return selector.every((requirement) =>
    fulfils(requirement, labels.find(([name]) => name === requirement.key)?.[1])
  );
}

/** Reports whether the value of the key matches. As in Kubernetes, a missing value matches NotIn. */
export function fulfils({ operator, values }: Requirement, value: string | undefined): boolean {
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "Gt":
      return isWhole(value) && Number(value) > Number(values[0]);
    case "Lt":
      return isWhole(value) && Number(value) < Number(values[0]);
  }
}

function isWhole(value: string | undefined): boolean {
  return value !== undefined && /^\d+$/.test(value);
}

const TOKEN = /[ \t\r\n]*(==|!=|=|,|\(|\)|!|<|>|[^ \t\r\n=!,()<>]+)/y;
const NAME = "[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?";
const LABEL = "[a-z0-9](?:[-a-z0-9]*[a-z0-9])?";
const KEY_TEXT = `(?:${LABEL}(?:\\.${LABEL})*/)?${NAME}`;
const KEY = new RegExp(`^${KEY_TEXT}$`);
const VALUE = new RegExp(`^(?:${NAME})?$`);

/**
 * Matches exactly the texts that `parseLabelSelector` accepts, for OpenAPI. No two parts of it can match the
 * same space, so that a text that does not match is rejected in linear time.
 */
export const LABEL_SELECTOR_PATTERN = labelSelectorPattern();

function labelSelectorPattern(): RegExp {
  const space = "[ \\t\\r\\n]*";
  const value = `${space}(?:${NAME}${space})?`;
  const tests = [
    `(?:==|!=|=)${value}`,
    `[<>]${space}[0-9]{1,63}${space}`,
  ];
  const set = `[ \\t\\r\\n]+(?:in|notin)${space}\\(${value}(?:,${value})*\\)${space}`;
  const exists = `${KEY_TEXT}(?:${set}|${space}(?:${tests.join("|")})?)`;
  const requirement = `(?:!${space}${KEY_TEXT}${space}|${exists})`;
  return new RegExp(`^${space}(?:${requirement}(?:,${space}${requirement})*)?$`);
}

/**
 * Parses `app=web,tier in (a, b),!canary`.
 *
 * @throws {SyntaxError} with the part that cannot be parsed.
 */
export function parseLabelSelector(text: string): LabelSelector {
  const tokens = tokenize(text);
  const selector: Requirement[] = [];
  let at = 0;

  const fail = (what: string): never => {
    throw new SyntaxError(`label selector ${JSON.stringify(text)}: ${what}`);
  };
  const key = (): string => {
    const token = tokens[at++];
    if (token === undefined || !KEY.test(token)) {
      return fail(token === undefined ? "ends where a key is expected" : `${token} is no label key`);
    }
    return token;
  };
  const isEnd = () => tokens[at] === undefined || tokens[at] === ",";
  const value = (): string => {
    const token = tokens[at++]!;
    return VALUE.test(token) ? token : fail(`${token} is no label value`);
  };
  const set = (): string[] => {
    if (tokens[at++] !== "(") fail("in and notin take a set, such as (a, b)");
    const values: string[] = [];
    for (;;) {
      values.push(
        tokens[at] === "," || tokens[at] === ")"
          ? ""
          : at < tokens.length
          ? value()
          : fail("a set is not closed"),
      );
      const token = tokens[at++];
      if (token === ")") return values;
      if (token !== ",") fail("a set is not closed");
    }
  };

  if (tokens.length === 0) return selector;
  for (;;) {
    if (tokens[at] === "!") {
      at++;
      selector.push({ key: key(), operator: "DoesNotExist", values: [] });
    } else {
      const name = key();
      if (isEnd()) selector.push({ key: name, operator: "Exists", values: [] });
      else {
        const operator = tokens[at++]!;
        if (operator === "in" || operator === "notin") {
          selector.push({ key: name, operator: operator === "in" ? "In" : "NotIn", values: set() });
        } else if (operator === "=" || operator === "==" || operator === "!=") {
          const values = [isEnd() ? "" : value()];
          selector.push({ key: name, operator: operator === "!=" ? "NotIn" : "In", values });
        } else if (operator === ">" || operator === "<") {
          const bound = isEnd() ? "" : value();
          if (!isWhole(bound)) fail(`${operator} takes a whole number`);
          selector.push({ key: name, operator: operator === ">" ? "Gt" : "Lt", values: [bound] });
        } else fail(`${operator} is no operator`);
      }
    }
    if (at === tokens.length) return selector;
    if (tokens[at++] !== ",") fail(`${tokens[at - 1]} is not expected after a requirement`);
  }
}

function tokenize(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  const end = text.replace(/[ \t\r\n]+$/, "").length;
  while (TOKEN.lastIndex < end) {
    tokens.push(TOKEN.exec(text)![1]!);
  }
  return tokens;
}
