#!/usr/bin/env bash
# The built-in broker keeps what it acknowledged: sessions, messages and retained messages outlive a kill -9.
# Everything runs on loopback, in .demo/broker/ of the current folder, and is stopped at the end.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
sluice=$(realpath "${SLUICE:-.build/release/sluice}")
demo=$PWD/.demo/broker
domain=mqtt-public.sluice.example
. "$here/../parts/lib.sh"
. "$here/../parts/gateway.sh"

rm -rf "$demo" && mkdir -p "$demo" && cd "$demo"

# client PROGRAM ARGUMENT…: a Mosquitto client with the device's certificate.
client() {
    local program=$1
    shift
    show $with_hosts "$program" -h $domain -p "$port" --cafile gateway/ca.crt \
        --cert gateway/device-1.crt --key gateway/device-1.key "$@"
}
# kill_gateway: no good-bye, as when the power of the host is cut.
kill_gateway() {
    local pid=${processes[-1]}
    unset 'processes[-1]'
    show kill -9 "$pid" && { wait "$pid" 2>/dev/null || true; }
}

step 'A gateway whose broker acknowledges what is on disk'
show sluice init gateway --listen "127.0.0.1:$(free_port)"
show tee -a gateway/sluice.yaml <<'YAML'
backend: { builtin: { durability: commit } }
YAML
start_gateway
name_domain

step 'A reader with a session that stays (-c), and goes away'
client mosquitto_sub -c -i reader -q 2 -t 'plant/#' -E

step 'Messages while it is away, and one that its topic keeps'
client mosquitto_pub -i pump -q 1 -t plant/1/temperature -m 21.5
client mosquitto_pub -i pump -q 2 -t plant/1/alarm -m 'too hot'
client mosquitto_pub -i pump -q 1 -t state/pump -m running --retain

step 'kill -9, and a new start'
kill_gateway
start_gateway
show sluice status -o table

step 'The reader comes back to all of it'
client mosquitto_sub -c -i reader -q 2 -t 'plant/#' -C 2 -W 10 -v | tee received
grep -qx 'plant/1/temperature 21.5' received && grep -qx 'plant/1/alarm too hot' received
say 'And whoever asks what the topic keeps is told:'
client mosquitto_sub -i another -q 1 -t state/pump -C 1 -W 10 | tee received
grep -qx running received

step 'A backup, while the gateway runs'
show sluice backup copy --config gateway/sluice.yaml
client mosquitto_pub -i pump -q 1 -t state/pump -m 'changed after the backup' --retain

step 'Back to the backup: the gateway must be stopped, and what is there now is kept'
refused show sluice restore copy --force --config gateway/sluice.yaml
kill_gateway
refused show sluice restore copy --config gateway/sluice.yaml
show sluice restore copy --force --config gateway/sluice.yaml
start_gateway
client mosquitto_sub -i another -q 1 -t state/pump -C 1 -W 10 | tee received
grep -qx running received
printf '\nAll of it worked. The files are in .demo/broker/.\n'
