companion=@COMPANION@
app=@APP@

link() {
  name=/usr/bin/$1 target=$2
  if [ "$(readlink "$name" 2>/dev/null)" = "$target" ]; then
    return
  elif [ -e "$name" ] || [ -L "$name" ]; then
    echo "keytray: $name is another program's and stays as it is; ours is $target" >&2
  else
    ln -s "$target" "$name"
  fi
}

for program in @PROGRAMS@; do link "$program" "$companion/bin/$program"; done
link @EXECUTABLE@ "$app"

# Names that an older version had and this one has not.
find /usr/bin -maxdepth 1 -xtype l -lname "$companion/bin/*" -delete

profile=/etc/apparmor.d/@EXECUTABLE@
ours=@PROFILE@
parser=$(command -v apparmor_parser || :)
if [ -n "$parser" ] && [ -d /etc/apparmor.d ] && "$parser" --skip-kernel-load --debug "$ours" >/dev/null 2>&1; then
  if [ ! -e "$profile" ] || head -n 1 "$profile" | grep -q '^# Installed by the keytray package'; then
    cp -f "$ours" "$profile"
    # In a chroot, or without the kernel's part, the next boot loads it.
    "$parser" --replace --write-cache --skip-read-cache "$profile" >/dev/null 2>&1 || :
  fi
fi
