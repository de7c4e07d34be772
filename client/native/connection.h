#ifndef KEYTRAY_CONNECTION_H
#define KEYTRAY_CONNECTION_H

#include "failure.h"

/*
 * A connection to the broker behind the first place that answers. -1 with `no_broker` where none does, with
 * `access_denied` where only somebody else's socket is there.
 */
int connect_to_broker(struct failure *failure);

#endif
