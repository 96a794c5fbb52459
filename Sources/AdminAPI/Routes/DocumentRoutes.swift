import Hummingbird
import NIOCore
import Registry

/// `/api/v1/openapi.json`: what this API is, for programs.
struct DocumentRoutes {
    let document: ByteBuffer

    var routes: [Route] {
        [
            Route(.get, "openapi.json", .viewer, "Show this document", answer: .json("OpenAPI")) { [document] _ in
                Response(
                    status: .ok,
                    headers: [.contentType: "application/json", .cacheControl: "no-cache"],
                    body: ResponseBody(byteBuffer: document)
                )
            }
        ]
    }
}
