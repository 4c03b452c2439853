/**
 * Replaces `@std/assert` on machines that cannot reach JSR: the functions that our tests use, with the same
 * signatures, over `node:assert`. It is stricter in two points: 0 does not equal -0, and an object without a
 * prototype does not equal a plain one.
 */
import { AssertionError, deepStrictEqual, notDeepStrictEqual } from "node:assert";
import { inspect, isDeepStrictEqual } from "node:util";

export { AssertionError };

// deno-lint-ignore no-explicit-any
type ErrorClass<E> = abstract new (...args: any[]) => E;
// deno-lint-ignore no-explicit-any
type AnyClass = abstract new (...args: any[]) => any;

function suffix(msg: string | undefined): string {
  return msg ? `: ${msg}` : ".";
}

function check(ok: boolean, message: string): void {
  if (!ok) throw new AssertionError({ message });
}

export function fail(msg?: string): never {
  throw new AssertionError({ message: `Failed assertion${suffix(msg)}` });
}

export function unreachable(msg?: string): never {
  throw new AssertionError({ message: `Unreachable${suffix(msg)}` });
}

export function assert(expr: unknown, msg = ""): asserts expr {
  check(Boolean(expr), msg);
}

export function assertFalse(expr: unknown, msg = ""): asserts expr is false | 0 | "" | null | undefined {
  check(!expr, msg);
}

export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  compare(() => deepStrictEqual(actual, expected), msg);
}

export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  compare(() => notDeepStrictEqual(actual, expected), msg);
}

function compare(comparison: () => void, msg: string | undefined): void {
  try {
    comparison();
  } catch (error) {
    if (msg && error instanceof AssertionError) error.message = `${msg}\n${error.message}`;
    throw error;
  }
}

export function assertStrictEquals<T>(actual: unknown, expected: T, msg?: string): asserts actual is T {
  check(
    Object.is(actual, expected),
    `Expected ${inspect(actual)} to be strictly equal to ${inspect(expected)}${suffix(msg)}`,
  );
}

export function assertNotStrictEquals<T>(actual: T, expected: T, msg?: string): void {
  check(
    !Object.is(actual, expected),
    `Expected not to be strictly equal to ${inspect(actual)}${suffix(msg)}`,
  );
}

export function assertExists<T>(actual: T, msg?: string): asserts actual is NonNullable<T> {
  check(
    actual !== undefined && actual !== null,
    `Expected actual: "${actual}" to not be null or undefined${suffix(msg)}`,
  );
}

export function assertInstanceOf<T extends AnyClass>(
  actual: unknown,
  expectedType: T,
  msg = "",
): asserts actual is InstanceType<T> {
  check(
    actual instanceof expectedType,
    `Expected ${inspect(actual)} to be an instance of "${expectedType.name}"${suffix(msg)}`,
  );
}

export function assertStringIncludes(actual: string, expected: string, msg?: string): void {
  check(
    actual.includes(expected),
    `Expected ${inspect(actual)} to contain ${inspect(expected)}${suffix(msg)}`,
  );
}

export function assertMatch(actual: string, expected: RegExp, msg?: string): void {
  check(expected.test(actual), `Expected ${inspect(actual)} to match ${expected}${suffix(msg)}`);
}

export function assertNotMatch(actual: string, expected: RegExp, msg?: string): void {
  check(!expected.test(actual), `Expected ${inspect(actual)} not to match ${expected}${suffix(msg)}`);
}

export function assertAlmostEquals(actual: number, expected: number, tolerance?: number, msg?: string): void {
  if (Object.is(actual, expected)) return;
  const allowed = tolerance ?? (Number.isFinite(expected) ? Math.abs(expected * 1e-7) : 1e-7);
  check(
    Math.abs(expected - actual) <= allowed,
    `Expected ${actual} to be within ${allowed} of ${expected}${suffix(msg)}`,
  );
}

export function assertGreater<T>(actual: T, expected: T, msg?: string): void {
  check(actual > expected, `Expect ${actual} > ${expected}${suffix(msg)}`);
}

export function assertGreaterOrEqual<T>(actual: T, expected: T, msg?: string): void {
  check(actual >= expected, `Expect ${actual} >= ${expected}${suffix(msg)}`);
}

export function assertLess<T>(actual: T, expected: T, msg?: string): void {
  check(actual < expected, `Expect ${actual} < ${expected}${suffix(msg)}`);
}

export function assertLessOrEqual<T>(actual: T, expected: T, msg?: string): void {
  check(actual <= expected, `Expect ${actual} <= ${expected}${suffix(msg)}`);
}

export function assertArrayIncludes<T>(actual: ArrayLike<T>, expected: ArrayLike<T>, msg?: string): void {
  const missing = Array.from(expected).filter((wanted) =>
    !Array.from(actual).some((item) => isDeepStrictEqual(item, wanted))
  );
  check(
    missing.length === 0,
    `Expected ${inspect(actual)} to include ${inspect(expected)}${suffix(msg)}\nmissing: ${inspect(missing)}`,
  );
}

export function assertObjectMatch(
  // deno-lint-ignore no-explicit-any
  actual: Record<PropertyKey, any>,
  expected: Record<PropertyKey, unknown>,
  msg?: string,
): void {
  assertEquals(restrict(actual, expected), expected, msg);
}

/** Returns `actual` with only the properties that `expected` has, at every depth. */
function restrict<T>(actual: T, expected: unknown): T {
  if (typeof actual !== "object" || typeof expected !== "object" || !actual || !expected) return actual;
  if (Array.isArray(actual)) {
    return Array.isArray(expected) ? actual.map((item, i) => restrict(item, expected[i])) as T : actual;
  }
  const picked = Reflect.ownKeys(expected).filter((key) => key in actual).map((key) =>
    [key, restrict(actual[key as keyof T], expected[key as keyof typeof expected])] as const
  );
  return Object.create(
    Object.getPrototypeOf(expected),
    Object.fromEntries(picked.map(([key, value]) => [key, {
      value,
      enumerable: true,
      writable: true,
      configurable: true,
    }])),
  );
}

export function assertThrows(fn: () => unknown, msg?: string): unknown;
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  errorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows<E extends Error>(
  fn: () => unknown,
  errorClassOrMsg?: ErrorClass<E> | string,
  msgIncludes?: string,
  msg?: string,
): unknown {
  try {
    fn();
  } catch (error) {
    return expectError(error, { errorClassOrMsg, msgIncludes, msg });
  }
  throw new AssertionError({
    message: `Expected function to throw${
      suffix(typeof errorClassOrMsg === "string" ? errorClassOrMsg : msg)
    }`,
  });
}

export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  errorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects<E extends Error>(
  fn: () => PromiseLike<unknown>,
  errorClassOrMsg?: ErrorClass<E> | string,
  msgIncludes?: string,
  msg?: string,
): Promise<unknown> {
  const own = typeof errorClassOrMsg === "string" ? errorClassOrMsg : msg;
  let promise: PromiseLike<unknown>;
  try {
    promise = fn();
  } catch {
    throw new AssertionError({ message: `Function throws when expected to reject${suffix(own)}` });
  }
  try {
    await promise;
  } catch (error) {
    return expectError(error, { errorClassOrMsg, msgIncludes, msg });
  }
  throw new AssertionError({ message: `Expected function to reject${suffix(own)}` });
}

interface Expectation<E> {
  readonly errorClassOrMsg: ErrorClass<E> | string | undefined;
  readonly msgIncludes: string | undefined;
  readonly msg: string | undefined;
}

function expectError<E>(error: unknown, { errorClassOrMsg, msgIncludes, msg }: Expectation<E>): unknown {
  if (typeof errorClassOrMsg !== "function") return error;
  check(error instanceof Error, `A non-Error object was thrown or rejected${suffix(msg)}`);
  const { name, message } = error as Error;
  check(
    error instanceof errorClassOrMsg,
    `Expected error to be instance of "${errorClassOrMsg.name}", but was "${name}"${suffix(msg ?? message)}`,
  );
  check(
    message.includes(msgIncludes ?? ""),
    `Expected error message to include ${inspect(msgIncludes)}, but got ${inspect(message)}${suffix(msg)}`,
  );
  return error;
}
