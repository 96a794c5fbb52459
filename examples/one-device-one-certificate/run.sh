#!/usr/bin/env bash
# One device, one certificate: a CA that is vouched for, devices that are let in one by one, and one that is thrown out.
# Everything runs on loopback, in .demo/one-device-one-certificate/ of the current folder, and is stopped at the end.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
sluice=$(realpath "${SLUICE:-.build/release/sluice}")
demo=$PWD/.demo/one-device-one-certificate
. "$here/../parts/lib.sh"
. "$here/../parts/gateway.sh"

rm -rf "$demo" && mkdir -p "$demo" && cd "$demo"

# as_device NAME: what the client of a device is told.
as_device() { echo -h localhost -p "$port" --cafile gateway/ca.crt --cert "keys/$1.crt" --key "keys/$1.key" -V mqttv5; }

step 'A fleet: its CA, and two sensors'
show "$here/certificates.sh" keys sensor-1 sensor-2

step 'A gateway where every certificate must be registered'
show sluice init gateway --listen 127.0.0.1:0
start_gateway
show sluice mode set one-device-one-certificate --registration manual --yes

step "The fleet's CA: prove that you hold its key"
say 'Anybody can send a CA certificate. So the gateway wants to see something signed by it:'
refused show sluice ca-certs register --ca keys/fleet.crt --name fleet
code=$(sluice ca-certs code -o name)
say "\$ code=\$(sluice ca-certs code -o name)     # $code"
show openssl req -new -newkey rsa:2048 -nodes -subj "/CN=$code" -keyout keys/proof.key -out keys/proof.csr 2>/dev/null
show openssl x509 -req -in keys/proof.csr -CA keys/fleet.crt -CAkey keys/fleet.key -CAcreateserial -days 1 -out keys/proof.crt 2>/dev/null
show sluice ca-certs register --ca keys/fleet.crt --name fleet --verification keys/proof.crt

step 'Registration by hand: a good certificate is not enough'
refused show mosquitto_pub $(as_device sensor-1) -i sensor-1 -t plant/1/temperature -m 21.5 -q 1
show sluice explain sensor-1
show sluice client-certs register --ca fleet --cert keys/sensor-1.crt --client-id sensor-1
show mosquitto_pub $(as_device sensor-1) -i sensor-1 -t plant/1/temperature -m 21.5 -q 1

step 'Registration by itself, activation by hand'
show sluice mode set one-device-one-certificate --registration automatic --automatic-activation off --yes
refused show mosquitto_pub $(as_device sensor-2) -i sensor-2 -t plant/1/temperature -m 20.9 -q 1
show sluice client-certs list --state pending_activation -o table
show sluice client-certs activate "$(sluice client-certs list --cn sensor-2 -o name)"
show mosquitto_pub $(as_device sensor-2) -i sensor-2 -t plant/1/temperature -m 20.9 -q 1

step 'Revoked: the live session ends, and the certificate never comes back'
say "\$ mosquitto_sub $(as_device sensor-1) -i sensor-1 -t 'plant/#' -q 1 &"
background subscriber.log stdbuf -oL mosquitto_sub $(as_device sensor-1) -i sensor-1 -t 'plant/#' -q 1 -d
wait_for 'the subscription' grep -q SUBACK subscriber.log
show sluice client-certs show sensor-1
show sluice client-certs revoke sensor-1 --yes
wait_for 'the end of the session' grep -q 'DISCONNECT' subscriber.log
say 'The device was told (152 is 0x98, administrative action):'
grep -m 1 DISCONNECT subscriber.log
refused show mosquitto_pub $(as_device sensor-1) -i sensor-1 -t plant/1/temperature -m 21.7 -q 1
refused show sluice client-certs activate sensor-1
show sluice explain sensor-1

step 'Who did what, and that nobody has changed the record of it'
show sluice client-certs list -o table
show sluice client-certs history sensor-1 -o table
show sluice audit verify

printf '\nAll of it worked. The files are in .demo/one-device-one-certificate/.\n'
