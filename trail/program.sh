#!/usr/bin/env bash
# Runs a program for a test and keeps what it prints, in files that its words name. Its log goes
# into the trail at its most talkative, and not to the test, which does not ask for it.
set -u
name=
for word in "${@:1:2}"; do
  [[ $word =~ ^[a-z][a-z-]*$ ]] || break
  name+=$word-
done
[[ " $* " == *" --curl "* ]] && name+=curl-
# What `exec` runs may print what it likes: whose words those are is in the name.
[[ ${1-} == exec && $* =~ \ --\ ([^\ ]*) ]] && name+=$(basename "${BASH_REMATCH[1]}")-
kept=$TRAIL_FOLDER/$name$$
# What `exec` runs has stderr to itself, and inherits the environment.
if [[ ${1-} != exec && -z ${RUST_LOG-} ]]; then
  export RUST_LOG=trace
  log='^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z +(TRACE|DEBUG|INFO|WARN|ERROR) '
  exec "$TRAIL_PROGRAM" "$@" > >(exec tee -a "$kept.out") \
    2> >(tee -a "$kept.err" | grep --text --line-buffered -Ev "$log" >&2)
fi
exec "$TRAIL_PROGRAM" "$@" > >(exec tee -a "$kept.out") 2> >(exec tee -a "$kept.err" >&2)
