import { isoTime } from '../../untrusted/instant.ts';
import { parseJson } from '../stdin-text.ts';

/** The exec protocol of client-go: what KUBERNETES_EXEC_INFO says, and what it reads back. */

const versions = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'] as const;
export type ExecVersion = (typeof versions)[number];

export type ExecInfo =
  /** `server`: the cluster's address; undefined without `provideClusterInfo`. */
  | { readonly kind: 'info'; readonly apiVersion: ExecVersion; readonly server: string | undefined }
  | { readonly kind: 'malformed'; readonly reason: string };

export function parseExecInfo(text: string | undefined): ExecInfo {
  if (text === undefined) return malformed('KUBERNETES_EXEC_INFO is not set: only kubectl and its like can call this');
  const info = parseJson(text);
  if (!isObject(info) || info.kind !== 'ExecCredential') return malformed('KUBERNETES_EXEC_INFO is no ExecCredential');
  const apiVersion = versions.find((version) => version === info.apiVersion);
  if (apiVersion === undefined) return malformed(`use apiVersion ${versions[0]} in the kubeconfig`);
  const cluster = isObject(info.spec) ? info.spec.cluster : undefined;
  const server = isObject(cluster) ? cluster.server : undefined;
  return { kind: 'info', apiVersion, server: typeof server === 'string' && server !== '' ? server : undefined };
}

/** `expires`: Unix seconds. client-go compares it without leeway, and asks again for every request once it is past. */
export function formatExecCredential(apiVersion: ExecVersion, token: string, expires: number | undefined): string {
  const status = expires === undefined ? { token } : { token, expirationTimestamp: rfc3339(expires) };
  return `${JSON.stringify({ apiVersion, kind: 'ExecCredential', status })}\n`;
}

/** Whole seconds: some readers know no fractions. */
export function rfc3339(seconds: number): string {
  return isoTime(seconds * 1000).replace(/\.\d+Z$/, 'Z');
}

function malformed(reason: string): ExecInfo {
  return { kind: 'malformed', reason };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
