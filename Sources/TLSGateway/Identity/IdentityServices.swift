package import Registry

/// Who knows the devices, users and tokens that clients prove themselves by.
package struct IdentityServices: Sendable {
    /// The client certificates and their states.
    package let devices: DeviceControl
    /// The users and the hashes of their passwords.
    package let users: UserDirectory
    /// By what tokens are checked now; `nil`: no client comes in by a token.
    package let tokens: @Sendable () -> TokenCheck?

    /// Names the services. `tokens` is asked at every CONNECT of a one-way client, so that renewed keys count at once;
    /// it must not block.
    package init(
        devices: DeviceControl,
        users: UserDirectory,
        tokens: @escaping @Sendable () -> TokenCheck? = { nil }
    ) {
        self.devices = devices
        self.users = users
        self.tokens = tokens
    }
}
