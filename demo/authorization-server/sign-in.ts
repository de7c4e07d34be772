import type { IncomingMessage, ServerResponse } from 'node:http';
import type Provider from 'oidc-provider';
import { z } from 'zod';
import { consentPage, errorPage, signInPage } from './pages.ts';

const formSchema = z.object({ step: z.string().default('sign-in'), login: z.string().trim().max(100).default('') });

const consentDetails = z.object({
  missingOIDCScope: z.array(z.string()).default([]),
  missingOIDCClaims: z.array(z.string()).default([]),
  missingResourceScopes: z.record(z.string(), z.array(z.string())).default({}),
});

const largestForm = 16 * 1024;

/** Serves the sign-in and consent pages. Anybody may sign in under any name: it is the demo's server. */
export async function serveSignIn(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
  signedIn: (login: string) => void,
): Promise<void> {
  const interaction = await provider.interactionDetails(request, response);
  const action = request.url ?? '';
  const client = String(interaction.params.client_id ?? 'the application');
  const { prompt, session } = interaction;

  if (request.method === 'GET') {
    const scopes = String(interaction.params.scope ?? '').split(' ');
    const page =
      prompt.name === 'login'
        ? signInPage(action, client)
        : consentPage(action, client, session?.accountId ?? '', scopes);
    return sendPage(response, 200, page);
  }

  const form = formSchema.parse(Object.fromEntries(new URLSearchParams(await readForm(request))));
  if (form.step === 'deny') {
    const denial = { error: 'access_denied', error_description: 'the person said no' };
    return provider.interactionFinished(request, response, denial, { mergeWithLastSubmission: false });
  }
  if (prompt.name === 'login') {
    if (form.login === '') return sendPage(response, 200, signInPage(action, client));
    signedIn(form.login);
    return provider.interactionFinished(request, response, { login: { accountId: form.login } });
  }
  const grantId = await grantAll(provider, interaction);
  return provider.interactionFinished(request, response, { consent: { grantId } });
}

type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>;

async function grantAll(provider: Provider, interaction: Interaction): Promise<string> {
  const { grantId, params, prompt, session } = interaction;
  const known = grantId === undefined ? undefined : await provider.Grant.find(grantId);
  const grant =
    known ?? new provider.Grant({ accountId: session?.accountId ?? '', clientId: String(params.client_id) });
  const missing = consentDetails.parse(prompt.details);
  if (missing.missingOIDCScope.length > 0) grant.addOIDCScope(missing.missingOIDCScope.join(' '));
  if (missing.missingOIDCClaims.length > 0) grant.addOIDCClaims(missing.missingOIDCClaims);
  for (const [resource, scopes] of Object.entries(missing.missingResourceScopes)) {
    grant.addResourceScope(resource, scopes.join(' '));
  }
  return grant.save();
}

async function readForm(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk;
    if (text.length > largestForm) throw new Error('the form is too large');
  }
  return text;
}

export function sendPage(response: ServerResponse, status: number, html: string): void {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' }).end(html);
}

export function sendError(response: ServerResponse, error: unknown): void {
  if (response.headersSent) response.destroy();
  else sendPage(response, 400, errorPage(error instanceof Error ? error.message : 'unknown error'));
}
