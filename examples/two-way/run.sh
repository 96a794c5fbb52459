#!/usr/bin/env bash
# Two-way authentication step by step, with certificates made by nothing but openssl.
# Everything runs on loopback, in .demo/two-way/ of the current folder, and is stopped at the end.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
sluice=$(realpath "${SLUICE:-.build/release/sluice}")
demo=$PWD/.demo/two-way
domain=mqtt.company.example
. "$here/../parts/lib.sh"
. "$here/../parts/gateway.sh"

rm -rf "$demo" && mkdir -p "$demo" && cd "$demo"

step 'Certificates: the openssl commands of certificates.sh'
show "$here/../two-way/certificates.sh" keys $domain
show openssl x509 -in keys/client.crt -noout -subject -issuer -ext basicConstraints,keyUsage

step 'A gateway in one-way mode, where devices show no certificate'
show sluice init gateway --hostname mqtt-7f3a-sh-public.mqtt.example.net --listen 127.0.0.1:0
sed -i -e 's/mode: two-way .*/mode: one-way/' -e '/mode: one-way/a\  anonymous: true' -e '/cas:/d' gateway/sluice.yaml
start_gateway
name_domain
server="-h $domain -p $port --cafile keys/root.crt"
device="--cert keys/client.crt --key keys/client.key"
stranger="--cert keys/stranger.crt --key keys/stranger.key"

step 'The server certificate of the custom domain'
show sluice certs upload --chain keys/server.crt --key keys/server.key --name company
show sluice server-certs bind company
show $with_hosts mosquitto_pub $server -i visitor -t hello -m 'from a device without a certificate' -q 1

step 'Two-way mode needs a CA first'
refused show sluice mode set two-way --yes
show sluice ca-certs register --ca keys/CA.crt --name devices
show sluice mode set two-way --yes

step 'Now the device must show its certificate'
refused show $with_hosts mosquitto_pub $server -i visitor -t hello -m 'without a certificate' -q 1
refused show $with_hosts mosquitto_pub $server $stranger -t hello -m 'with a certificate of another CA' -q 1
show $with_hosts mosquitto_pub $server $device -t hello -m 'with a certificate' -q 1
show $with_hosts mosquitto_pub $server $device -V mqttv5 --tls-version tlsv1.2 -t hello -m 'MQTT 5 over TLS 1.2' -q 1

step 'An unregistered CA lets nobody in any more'
show sluice ca-certs unregister devices --yes
refused show $with_hosts mosquitto_pub $server $device -t hello -m 'too late' -q 1
printf '\nAll of it worked. The files are in .demo/two-way/.\n'
