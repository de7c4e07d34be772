#ifndef KEYTRAY_ENVIRONMENT_H
#define KEYTRAY_ENVIRONMENT_H

/*
 * The environment for a Node of ours, as core/platform/start-environment.ts has it: what is not on its list goes under
 * other names, from which that Node restores it for the programs it is asked to run. NULL without memory. It is
 * for exec(2): nothing of it is ever freed.
 */
char **environment_for_node(void);

#endif
