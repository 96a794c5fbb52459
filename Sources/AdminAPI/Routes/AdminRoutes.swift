import NIOCore

/// The admin API's table of contents.
struct AdminRoutes {
    let services: AdminServices
    /// How many may follow the events, and how often a silent stream says that it is there.
    var readers = EventReaders()

    /// Every route, the document of them included.
    func table() throws -> RouteTable {
        var routes = NodeRoutes(services: services).routes
        routes += SettingRoutes(services: services).routes
        routes += HostedCertificateRoutes(services: services).routes
        routes += ServerCertificateRoutes(services: services).routes
        routes += CARoutes(services: services).routes
        routes += ClientCertificateTransferRoutes(services: services).routes
        routes += ClientCertificateRoutes(services: services).routes
        routes += ClientRoutes(services: services).routes
        routes += UserRoutes(services: services).routes
        routes += TokenRoutes(services: services).routes
        routes += JobRoutes(services: services).routes
        routes += ExplanationRoutes(services: services).routes
        routes += EventRoutes(services: services, readers: readers).routes
        routes += AuditRoutes(services: services).routes
        // The document describes itself, too.
        let document = OpenAPIDocument(routes: routes + DocumentRoutes(document: ByteBuffer()).routes)
        return RouteTable(routes + DocumentRoutes(document: try document.text()).routes)
    }
}
