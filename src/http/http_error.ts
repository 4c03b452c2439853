export interface HttpErrorOptions {
  readonly status: number;
  /** For programs; the message is for people. */
  readonly code: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** The reason why a request is refused. Anything below the router may throw it; only the router answers it. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly #options: HttpErrorOptions;

  constructor(message: string, options: HttpErrorOptions) {
    super(message);
    this.#options = options;
  }

  toResponse(): Response {
    const { status, code, headers = {} } = this.#options;
    return Response.json({ error: { code, message: this.message } }, { status, headers });
  }
}

export function invalidParameter(message: string): HttpError {
  return new HttpError(message, { status: 400, code: "invalid_parameter" });
}
