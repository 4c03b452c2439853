import { assertEquals } from "@std/assert";
import { deployment } from "../../src/kinds/deployment.ts";
import { makeRecord } from "../../src/kinds/make_record.ts";
import { replicaSet } from "../../src/kinds/replica_set.ts";
import { fixture } from "./kind_cases.ts";

const QUOTA =
  'pods "web-" is forbidden: exceeded quota: compute, requested: cpu=1, used: cpu=4, limited: cpu=4';

const CASES: readonly [reason: string, message: string, said: string][] = [
  ["FailedCreate", QUOTA, `Its Pods cannot be created: FailedCreate: ${QUOTA}`],
  ["FailedDelete", "etcdserver: timeout", "Its Pods cannot be deleted: FailedDelete: etcdserver: timeout"],
  ["FailedCreate", "", "Its Pods cannot be created: FailedCreate"],
  ["FailedCreate", "denied\n  because of token hunter2", "Its Pods cannot be created: FailedCreate: denied"],
  [
    "FailedCreate",
    'Pod "web-x" is invalid: spec.containers[0].env[0].name: Invalid value: "hunter2 \\" x": must be a name',
    'Its Pods cannot be created: FailedCreate: Pod "web-x" is invalid: spec.containers[0].env[0].name: Invalid value: must be a name',
  ],
  [
    "FailedCreate",
    "Pod is invalid: spec: Invalid value: core.PodSpec{Volumes: hunter2}",
    "Its Pods cannot be created: FailedCreate: Pod is invalid: spec: Invalid value",
  ],
];

for (const rule of [deployment, replicaSet]) {
  for (const [reason, message, said] of CASES) {
    Deno.test(`${rule.kind}, ReplicaFailure is told with the reason behind it: ${said.slice(26, 90)}`, async () => {
      const object = await fixture(rule.kind, "ready");
      object.status.conditions = [
        { type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded" },
        { type: "ReplicaFailure", status: "True", reason, message },
      ];
      const record = makeRecord(rule, object);
      assertEquals([record.status, record.message], ["Error", said]);
    });
  }
}

Deno.test("Deployment, a stuck rollout is told with the reason behind it", async () => {
  const object = await fixture("Deployment", "ready");
  const message = 'Failed to create new replica set "web-1": quota exceeded';
  object.status.conditions = [
    { type: "Progressing", status: "False", reason: "ReplicaSetCreateError", message },
  ];
  assertEquals(
    makeRecord(deployment, object).message,
    `Its rollout is stuck: ReplicaSetCreateError: ${message}`,
  );
});
