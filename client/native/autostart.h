#ifndef KEYTRAY_AUTOSTART_H
#define KEYTRAY_AUTOSTART_H

#include "failure.h"

/*
 * Where the configuration says `agent: {autostart: true}`, starts the broker and waits for it. Returns a connection, or
 * -1 and leaves `failure` as it was.
 */
int autostart_broker(struct failure *failure);

#endif
