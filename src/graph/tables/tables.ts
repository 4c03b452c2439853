import { Cohorts } from "./cohorts.ts";
import { Details } from "./details.ts";
import { LabelSets } from "./label_sets.ts";
import { Mentions } from "./mentions.ts";
import { References } from "./references.ts";
import { Rows } from "./rows.ts";
import { type SelectionListener, Selectors } from "./selectors.ts";
import { Strings } from "../../arrays/string_table.ts";
import { SuspectSets } from "./suspect_sets.ts";
import { Uids } from "./uids.ts";

/** The tables of a graph. */
export class Tables {
  readonly strings = new Strings();
  readonly uids = new Uids(this.strings);
  readonly labels = new LabelSets(this.strings);
  readonly cohorts: Cohorts;
  readonly rows: Rows;
  readonly references: References;
  readonly mentions: Mentions;
  readonly selectors: Selectors;
  readonly details = new Details(this.strings, this.uids);
  readonly suspects = new SuspectSets();

  constructor(listener: SelectionListener) {
    this.cohorts = new Cohorts(this.strings, this.labels);
    this.rows = new Rows(this.strings, this.cohorts);
    this.references = new References(this.rows);
    this.mentions = new Mentions(this.strings, this.cohorts);
    this.selectors = new Selectors(this.strings, this.labels, this.cohorts, listener);
  }

  /** The number of bytes allocated, slack included. */
  get bytes(): number {
    return this.strings.bytes + this.labels.bytes + this.cohorts.bytes + this.rows.bytes +
      this.references.bytes + this.mentions.bytes + this.selectors.bytes + this.details.bytes +
      this.suspects.bytes;
  }
}
