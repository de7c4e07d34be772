#ifndef KEYTRAY_CONNECTION_H
#define KEYTRAY_CONNECTION_H

#include "failure.h"

struct broker {
  /* -1: there is none to talk to. */
  int descriptor;
  /* It belongs to another uid, which lends it: it may answer, but not choose what runs next. */
  int is_lent;
};

/*
 * A connection to the broker behind the first place that answers. Fails with `no_broker` where none does, with
 * `access_denied` where only another user's socket is there.
 */
struct broker connect_to_broker(struct failure *failure);

#endif
