#!/bin/sh
# Ends with 0 once the broker behind $KEYTRAY_SOCKET answers, with 1 after half a minute.
for _ in $(seq 60); do
  if curl --silent --fail --output /dev/null --unix-socket "$KEYTRAY_SOCKET" http://keytray/v1/status; then exit 0; fi
  sleep 0.5
done
echo "no broker at $KEYTRAY_SOCKET" >&2
exit 1
