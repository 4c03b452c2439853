import { MalformedField } from "./fields.ts";

const QUANTITY = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([numkMGTPE]|[KMGTPE]i)?|[eE]([+-]?\d+))$/;
const FACTORS: Readonly<Record<string, number>> = {
  "n": 1e-9,
  "u": 1e-6,
  "m": 1e-3,
  "": 1,
  "k": 1e3,
  "M": 1e6,
  "G": 1e9,
  "T": 1e12,
  "P": 1e15,
  "E": 1e18,
  "Ki": 2 ** 10,
  "Mi": 2 ** 20,
  "Gi": 2 ** 30,
  "Ti": 2 ** 40,
  "Pi": 2 ** 50,
  "Ei": 2 ** 60,
};

/**
 * Returns the number that a quantity such as `500m` or `2Gi` stands for.
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 *
 * @throws {MalformedField} if the value is not a quantity.
 */
export function quantity(value: unknown): number {
  const [, digits, suffix = "", exponent = "0"] = QUANTITY.exec(typeof value === "string" ? value : "") ?? [];
  if (digits === undefined) throw new MalformedField("a quantity", value);
  return Number(digits) * FACTORS[suffix]! * 10 ** Number(exponent);
}
