import { bazelHelper } from '../../core/helpers/bazel/bazel.ts';
import { call, type FuzzedProtocol } from './helper-protocol.ts';

/** Requests as the specification has them. */
export const bazelProtocol: FuzzedProtocol = {
  helper: bazelHelper,
  transcripts: (host) => [
    call('get', JSON.stringify({ uri: `https://${host}/cas/0a1b?x=y` })),
    call('get', `${JSON.stringify({ uri: `grpcs://${host}/build.bazel.remote.execution.v2.Capabilities` })}\n`),
  ],
  destination: ({ stdin }) => {
    const { uri } = JSON.parse(`${stdin}`);
    return String(uri).replace(/^grpc(s?):/i, 'http$1:');
  },
  words: ['{"uri":', 'grpcs://', 'grpc://', '"uri"', '\\u0040', '\\/', '\\n'],
};
