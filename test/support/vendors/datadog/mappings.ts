import { randomUUID } from 'node:crypto';
import { type EmulatorReply, fieldsOf, type RecordedRequest } from '../http-emulator.ts';

export interface PersonaMapping {
  readonly id: string;
  readonly account_identifier: string;
  readonly arn_pattern: string;
}

/** The newest documentation renames the path; both are served. */
const listPath = /^\/api\/v2\/(?:cloud_auth|wif)\/aws\/persona_mapping(?:\/([^/]+))?$/;

export const errors = (status: number, ...words: readonly string[]): EmulatorReply => ({
  status,
  body: { errors: words },
});

/** `*` stands for any characters. */
export function matchesArn(pattern: string, arn: string): boolean {
  const expression = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${expression.join('.*')}$`).test(arn);
}

/** Create, read, list, delete. Undefined: another path. */
export function servePersonaMappings(request: RecordedRequest, mappings: PersonaMapping[]): EmulatorReply | undefined {
  const match = listPath.exec(request.path);
  if (match === null) return undefined;
  const id = match[1];
  if (id === undefined) {
    if (request.method === 'GET') return { body: { data: mappings.map(view) } };
    if (request.method === 'POST') return create(request, mappings);
    return errors(405, 'Method Not Allowed');
  }
  const at = mappings.findIndex((mapping) => mapping.id === id);
  const found = mappings[at];
  if (found === undefined) return errors(404, 'Not Found');
  if (request.method === 'GET') return { body: { data: view(found) } };
  if (request.method !== 'DELETE') return errors(405, 'Method Not Allowed');
  mappings.splice(at, 1);
  return { status: 204 };
}

function create(request: RecordedRequest, mappings: PersonaMapping[]): EmulatorReply {
  const { account_identifier, arn_pattern } = attributesOf(fieldsOf(request).data);
  if (typeof account_identifier !== 'string' || typeof arn_pattern !== 'string' || !arn_pattern.startsWith('arn:aws')) {
    return errors(400, 'Bad Request');
  }
  if (mappings.some((one) => one.arn_pattern === arn_pattern)) return errors(409, 'Conflict');
  const mapping = { id: randomUUID(), account_identifier, arn_pattern };
  mappings.push(mapping);
  return { status: 201, body: { data: view(mapping) } };
}

function attributesOf(data: unknown): Record<string, unknown> {
  if (typeof data !== 'object' || data === null || !('attributes' in data) || !('type' in data)) return {};
  const { attributes, type } = data;
  return type === 'aws_cloud_auth_config' && typeof attributes === 'object' ? { ...attributes } : {};
}

const view = ({ id, account_identifier, arn_pattern }: PersonaMapping) => ({
  id,
  type: 'aws_cloud_auth_config',
  attributes: { account_identifier, account_uuid: '00000000-0000-0000-0000-0000000000aa', arn_pattern },
});
