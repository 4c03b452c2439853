/** What is wrong with a request, or why it cannot be answered: thrown anywhere, answered in one place. */
export interface ProblemOptions {
  readonly status: number;
  /** For programs; the message is for people. */
  readonly code: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export class Problem extends Error {
  override readonly name = "Problem";
  readonly #options: ProblemOptions;

  constructor(message: string, options: ProblemOptions) {
    super(message);
    this.#options = options;
  }

  toResponse(): Response {
    const { status, code, headers = {} } = this.#options;
    return Response.json({ error: { code, message: this.message } }, { status, headers });
  }
}

export function invalidParameter(message: string): Problem {
  return new Problem(message, { status: 400, code: "invalid_parameter" });
}
