# Devices are Mosquitto's clients. nss_wrapper gives them the name's address without touching /etc/hosts. Sourced by run.sh.
echo "127.0.0.1 $domain" > hosts

# as_device NAME PROGRAM ARGUMENTS…: connects to the custom domain with the certificate keys/NAME.crt.
as_device() {
    local name=$1 program=$2
    shift 2
    printf '$ %s -h %s -p %s --cafile keys/root.crt --cert keys/%s.crt --key keys/%s.key %s\n' \
        "$program" $domain "$port" "$name" "$name" "$*"
    LD_PRELOAD=libnss_wrapper.so NSS_WRAPPER_HOSTS=hosts \
        "$program" -h $domain -p "$port" --cafile keys/root.crt --cert "keys/$name.crt" --key "keys/$name.key" "$@"
}

background subscriber.log as_device client mosquitto_sub -i dashboard -t 'plant/#' -v -q 1
wait_for 'the subscription' sh -c "'$sluice' status -o json | grep -Eq '\"subscriptions\" ?: ?1'"
as_device client mosquitto_pub -i sensor -t plant/1/temperature -m 21.5 -q 1
wait_for 'the message' grep -q 'plant/1/temperature 21.5' subscriber.log
say 'The subscriber got:'
cat subscriber.log
