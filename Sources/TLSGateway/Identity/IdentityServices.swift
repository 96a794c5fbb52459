package import Credentials
package import Registry

/// Who knows the devices, users and tokens that clients prove themselves by.
package struct IdentityServices: Sendable {
    /// The client certificates and their states.
    package let devices: DeviceControl
    /// The users and the hashes of their passwords.
    package let users: UserDirectory
    /// What tokens are checked by now; `nil`: no client comes in by a token.
    package let jwt: @Sendable () -> JWTVerifier?

    /// Names the services. `jwt` is asked at every CONNECT of a one-way client, so that renewed keys count at once; it
    /// must not block.
    package init(
        devices: DeviceControl,
        users: UserDirectory,
        jwt: @escaping @Sendable () -> JWTVerifier? = { nil }
    ) {
        self.devices = devices
        self.users = users
        self.jwt = jwt
    }
}
