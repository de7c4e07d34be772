import type { Activity } from '../../ipc/views.ts';

/** What people call the one who asked: a program's name, not its path. */
export function programName(executable: string | undefined): string {
  return executable?.split('/').at(-1) ?? 'a program';
}

const protocolWords: Readonly<Record<string, string>> = {
  api: 'the local API',
};

/** What happened, in a sentence. Pure. */
export function sentence({ what }: Pick<Activity, 'what'>): string {
  switch (what.kind) {
    case 'handed_out': {
      const where = what.host === undefined ? '' : ` for ${what.host}`;
      const by = protocolWords[what.protocol] ?? what.protocol;
      return `${programName(what.consumer.executable)} took a token${where} over ${by}.`;
    }
    case 'login_started':
      return 'A sign-in was opened.';
    case 'signed_in':
      return what.who === undefined ? 'Signed in.' : `Signed in as ${what.who}.`;
    case 'login_failed':
      return `The sign-in did not work: ${what.description}`;
    case 'refreshed':
      return 'The token was renewed.';
    case 'signed_out':
      return 'Signed out.';
    case 'login_required':
      return `A sign-in is needed. ${what.description ?? ''}`.trim();
    case 'degraded':
      return what.description ?? 'The token could not be renewed.';
    case 'recovered':
      return 'All is well again.';
    case 'locked':
      return what.description ?? 'The keychain was locked.';
    case 'added':
      return 'The account was added.';
    case 'removed':
      return 'The account was removed.';
  }
}

export function toneOf({ what }: Pick<Activity, 'what'>): 'good' | 'warn' | 'bad' | 'plain' {
  switch (what.kind) {
    case 'signed_in':
    case 'recovered':
      return 'good';
    case 'degraded':
    case 'locked':
      return 'warn';
    case 'login_failed':
    case 'login_required':
      return 'bad';
    default:
      return 'plain';
  }
}
