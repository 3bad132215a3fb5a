using System.Security.Cryptography;

namespace CdcLake.Tests.Conventions;

/// <summary>Bytes that others produced say where they come from: a line with their SHA-256 in the PROVENANCE.md beside or above them.</summary>
public sealed class ProvenanceTests
{
    private static readonly string[] Explained = [".cs", ".md"];

    [Fact]
    public void Fixtures_are_listed_with_their_hash() =>
        Rule.Holds(
            Violations(Fixtures(), p => File.ReadAllBytes(Full(p)), p => File.Exists(Full(p)) ? File.ReadAllText(Full(p)) : null),
            "Add a line to the PROVENANCE.md beside or above the file: name, producer, version, command, sha256.");

    [Fact]
    public void Rule_objects_to_a_file_that_changed()
    {
        var hash = Hash([1]);
        var notes = new Dictionary<string, string> { ["tests/X/Fixtures/PROVENANCE.md"] = $"a.bin b.bin {hash}" };
        var bytes = new Dictionary<string, byte[]> { ["tests/X/Fixtures/a.bin"] = [1], ["tests/X/Fixtures/deep/b.bin"] = [2] };
        Rule.Objects(Violations(bytes.Keys, p => bytes[p], notes.GetValueOrDefault), "b.bin");
    }

    [Fact]
    public void Rule_objects_to_a_file_without_notes() => Rule.Objects(Violations(["tests/X/Fixtures/a.bin"], _ => [1], _ => null), "a.bin");

    private static IEnumerable<string> Fixtures() =>
        SourceTree.Paths("").Where(p => p.Contains("/Fixtures/", StringComparison.Ordinal) || p.StartsWith("samples/Quickstart/binlog/", StringComparison.Ordinal));

    private static IEnumerable<string> Violations(IEnumerable<string> paths, Func<string, byte[]> read, Func<string, string?> notes) =>
        from path in paths
        where !Explained.Contains(Path.GetExtension(path), StringComparer.Ordinal)
        let hash = Hash(read(path))
        where !Above(path).Any(folder => notes(folder + "/PROVENANCE.md") is { } text && text.Contains(hash, StringComparison.OrdinalIgnoreCase))
        select $"{path}: sha256 {hash}";

    private static IEnumerable<string> Above(string path)
    {
        for (var end = path.LastIndexOf('/'); end > 0; end = path.LastIndexOf('/', end - 1))
        {
            yield return path[..end];
        }
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static string Full(string path) => Path.Combine(SourceTree.Root, path);
}
