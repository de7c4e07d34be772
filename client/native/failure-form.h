#ifndef KEYTRAY_FAILURE_FORM_H
#define KEYTRAY_FAILURE_FORM_H

#include "failure.h"
#include "invocation.h"

/* Tells tool and person, each in its own way; returns the status to end with. */
int answer_failure(const struct invocation *invocation, const struct failure *failure, int spoken);

#endif
