#ifndef KEYTRAY_BECOME_H
#define KEYTRAY_BECOME_H

#include "reply.h"

/*
 * Becomes the program the broker named. Returns the status to end with where that is not possible, having said why.
 * Where we stand `in_place_of` it, not finding it is nothing to speak of.
 */
int become_next(const struct next_records *next, const char *in_place_of);

/* Leaves the call to the program of that name. */
int step_aside(const char *name, char *const *arguments);

#endif
