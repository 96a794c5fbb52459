#!/usr/bin/env bash
# The main job, shown: a gateway with a custom domain, its DNS checked, devices connecting by mutual TLS, one refused.
# Everything runs on loopback, in .demo/ of the current folder, and is stopped at the end. SLUICE names the executable.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
sluice=$(realpath "${SLUICE:-.build/release/sluice}")
demo=$PWD/.demo
access_point=mqtt-7f3a-sh-public.mqtt.example.net # what customers point their CNAMEs at
domain=mqtt.company.example                       # the customer's own name for it
. "$here/../parts/lib.sh"
. "$here/../parts/gateway.sh"

rm -rf "$demo" && mkdir -p "$demo" && cd "$demo"

step 'Keys: a CA and its device, a certificate for the custom domain, a stranger'
show "$here/../two-way/certificates.sh" keys $domain

step 'DNS: NSD serves zones/ on loopback'
. "$here/name-server.sh"

step 'Gateway: its own CA and default certificate, mode two-way, one access point'
. "$here/gateway.sh"

step 'Custom domain: host the certificate, bind it, check the CNAME'
show sluice certs upload --chain keys/server.crt --key keys/server.key --name company
show sluice server-certs bind company
show sluice cname check $domain --target $access_point --resolver $name_server
say 'A customer who forgot the final dot is told so, and the exit code is 1:'
refused show sluice cname check nodot.company.example --target $access_point --resolver $name_server

step 'Devices: register their CA; one subscribes, one publishes, both over the custom domain'
show sluice ca-certs register --ca keys/CA.crt --name devices
. "$here/devices.sh"

step 'A device with a certificate of a CA that nobody registered is refused'
refused show $with_hosts mosquitto_pub $(as_device stranger) -i stranger -t plant/1/temperature -m 99 -q 1
say "The gateway's log says why:"
wait_for 'the refusal in the log' grep -q stranger gateway.log
grep stranger gateway.log | tail -n 1

printf '\nAll of it worked. The pieces are in examples/quickstart/, the files in .demo/.\n'
