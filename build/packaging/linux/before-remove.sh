find /usr/bin -maxdepth 1 -type l '(' -lname '@COMPANION@/bin/*' -o -lname '@APP@' ')' -delete

profile=/etc/apparmor.d/@EXECUTABLE@
if [ -e "$profile" ] && head -n 1 "$profile" | grep -q '^# Installed by the keytray package'; then
  if command -v apparmor_parser >/dev/null; then apparmor_parser --remove "$profile" >/dev/null 2>&1 || :; fi
  rm -f "$profile"
fi
