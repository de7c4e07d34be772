import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { CommandFailure } from './failure.ts';
import { signalStatus } from './interruption.ts';
import type { Environment } from './output/colour.ts';

/** As env(1): the program is not there; it is there and cannot be run. */
export const notFoundStatus = 127;
export const notExecutableStatus = 126;

/** Sent on always: nobody but the sender's target gets them. */
const privateSignals = ['SIGTERM', 'SIGUSR1', 'SIGUSR2', 'SIGCONT', 'SIGWINCH'] as const;

/** A terminal sends these to every program in its foreground. */
const terminalSignals = ['SIGINT', 'SIGQUIT', 'SIGHUP'] as const;

/**
 * Whether the terminal has given the signal to our child already (proc(5): pgrp and tpgid). A second Ctrl-C makes
 * many programs stop without tidying up.
 */
function inForeground(): boolean {
  try {
    const stat = readFileSync('/proc/self/stat', 'utf8');
    const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return group === foreground;
  } catch {
    return process.stdin.isTTY === true;
  }
}

function startFailure(file: string, error: NodeJS.ErrnoException): CommandFailure {
  return error.code === 'ENOENT'
    ? new CommandFailure(notFoundStatus, `${file}: no such command`, 'Check its name and PATH.', { cause: error })
    : new CommandFailure(
        notExecutableStatus,
        `${file}: cannot be run (${error.code ?? 'unknown'})`,
        'Check that it is a program and may be executed.',
        {
          cause: error,
        },
      );
}

/** Node reports some failures to start as an event and throws others. */
function start(file: string, args: readonly string[], env: Environment): ChildProcess {
  try {
    return spawn(file, args, { stdio: 'inherit', env: { ...env } });
  } catch (error) {
    throw error instanceof Error ? startFailure(file, error) : error;
  }
}

/**
 * Runs a program on our own terminal and streams, passes signals on, and resolves to its exit status, or 128 + n when
 * signal n ended it. Rejects with a `CommandFailure` of status 126 or 127 when it cannot be started.
 */
export async function runProgram(file: string, args: readonly string[], env: Environment): Promise<number> {
  let child: ChildProcess | undefined;
  const pass = (signal: NodeJS.Signals): void => void child?.kill(signal);
  const passUnlessForeground = (signal: NodeJS.Signals): void => void (inForeground() || child?.kill(signal));
  // Before the program starts: a signal that comes as soon as it runs must find us listening.
  for (const signal of privateSignals) process.on(signal, pass);
  for (const signal of terminalSignals) process.on(signal, passUnlessForeground);
  try {
    const started = start(file, args, env);
    child = started;
    return await new Promise<number>((resolve, reject) => {
      started.once('error', (error) => reject(startFailure(file, error)));
      started.once('exit', (code, signal) => resolve(signal === null ? (code ?? 0) : signalStatus(signal)));
    });
  } finally {
    for (const signal of privateSignals) process.off(signal, pass);
    for (const signal of terminalSignals) process.off(signal, passUnlessForeground);
  }
}
