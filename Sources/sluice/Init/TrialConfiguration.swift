extension TrialFolder {
    /// The commented configuration file: what is needed, and what is most often changed.
    var configuration: String {
        """
        # Sluice's configuration, made by "sluice init". Relative paths start from this file's folder.
        # sluice config show --origin   prints every setting with its value in force
        # sluice config validate        checks this file and changes nothing

        # Where the registry lives: server certificates, CAs and the cluster's settings.
        dataDir: data

        # Encrypts private keys at rest. Without this key the registry's private keys are lost: keep a copy.
        keyEncryption: { file: master.key }

        accessPoints:
          - name: public
            kind: public                      # or vpc, for private networks
            hostname: \(hostname)
            listeners:
              - { address: "\(listen)", protocol: mqtts }
              # - { address: "127.0.0.1:1883", protocol: mqtt }   # without TLS; authenticates as one-way does
              # - { address: "0.0.0.0:8443", protocol: wss, path: /mqtt, origins: [https://app.example.com] }
            # allow: [10.0.0.0/8]             # who may connect; all when empty
            # clientIDPolicy: fill            # or require-match, override
            # unknownSNI: default             # or reject: refuse names that no certificate carries

        # What the built-in broker keeps for each client at most; it acknowledges what is on disk (or: relaxed, none).
        # backend: { builtin: { durability: commit, maxQueuedMessages: 1000, maxPacketSize: 1MiB } }

        # What peers may cost before they are let in.
        # admission: { handshakeTimeout: 10s, connectTimeout: 10s, maxConnections: 100000 }

        # Managing: the socket of the sluice command; health and metrics on loopback when an address is given.
        # admin: { socket: data/admin.sock, address: "127.0.0.1:9080" }

        log: { format: text, level: info }    # json for machines

        # Read once, while the registry is empty. Afterwards use: sluice mode, tls, server-certs, ca-certs.
        bootstrap:
          \(mode)
          tls: { min: "1.2", max: "1.3" }
          defaultCertificate: { chainFile: server.crt, keyFile: server.key }
          cas: [ca.crt]

        """
    }

    /// The mode, and in the mode that registers devices, how.
    private var mode: String {
        guard registersDevices else {
            return "mode: two-way                       # devices show a certificate; one-way: they don't"
        }
        return "mode: one-device-one-certificate\n  registration: automatic             # at the first connect"
    }
}
