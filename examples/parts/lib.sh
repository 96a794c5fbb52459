# How the examples talk, wait and clean up. Sourced by their run.sh, which sets here, demo and sluice.
bold=$(tput bold 2>/dev/null || true) plain=$(tput sgr0 2>/dev/null || true)
[ -t 1 ] && [ -z "${NO_COLOR:-}" ] || bold='' plain=''
steps=0
processes=()

step() { steps=$((steps + 1)) && printf '\n%s%d. %s%s\n' "$bold" $steps "$1" "$plain"; }
say() { printf '%s\n' "$*"; }

# Prints a command as a person would type it, then runs it.
show() {
    local line='' word
    for word in "$@"; do
        word=${word#"$demo/"} word=${word/#"$here/../"/examples/}
        case $word in *' '* | *'#'*) word="'$word'" ;; esac
        line+=" $word"
    done
    printf '$%s\n' "${line/#" env LD_PRELOAD=libnss_wrapper.so NSS_WRAPPER_HOSTS=hosts"/}" && "$@"
}
sluice() { "$sluice" "$@"; }

# Runs what must fail, and fails if it does not.
refused() {
    local status=0
    "$@" || status=$?
    [ $status -ne 0 ] || { say "example: this should have been refused: $*" >&2 && return 1; }
    say "(exit code $status)"
}

# Tries a command for ten seconds.
wait_for() {
    local what=$1
    shift
    for _ in $(seq 200); do "$@" >/dev/null 2>&1 && return; sleep 0.05; done
    say "example: waited ten seconds for $what" >&2
    tail -n 20 "$demo"/*.log >&2
    return 1
}

# A port of 127.0.0.1 that was free a moment ago.
free_port() {
    local port
    while port=$((RANDOM % 20000 + 20000)); do
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo $port && return; }
    done
}

# Starts a program (no function: it would hide behind a shell) in the background; it is stopped when the example ends,
# however it ends.
background() {
    local log=$1
    shift
    "$@" >"$log" 2>&1 </dev/null &
    processes+=($!)
}
clean_up() {
    local status=$?
    [ ${#processes[@]} -eq 0 ] || { kill "${processes[@]}" 2>/dev/null || true; wait "${processes[@]}" 2>/dev/null || true; }
    [ $status -eq 0 ] || say "example: failed with exit code $status; the logs are in $demo" >&2
}
trap clean_up EXIT
trap 'exit 130' INT TERM
