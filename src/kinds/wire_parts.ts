/** The parts of wire declarations that several kinds share. */
import * as wire from "../model/wire_field.ts";
import type { WireField, WireFields } from "../model/wire_field.ts";
import { isAllowed } from "./allowed_annotations.ts";

/** The annotation of the bookmark after the last object of a streamed list. */
const INITIAL_EVENTS_END = "k8s.io/initial-events-end";

const METADATA = {
  name: wire.text(1),
  namespace: wire.text(3),
  uid: wire.text(5),
  resourceVersion: wire.text(6),
  generation: wire.integer(7),
  creationTimestamp: wire.seconds(8),
  deletionTimestamp: wire.time(9),
  labels: wire.map(11),
  annotations: wire.map(12, (key) => isAllowed(key) || key === INITIAL_EVENTS_END),
  ownerReferences: wire.messages(13, {
    kind: wire.text(1),
    name: wire.text(3),
    uid: wire.text(4),
    apiVersion: wire.text(5),
    controller: wire.flag(6),
  }),
  managedFields: wire.messages(17, { time: wire.seconds(4) }),
};

/** Returns the fields of an object with metadata. */
export function wireObject(fields: WireFields = {}): WireFields {
  return { metadata: wire.message(1, METADATA), ...fields };
}

/** Returns conditions of a kind that keeps two times in each, or whose conditions have the common form. */
export function conditions(number: number): WireField {
  return wire.messages(number, {
    type: wire.text(1),
    status: wire.text(2),
    reason: wire.text(5),
    message: wire.text(6),
  });
}

/** Returns conditions of a kind that has only the time of the last transition in front of the reason. */
export function shortConditions(number: number): WireField {
  return wire.messages(number, {
    type: wire.text(1),
    status: wire.text(2),
    reason: wire.text(4),
    message: wire.text(5),
  });
}

export const LABEL_SELECTOR = {
  matchLabels: wire.map(1),
  matchExpressions: wire.messages(2, {
    key: wire.text(1),
    operator: wire.text(2),
    values: wire.texts(3),
  }),
};

/** A reference to an object in the same namespace. */
export const LOCAL_REFERENCE = { name: wire.text(1) };

export const OBJECT_REFERENCE = {
  kind: wire.text(1),
  namespace: wire.text(2),
  name: wire.text(3),
  uid: wire.text(4),
};

export const LOAD_BALANCER = {
  ingress: wire.messages(1, { ip: wire.text(1), hostname: wire.text(2) }),
};
