import Foundation
import Testing

@testable import Node

@Suite("A file's stamp") struct FileStampTests {
    @Test func `is another after a symbolic link was moved, as secret stores do it`() throws {
        let folder = try TemporaryFolder()
        try folder.write("a", to: "v1/tls.crt")
        try folder.write("a", to: "v2/tls.crt")
        try folder.link("..data", to: "v1")
        try folder.link("tls.crt", to: "..data/tls.crt")
        let before = try #require(FileStamp(path: folder.path("tls.crt")))
        #expect(FileStamp(path: folder.path("tls.crt")) == before)
        try folder.link("..data", to: "v2")
        #expect(FileStamp(path: folder.path("tls.crt")) != before)
    }

    @Test func `is another after the file was written again with as many bytes`() throws {
        let folder = try TemporaryFolder()
        try folder.write("abc", to: "f")
        let before = FileStamp(path: folder.path("f"))
        try folder.write("abd", to: "f")
        #expect(FileStamp(path: folder.path("f")) != before)
    }

    @Test func `is none for what is not there, or is no file`() throws {
        let folder = try TemporaryFolder()
        #expect(FileStamp(path: folder.path("nothing")) == nil)
        #expect(FileStamp(path: folder.path("")) == nil)
        try folder.link("dangling", to: "nothing")
        #expect(FileStamp(path: folder.path("dangling")) == nil)
    }
}
