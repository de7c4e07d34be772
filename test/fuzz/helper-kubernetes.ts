import { kubernetesHelper } from '../../core/helpers/kubernetes/kubernetes.ts';
import { call, type FuzzedProtocol, type HelperInput } from './helper-protocol.ts';

function info(host: string, apiVersion: string, more: object = {}): Readonly<Record<string, string>> {
  const cluster = {
    server: `https://${host}`,
    'certificate-authority-data': 'LS0tLS1CRUdJTg==',
    config: null,
    ...more,
  };
  return {
    KUBERNETES_EXEC_INFO: JSON.stringify({ kind: 'ExecCredential', apiVersion, spec: { cluster, interactive: false } }),
  };
}

/** Recorded from kubectl 1.32. */
export const kubernetesProtocol: FuzzedProtocol = {
  helper: kubernetesHelper,
  transcripts: (host): readonly HelperInput[] => [
    call('get', '', { env: info(host, 'client.authentication.k8s.io/v1') }),
    call('get', '', {
      argv: ['get', '--account=lab'],
      env: info(host, 'client.authentication.k8s.io/v1beta1', { config: { audience: 'aud1' } }),
    }),
    call('get', '', {
      argv: ['get', '--account=lab', '--id'],
      env: info(host, 'client.authentication.k8s.io/v1', { 'tls-server-name': 'x', 'insecure-skip-tls-verify': true }),
    }),
  ],
  destination: ({ env }) => JSON.parse(env.KUBERNETES_EXEC_INFO ?? '').spec.cluster.server,
  words: ['"server":', '"cluster":', '"spec":', '"kind":"ExecCredential"', 'v1', 'v1beta1', '--id', '\\u0000'],
};
