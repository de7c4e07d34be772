#ifndef KEYTRAY_BECOME_H
#define KEYTRAY_BECOME_H

#include "reply.h"

/* Becomes the program the broker named. Returns the status to end with where that is not possible, having said why. */
int become_next(const struct next_records *next);

#endif
