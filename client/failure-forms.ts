import { printable } from '../core/untrusted/plain-text.ts';

/**
 * How a tool is told that the broker could not be asked, beside the line on stderr, for the native client and its twin
 * alike. A protocol without an entry understands the exit status.
 */
export interface FailureForm {
  /** Only where this is among the arguments. */
  readonly whenArgument?: string;
  /** `{message}` is the line for people; in JSON, where it stands in a text. */
  readonly stdout: string;
  readonly json?: true;
  /** Nothing on stderr. */
  readonly silent?: true;
  /** The tool speaks after it has been greeted, and takes it ill when nobody is there to hear it. */
  readonly awaitsRequest?: true;
  /** Default: that of the failure. */
  readonly exit?: number;
}

export const failureForms: ReadonlyMap<string, FailureForm> = new Map([
  // Else git would ask a person for a password there is none of. `setup git` names us for our own hosts only.
  ['git', { whenArgument: 'get', stdout: 'quit=1\n', exit: 1 }],
  // Shown by docker; it looks at nothing else.
  ['docker', { stdout: '{message}\n' }],
  // An exit status other than 0 would make cargo forget the answer.
  [
    'cargo',
    {
      whenArgument: '--cargo-plugin',
      stdout: '{"v":[1]}\n{"Err":{"kind":"other","message":"{message}","caused-by":[]}}\n',
      json: true,
      awaitsRequest: true,
      exit: 0,
    },
  ],
  // Google's libraries read stderr together with stdout, and nothing of either where the status is not 0.
  [
    'google',
    {
      stdout: '{"version":1,"success":false,"code":"KEYTRAY","message":"{message}"}\n',
      json: true,
      silent: true,
      exit: 0,
    },
  ],
]);

/** What goes to stdout. Pure. */
export function failureText(form: FailureForm, message: string): string {
  const plain = printable(message);
  return form.stdout.replace('{message}', () => (form.json === true ? plain.replace(/["\\]/g, '\\$&') : plain));
}

export function failureFormFor(protocol: string, argv: readonly string[]): FailureForm | undefined {
  const form = failureForms.get(protocol);
  return form?.whenArgument === undefined || argv.includes(form.whenArgument) ? form : undefined;
}
