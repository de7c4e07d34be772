/** One thing wrong in one file. `line` counts from 1; 0 where the whole file is meant. */
export interface ConfigError {
  readonly file: string;
  readonly line: number;
  /** Keys from the top, as `accounts.lab.client_id`; empty where no key is meant. */
  readonly path: string;
  readonly message: string;
  /** What to do about it; empty where the message says it all. */
  readonly fix: string;
}

/** `config.yaml:7: accounts.lab.clientid: unknown key; did you mean client_id?` */
export function formatConfigError(error: ConfigError): string {
  const where = error.line > 0 ? `${error.file}:${error.line}` : error.file;
  const path = error.path === '' ? '' : `${error.path}: `;
  const fix = error.fix === '' ? '' : `; ${error.fix}`;
  return `${where}: ${path}${error.message}${fix}`;
}

/** A key with a dot in it is put in brackets, so that a path can be read one way only. */
export function formatPath(keys: readonly (string | number)[]): string {
  return keys
    .map((key, index) => {
      if (typeof key === 'number') return `[${key}]`;
      if (!/^[\w@-]+$/.test(key)) return `[${JSON.stringify(key.slice(0, 80))}]`;
      return index === 0 ? key : `.${key}`;
    })
    .join('');
}
