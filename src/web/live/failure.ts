/** An answer that is not what was asked for, or no answer. */
export class Failure extends Error {
  /** The HTTP status; 0: the server could not be reached. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }

  static async from(response: Response): Promise<Failure> {
    const text = await response.text();
    return new Failure(response.status, messageIn(text) ?? `The server answered ${response.status}`);
  }
}

function messageIn(text: string): string | undefined {
  try {
    const { error } = JSON.parse(text);
    return typeof error?.message === "string" ? error.message : undefined;
  } catch {
    return undefined;
  }
}
