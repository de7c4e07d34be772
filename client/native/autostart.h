#ifndef KEYTRAY_AUTOSTART_H
#define KEYTRAY_AUTOSTART_H

#include "connection.h"
#include "failure.h"

/*
 * Where the configuration says `agent: {autostart: true}`, starts the broker and waits for it. Where that
 * fails, `failure` stays as it was.
 */
struct broker autostart_broker(struct failure *failure);

#endif
