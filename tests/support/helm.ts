/** The helm program, with a chart that contains nearly every kind. */
const HELM = `${Deno.env.get("KUBEBUILDER_ASSETS") ?? ""}/helm`;

export interface HelmOptions {
  readonly kubeconfig: string;
  /** A folder for the files of helm. */
  readonly folder: string;
}

/** Runs helm and returns its output. Rejects with its message if it fails. */
export async function helm({ kubeconfig, folder }: HelmOptions, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(HELM, {
    args: [...args, `--kubeconfig=${kubeconfig}`],
    env: { HELM_CACHE_HOME: folder, HELM_CONFIG_HOME: folder, HELM_DATA_HOME: folder },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (!success) throw new Error(`helm ${args.join(" ")}: ${text(stderr)}`);
  return text(stdout);
}

/** Writes a chart and returns its path. `--set` can change the ConfigMap that its Deployment reads. */
export async function writeChart(folder: string): Promise<string> {
  const path = `${folder}/shop`;
  await Deno.mkdir(`${path}/templates`, { recursive: true });
  const chart = { apiVersion: "v2", name: "shop", version: "1.2.3" };
  await Deno.writeTextFile(`${path}/Chart.yaml`, JSON.stringify(chart));
  await Deno.writeTextFile(`${path}/values.yaml`, JSON.stringify({ settings: "shared-one", job: true }));
  for (const [index, object] of templates().entries()) {
    await Deno.writeTextFile(`${path}/templates/${index}.yaml`, JSON.stringify(object));
  }
  await Deno.writeTextFile(
    `${path}/templates/job.yaml`,
    `{{ if .Values.job }}${JSON.stringify(job())}{{ end }}`,
  );
  return path;
}

const NAME = "{{ .Release.Name }}";
const POD_LABELS = { "app.kubernetes.io/instance": NAME, "app.kubernetes.io/name": "shop" };

function metadata(name = NAME): object {
  const labels = { "helm.sh/chart": "shop-1.2.3", "app.kubernetes.io/managed-by": "Helm", ...POD_LABELS };
  return { name, labels };
}

function podSpec(): object {
  return {
    serviceAccountName: NAME,
    terminationGracePeriodSeconds: 0,
    containers: [{
      name: "main",
      image: "example.com/shop:1",
      envFrom: [{ configMapRef: { name: NAME } }, { secretRef: { name: NAME } }],
    }],
    volumes: [
      { name: "data", persistentVolumeClaim: { claimName: NAME } },
      { name: "shared", configMap: { name: "{{ .Values.settings }}" } },
    ],
  };
}

function templates(): object[] {
  const template = { metadata: { labels: POD_LABELS }, spec: podSpec() };
  const selector = { matchLabels: POD_LABELS };
  const backend = { service: { name: NAME, port: { number: 80 } } };
  const finite = { ...podSpec(), restartPolicy: "Never" };
  const v1 = (kind: string, rest: object) => ({ apiVersion: "v1", kind, metadata: metadata(), ...rest });
  return [
    v1("Service", { spec: { selector: POD_LABELS, ports: [{ port: 80 }] } }),
    v1("ConfigMap", { data: { key: "value" } }),
    v1("Secret", { stringData: { key: "value" } }),
    v1("ServiceAccount", {}),
    v1("PersistentVolumeClaim", {
      spec: {
        accessModes: ["ReadWriteOnce"],
        storageClassName: "fast",
        resources: { requests: { storage: "1Gi" } },
      },
    }),
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: metadata(),
      spec: { replicas: 2, strategy: { type: "Recreate" }, selector, template },
    },
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: metadata(),
      spec: { defaultBackend: backend, tls: [{ secretName: NAME }] },
    },
    {
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: metadata(),
      spec: {
        maxReplicas: 3,
        minReplicas: 2,
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: NAME },
      },
    },
    {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: metadata(),
      spec: { minAvailable: 1, selector },
    },
    {
      apiVersion: "batch/v1",
      kind: "CronJob",
      metadata: metadata(),
      spec: { schedule: "0 0 1 1 *", jobTemplate: { spec: { template: { spec: finite } } } },
    },
  ];
}

function job(): object {
  const template = { spec: { ...podSpec(), restartPolicy: "Never" } };
  return { apiVersion: "batch/v1", kind: "Job", metadata: metadata(`${NAME}-migration`), spec: { template } };
}
