/// Where admitted clients go: the built-in broker, or another one.
package protocol Backend: AnyObject, Sendable {
    /// Takes over a client whose CONNECT has been read and not yet answered; the CONNACK is the backend's.
    ///
    /// Called on the reactor of the client's stream, from within its loop. Before it returns the backend gives the
    /// stream its own handler, moves it to another reactor, or closes it; what the client sent behind its CONNECT is
    /// then shown to the new handler. The stream's deadline is the backend's from here on. It must not block.
    func serve(_ client: consuming AdmittedClient)
}
