# Installed by the keytray package, which replaces and removes it. Additions of your own go to local/@EXECUTABLE@.
# Where the system keeps user namespaces from programs without a profile, the app's sandbox could not start.
abi <abi/4.0>,
include <tunables/global>

profile "@EXECUTABLE@" "@APP@" flags=(unconfined) {
  userns,

  include if exists <local/@EXECUTABLE@>
}
