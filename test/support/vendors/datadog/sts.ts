import { type HttpEmulator, startHttpEmulator } from '../http-emulator.ts';
import type { AwsPrincipal } from './proof-check.ts';
import { checkSignature } from './sigv4.ts';

/** AWS STS as far as GetCallerIdentity goes, signatures checked. A proof must never arrive here. */
export async function startSts(principals: readonly AwsPrincipal[]): Promise<HttpEmulator> {
  const http = await startHttpEmulator((request) => {
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, `${value}`]));
    try {
      if (new URLSearchParams(request.body).get('Action') !== 'GetCallerIdentity') {
        return xml(400, '<ErrorResponse><Error><Code>InvalidAction</Code></Error></ErrorResponse>');
      }
      const find = (id: string) => principals.find(({ accessKeyId }) => accessKeyId === id);
      const { accessKeyId } = checkSignature({ ...request, headers }, (id) => find(id)?.secretAccessKey);
      const principal = find(accessKeyId);
      if (headers['x-amz-security-token'] !== principal?.sessionToken) throw new Error('session token');
      const identity = `<Arn>${principal?.arn}</Arn><UserId>AROAEXAMPLE:lab</UserId><Account>123456789012</Account>`;
      return xml(
        200,
        `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>${identity}</GetCallerIdentityResult></GetCallerIdentityResponse>`,
      );
    } catch (error) {
      const words = error instanceof Error ? error.message : '';
      return xml(
        403,
        `<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>${words}</Message></Error></ErrorResponse>`,
      );
    }
  });
  return http;
}

const xml = (status: number, body: string) => ({ status, headers: { 'content-type': 'text/xml' }, body });
