/** The resident memory of a process in bytes, as Linux counts it: proc_pid_status(5). */
export class ProcessMemory {
  readonly #folder: string;

  constructor(pid: number) {
    this.#folder = `/proc/${pid}`;
  }

  get resident(): number {
    return this.#read("VmRSS");
  }

  /** Returns the peak since the start of the process or the last call of `forgetPeak`. */
  get peak(): number {
    return this.#read("VmHWM");
  }

  forgetPeak(): void {
    Deno.writeTextFileSync(`${this.#folder}/clear_refs`, "5");
  }

  #read(field: string): number {
    const status = Deno.readTextFileSync(`${this.#folder}/status`);
    const [, kilobytes] = new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status) ?? [];
    if (kilobytes === undefined) throw new Error(`${this.#folder}/status has no ${field}`);
    return Number(kilobytes) * 1024;
  }
}
