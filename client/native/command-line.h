#ifndef KEYTRAY_COMMAND_LINE_H
#define KEYTRAY_COMMAND_LINE_H

/*
 * Becomes Keytray's own command line with these arguments, under Keytray's own Node: `../lib/cli.js` of where this
 * program lies, run by what the first line of `../lib/node` names, relative to that folder where it does not start
 * with `/`, in an environment that cannot change that Node. Returns the status to end with where that is not possible,
 * having said why.
 */
int become_command_line(char *const *arguments);

#endif
