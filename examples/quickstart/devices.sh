# Devices are Mosquitto's clients. nss_wrapper gives them the name's address without touching /etc/hosts. Sourced by run.sh.
name_domain

# as_device NAME: what the client of a device is told: the custom domain, and the certificate keys/NAME.crt.
as_device() { echo -h $domain -p "$port" --cafile keys/root.crt --cert "keys/$1.crt" --key "keys/$1.key"; }

say "$ mosquitto_sub $(as_device client) -i dashboard -t 'plant/#' -v -q 1 &"
background subscriber.log $with_hosts mosquitto_sub $(as_device client) -i dashboard -t 'plant/#' -v -q 1
wait_for 'the subscription' sh -c "'$sluice' status -o json | grep -Eq '\"subscriptions\" ?: ?1'"
show $with_hosts mosquitto_pub $(as_device client) -i sensor -t plant/1/temperature -m 21.5 -q 1
wait_for 'the message' grep -q 'plant/1/temperature 21.5' subscriber.log
say 'The subscriber got:'
cat subscriber.log
