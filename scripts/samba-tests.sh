#!/bin/sh
# Runs Samba's own tests of the tool ctdb with ctdbts in its place: scripts/samba-tests.sh FOLDER [TEST...]
# FOLDER is ctdb/ of Samba's source, built by `./configure && make` in it. The tests are UNIT/tool unless named; INTEGRATION/database,
# INTEGRATION/simple and INTEGRATION/failover start real daemons and take most of an hour: one run at a time, as the daemons of all runs listen
# at 127.0.0.1. The folder itself is left as it is.
set -eu
[ -x "${1:-}/bin/ctdbd" ] || {
  echo "usage: $0 FOLDER [TEST...]: FOLDER is ctdb/ of Samba's source, built" >&2
  exit 1
}
source=$1
shift
root=$(cd "$(dirname "$0")/.." && pwd)
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
mkdir "$copy/ctdb" "$copy/ctdb/bin"
cp -R "$source/tests" "$source/config" "$source/tools" "$source/doc" "$copy/ctdb"
for program in "$source"/bin/*; do [ ! -f "$program" ] || cp "$program" "$copy/ctdb/bin"; done
# A copy of the program too, as the tests take long, and it may be built anew meanwhile.
mkdir "$copy/ctdbts"
cp -R "$root/bin" "$root/dist" "$root/package.json" "$root/oclif.manifest.json" "$copy/ctdbts"
printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$root/node_modules/node/bin/node" "$copy/ctdbts/bin/run.js" >"$copy/ctdb/bin/ctdb"
cd "$copy/ctdb"
[ $# -gt 0 ] || set -- UNIT/tool
status=0
tests/run_tests.sh "$@" || status=$?
exit $status
