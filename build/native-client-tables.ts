import { failureForms } from '../client/failure-forms.ts';
import {
  callersProgram,
  environmentByProtocol,
  helperPrograms,
  type NextProgramNames,
  nextPrograms,
  protocolsWithStdin,
} from '../client/programs.ts';
import { failures } from '../core/errors.ts';
import { callerPrefix, passedPrefixes, passedVariables } from '../core/platform/start-environment.ts';
import { nodeFlags } from './node-flags.ts';

/** `tables.h` of the native client: what it knows of programs, protocols and failures, from where its twin has it. */
export function nativeClientTables(): string {
  const names = new Set([...protocolsWithStdin, ...environmentByProtocol.keys(), ...failureForms.keys()]);
  const programs = [...helperPrograms].map(([name, { protocol, operation, folder }]) => {
    const known = operation === 'last' ? 'NULL' : text(operation);
    return `{${text(name)}, ${text(protocol)}, ${known}, ${text(`${name} OPERATION`)}, ${flag(folder === 'libexec')}}`;
  });
  const protocols = [...names].map(protocolEntry);
  const codes = Object.entries(failures).map(([code, { exit }]) => `{${text(code)}, ${exit}}`);
  return [
    declarations,
    `#define NODE_FLAGS ${nodeFlags.map(text).join(', ')}`,
    `#define CALLER_PREFIX ${text(callerPrefix)}`,
    table('char *const', 'passed_variables', passedVariables.map(text)),
    table('char *const', 'passed_prefixes', passedPrefixes.map(text)),
    table('struct program', 'programs', programs),
    table('struct protocol', 'protocols', protocols),
    table(
      'struct next_program',
      'next_programs',
      [...nextPrograms, ['', callersProgram] as const].map(nextProgramEntry),
    ),
    table('struct failure_code', 'failure_codes', codes),
    '#endif',
    '',
  ].join('\n\n');
}

const declarations = `/* Made by build/native-client-tables.ts from client/programs.ts, client/failure-forms.ts, core/errors.ts and
   core/platform/start-environment.ts. */
#ifndef KEYTRAY_TABLES_H
#define KEYTRAY_TABLES_H

#include <stddef.h>

struct program {
  const char *name;
  const char *protocol;
  /* NULL: the last argument. */
  const char *operation;
  const char *usage;
  /* The name is another program's too, which answers what we do not. */
  int is_in_place;
};

/* See client/failure-forms.ts; stdout is what stands before and after the message. */
struct failure_form {
  const char *when_argument;
  const char *before;
  const char *after;
  int has_message;
  int as_json;
  int silent;
  int awaits_request;
  /* -1: that of the failure. */
  int exit_status;
};

struct protocol {
  const char *name;
  int reads_stdin;
  const struct failure_form *failure_form;
  /* Forwarded from the environment; ends with NULL. */
  const char *variables[16];
};

/* What the broker may have it given; each list ends with NULL. The name "" is any that the caller's arguments have. */
struct next_program {
  const char *name;
  const char *variables[8];
  const char *files[8];
};

struct failure_code {
  const char *name;
  int exit_status;
};`;

function nextProgramEntry([name, { variables, files }]: readonly [string, NextProgramNames]): string {
  const list = (names: readonly string[]) => `{${names.length === 0 ? 'NULL' : names.map(text).join(', ')}}`;
  if (variables.length > 7 || files.length > 7)
    throw new RangeError(`${name} is given more variables than the native client has room for`);
  return `{${text(name)}, ${list(variables)}, ${list(files)}}`;
}

function protocolEntry(name: string): string {
  const variables = environmentByProtocol.get(name) ?? [];
  // The compiler would take one more, and with it the NULL at the end.
  if (variables.length > 15)
    throw new RangeError(`${name} forwards more variables than the native client has room for`);
  const list = variables.length === 0 ? 'NULL' : variables.map(text).join(', ');
  return `{${text(name)}, ${flag(protocolsWithStdin.has(name))}, ${formEntry(name)}, {${list}}}`;
}

function formEntry(protocol: string): string {
  const form = failureForms.get(protocol);
  if (form === undefined) return 'NULL';
  const [before = '', ...rest] = form.stdout.split('{message}');
  const fields = [
    form.whenArgument === undefined ? 'NULL' : text(form.whenArgument),
    text(before),
    text(rest.join('')),
    flag(rest.length > 0),
    flag(form.json),
    flag(form.silent),
    flag(form.awaitsRequest),
    form.exit ?? -1,
  ];
  return `&(const struct failure_form){${fields.join(', ')}}`;
}

const flag = (value: boolean | undefined): string => (value === true ? '1' : '0');

/** A string literal; octal escapes end after three digits, whatever follows. */
function text(value: string): string {
  const bytes = [...Buffer.from(value)].map((byte) =>
    byte < 0x20 || byte >= 0x7f || byte === 0x22 || byte === 0x5c || byte === 0x3f
      ? `\\${byte.toString(8).padStart(3, '0')}`
      : String.fromCharCode(byte),
  );
  return `"${bytes.join('')}"`;
}

function table(type: string, name: string, entries: readonly string[]): string {
  return `__attribute__((unused)) static const ${type} ${name}[] = {\n${entries.map((entry) => `    ${entry},\n`).join('')}};`;
}
