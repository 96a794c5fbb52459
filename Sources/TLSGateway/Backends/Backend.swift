/// Where admitted clients go: the built-in broker, or another one.
package protocol Backend: AnyObject, Sendable {
    /// Takes over a client whose CONNECT has been read and not yet answered; the CONNACK is the backend's.
    ///
    /// Called on the reactor of the client's stream. The stream has no handler any more when this is called: the
    /// backend sets its own before it returns, or closes the stream. It must not block.
    func serve(_ client: consuming AdmittedClient)
}
