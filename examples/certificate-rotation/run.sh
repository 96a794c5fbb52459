#!/usr/bin/env bash
# Replacing certificates without locking anybody out: the domain's certificate, and the devices' CA.
# Everything runs on loopback, in .demo/certificate-rotation/ of the current folder, and is stopped at the end.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
sluice=$(realpath "${SLUICE:-.build/release/sluice}")
demo=$PWD/.demo/certificate-rotation
domain=mqtt.company.example
. "$here/../parts/lib.sh"
. "$here/../parts/gateway.sh"

rm -rf "$demo" && mkdir -p "$demo" && cd "$demo"

# publish DEVICE ROOT: that device says hello, and trusts that root alone.
publish() {
    show $with_hosts mosquitto_pub -h $domain -p "$port" --cafile "keys/$2.crt" \
        --cert "keys/$1.crt" --key "keys/$1.key" -i "$1" -t hello -m "from $1" -q 1
}

step 'Keys of two years'
show "$here/certificates.sh" keys $domain

step "A gateway with last year's certificates"
show sluice init gateway --listen 127.0.0.1:0
start_gateway
name_domain
show sluice certs upload --chain keys/server-2025.crt --key keys/server-2025.key --name company-2025
show sluice server-certs bind company-2025
show sluice ca-certs register --ca keys/fleet-2025.crt --name fleet
publish device-2025 root-2025

step "The domain's certificate: the new one is served first, the old one to those that refuse it"
show sluice certs upload --chain keys/server-2026.crt --key keys/server-2026.key --name company-2026
show sluice server-certs replace custom-1 company-2026 --grace 10m
say 'A device that trusts the new root connects. One that knows only the old root refuses the new certificate …'
publish device-2025 root-2026
refused publish device-2025 root-2025
say '… and is served the old one when it comes again:'
publish device-2025 root-2025

step 'Who would be locked out, if the grace period ended now?'
refused show sluice server-certs rotation custom-1 -o table
say 'More time, while that device gets the new root:'
show sluice server-certs grace extend custom-1 --by 1h
publish device-2025 root-2026
say 'It has come with the new one since; the report says so, and that some devices may not have come yet:'
wait_for 'the report to say so' sh -c "'$sluice' server-certs rotation custom-1 -o json | grep -q '\"pendingCount\":0'"
refused show sluice server-certs rotation custom-1 -o table
say 'Here there are no others. Then the old one can go:'
show sluice server-certs grace end custom-1
refused publish device-2025 root-2025
refused publish device-2025 root-2025
publish device-2025 root-2026

step "The devices' CA: both years' devices are let in"
show sluice ca-certs replace fleet --ca keys/fleet-2026.crt --name fleet-2026 --grace 10m
publish device-2025 root-2026
publish device-2026 root-2026
wait_for 'both in the report' sh -c "'$sluice' ca-certs rotation fleet-2026 -o json | grep -q device-2025"
refused show sluice ca-certs rotation fleet-2026 -o table
show sluice ca-certs grace end fleet-2026
refused publish device-2025 root-2026
publish device-2026 root-2026

step 'What was done'
show sluice audit list --limit 8 -o table
show sluice audit verify

printf '\nAll of it worked. The files are in .demo/certificate-rotation/.\n'
