import { z } from 'zod';
import { KeytrayError } from '../errors.ts';
import { dataikuFailures, dataikuWords } from '../services/dataiku-failures.ts';
import { explainFailure } from '../services/failure-table.ts';
import { plainText } from '../untrusted/plain-text.ts';
import type { AskService, ServiceReply } from './api-keys/provider.ts';
import { jsonOf, serviceFailure } from './api-keys/service-failure.ts';
import type { Permission } from './permission.ts';

/** Enough to see what is there; an instance may have thousands. */
const mostProjects = 200;

const api = '/public/api';
const instance = 'instance';

type ItemObject = { readonly project: string; readonly type: string; readonly id: string };
/** `PROJECT`, or `PROJECT/TYPE/ID` as `MYPROJ/DATASET/orders`. */
export type DataikuObject = { readonly project: string } | ItemObject;

/** Throws `invalid_request` for what is neither of the two. Pure. */
export function readDataikuObject(text: string): DataikuObject {
  const [project = '', type, ...rest] = text.split('/');
  const id = rest.join('/');
  if (project !== '' && type === undefined) return { project };
  if (project !== '' && type !== undefined && type !== '' && id !== '') return { project, type, id };
  throw new KeytrayError('invalid_request', `${plainText(text)} is no object of Dataiku`, {
    advice: 'Write PROJECT, or PROJECT/TYPE/ID, for example MYPROJ/DATASET/orders.',
  });
}

/**
 * What a key may do: at the instance and in its projects, or with the objects named. Nothing is changed by asking.
 * Throws `KeytrayError` where the key itself is refused, or the instance does not answer.
 */
export async function dataikuPermissions(
  ask: AskService,
  objects: readonly DataikuObject[],
): Promise<readonly Permission[]> {
  if (objects.length === 0) return await ofInstance(ask);
  const items = objects.filter((object) => 'id' in object);
  const projects = objects.filter((object) => !('id' in object));
  const rows: Permission[] = [];
  // One after another: an instance that people work with takes no flood of questions well.
  for (const { project } of projects) rows.push(...(await ofProject(ask, project)));
  if (items.length > 0) rows.push(...(await ofItems(ask, items)));
  return rows;
}

async function ofInstance(ask: AskService): Promise<readonly Permission[]> {
  const get = (path: string) => ask({ method: 'GET', path: `${api}${path}` });
  const info = await get('/auth/info?withSecrets=false');
  // The first question is about the key itself.
  if (info.status !== 200) throw serviceFailure('Dataiku', dataikuFailures, info.status, dataikuWords(info.body));
  const who = z.object({ authIdentifier: z.string() }).safeParse(jsonOf(info.body)).data?.authIdentifier;
  const [settings, matrix, projects] = await Promise.all([
    get('/admin/general-settings'),
    get('/admin/authorization-matrix'),
    get('/projects/'),
  ]);
  return [
    answerOf({ object: instance, permission: 'administer' }, settings),
    mayCreate(matrix, who),
    ...listed(projects),
  ];
}

async function ofProject(ask: AskService, project: string): Promise<readonly Permission[]> {
  const path = `${api}/projects/${encodeURIComponent(project)}`;
  const [metadata, datasets] = await Promise.all([
    ask({ method: 'GET', path: `${path}/metadata` }),
    ask({ method: 'GET', path: `${path}/datasets/` }),
  ]);
  const object = plainText(project);
  return [
    answerOf({ object, permission: 'read' }, metadata),
    answerOf({ object, permission: 'list datasets' }, datasets),
  ];
}

const checkedSchema = z.object({ items: z.array(z.record(z.string(), z.unknown())) });

async function ofItems(ask: AskService, objects: readonly ItemObject[]): Promise<readonly Permission[]> {
  const items = objects.map(({ project, type, id }) => ({
    objectType: type,
    objectProjectKey: project,
    objectId: id,
  }));
  const reply = await ask({ method: 'POST', path: `${api}/permissions/actions/check-objects`, body: { items } });
  const names = objects.map(({ project, type, id }) => plainText(`${project}/${type}/${id}`));
  if (reply.status !== 200) return names.map((object) => answerOf({ object, permission: 'use' }, reply));
  const read = checkedSchema.safeParse(jsonOf(reply.body));
  return names.flatMap((object, index) => permissionsOfItem(object, read.data?.items[index] ?? {}));
}

/** What is said of an item: every member that is true or false, as `canRead`. Pure. */
function permissionsOfItem(object: string, item: Readonly<Record<string, unknown>>): readonly Permission[] {
  const told = Object.entries(item).filter((entry): entry is [string, boolean] => typeof entry[1] === 'boolean');
  if (told.length === 0) return [{ object, permission: 'use', answer: 'unknown', reason: 'Dataiku does not say' }];
  return told.map(([name, value]) => ({
    object,
    permission: plainText(name.replace(/^can(?=[A-Z])/, '').toLowerCase()),
    answer: value ? 'yes' : 'no',
    reason: undefined,
  }));
}

/** What the answer to a harmless request shows of the permission it needs. Pure. */
function answerOf(what: Pick<Permission, 'object' | 'permission'>, { status, body }: ServiceReply): Permission {
  if (status >= 200 && status < 300) return { ...what, answer: 'yes', reason: undefined };
  const words = dataikuWords(body);
  const known = explainFailure(dataikuFailures, { status, words });
  const denied = known?.code === 'access_denied' && !known.refusesKey;
  return { ...what, answer: denied ? 'no' : 'unknown', reason: known?.cause ?? `Dataiku answers ${status}` };
}

const matrixSchema = z.object({
  perUser: z.object({ users: z.array(z.object({ user: z.string(), mayCreateProjects: z.boolean().optional() })) }),
});

/** Only administrators may see who creates projects: not being told is not a no. */
function mayCreate({ status, body }: ServiceReply, who: string | undefined): Permission {
  const what = { object: instance, permission: 'create projects' };
  if (status !== 200) return { ...what, answer: 'unknown', reason: 'Dataiku tells this to administrators only' };
  const users = matrixSchema.safeParse(jsonOf(body)).data?.perUser.users ?? [];
  const may = users.find(({ user }) => user === who)?.mayCreateProjects;
  if (may === undefined) return { ...what, answer: 'unknown', reason: 'Dataiku does not say' };
  return { ...what, answer: may ? 'yes' : 'no', reason: undefined };
}

function listed(reply: ServiceReply): readonly Permission[] {
  const read = z.array(z.object({ projectKey: z.string() })).safeParse(jsonOf(reply.body));
  if (reply.status !== 200 || !read.success)
    return [answerOf({ object: instance, permission: 'list projects' }, reply)];
  return read.data.slice(0, mostProjects).map(({ projectKey }) => ({
    object: plainText(projectKey),
    permission: 'read',
    answer: 'yes',
    reason: undefined,
  }));
}
