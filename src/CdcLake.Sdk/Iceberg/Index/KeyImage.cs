using System.Globalization;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CdcLake.Iceberg.Tables;
using CdcLake.Storage;

namespace CdcLake.Iceberg.Index;

/// <summary>
/// The index of a table in a folder, so that a start need not read the key columns of the table. There are the slots, block by block with their checksums, and a description of them
/// that is put in place last, so that whoever dies meanwhile leaves the former image. The table is the truth: of an image counts what lies in rows that the table still shows.
/// </summary>
/// <param name="folder">Where it is; several tables may share it.</param>
/// <param name="table">UUID of the table.</param>
internal sealed class KeyImage(string folder, string table)
{
    private const int Version = 1;

    private string Description => Path.Combine(folder, $"{table}.json");

    /// <summary>Puts the index in the place of what is there. Where the disk does not take it, there is none.</summary>
    /// <param name="index">The index.</param>
    /// <param name="layout">Columns and key.</param>
    /// <param name="files">The data files that it names, all committed.</param>
    public void Save(KeyIndex index, TableLayout layout, LiveFiles files)
    {
        string[] former;
        var slots = $"{table}.{RandomNumberGenerator.GetHexString(16, lowercase: true)}.keys";
        var temporary = $"{Description}.new";
        try
        {
            Directory.CreateDirectory(folder);
            former = Directory.GetFiles(folder, $"{table}.*.keys");
            index.WriteTo(LocalFile.Create(Path.Combine(folder, slots), KeyIndex.Content));
            var text = Describe(index, KeyOf(layout), files, slots);
            File.WriteAllText(temporary, string.Create(CultureInfo.InvariantCulture, $"{ChecksumOf(text):x16}\n{text}"));
            File.Move(temporary, Description, overwrite: true);
        }
        catch (Exception e) when (e is ObjectStoreException || LocalErrors.IsExpected(e))
        {
            // Everything is committed, and the next start reads the table instead.
            TemporaryFiles.TryDelete(Path.Combine(folder, slots));
            TemporaryFiles.TryDelete(temporary);
            return;
        }

        foreach (var file in former)
        {
            TemporaryFiles.TryDelete(file);
        }
    }

    /// <summary>The keys that lie in rows which the table still shows, and the files that came since; null where there is no image, or one of another key.</summary>
    /// <param name="layout">Columns and key.</param>
    /// <param name="files">The table's data files and what is deleted in them.</param>
    /// <param name="space">What the index may take.</param>
    /// <exception cref="ObjectStoreException">The image is damaged, or cannot be read.</exception>
    public (KeyIndex Index, IReadOnlyList<LiveFile> Others)? Load(TableLayout layout, LiveFiles files, KeyIndexSpace space)
    {
        if (!File.Exists(Description))
        {
            return null;
        }

        using var json = Read();
        var root = json.RootElement;
        if (root.GetProperty("version").GetInt32() != Version || root.GetProperty("key").GetString() != KeyOf(layout))
        {
            return null;
        }

        var index = KeyIndex.For(layout.KeySchema, space, root.GetProperty("seed").GetUInt64());
        try
        {
            var known = KnownFiles(root.GetProperty("files"), files);
            using var slots = LocalFile.Open(Path.Combine(folder, root.GetProperty("slots").GetString()!), KeyIndex.Content);
            index.ReadFrom(slots, known);
            return (index, [.. files.All.Except(known.OfType<LiveFile>())]);
        }
        catch
        {
            index.Dispose();
            throw;
        }
    }

    /// <summary>What the key consists of, as far as its form in the index depends on it.</summary>
    private static string KeyOf(TableLayout layout) =>
        string.Join(", ", layout.Key.Select(k => string.Create(CultureInfo.InvariantCulture, $"{layout.Schema.Fields[k].Id} {layout.Columns[k].Type}{(layout.Columns[k].Nullable ? "?" : "")}")));

    private static string Describe(KeyIndex index, string key, LiveFiles files, string slots)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("version", Version);
            json.WriteString("key", key);
            json.WriteNumber("seed", index.Seed);
            json.WriteString("slots", slots);
            json.WriteStartArray("files");
            foreach (var file in files.All)
            {
                json.WriteStartArray();
                json.WriteNumberValue(file.Ordinal);
                json.WriteStringValue(file.File!.Path);
                json.WriteEndArray();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static ulong ChecksumOf(string text) => XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(text));

    private JsonDocument Read()
    {
        string[] lines;
        try
        {
            lines = File.ReadAllText(Description).Split('\n', 2);
        }
        catch (Exception e) when (LocalErrors.IsExpected(e))
        {
            throw LocalErrors.Wrap("read", Description, e);
        }

        return lines.Length == 2 && ulong.TryParse(lines[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var checksum) && checksum == ChecksumOf(lines[1])
            ? JsonDocument.Parse(lines[1])
            : throw new ObjectStoreException($"{Description} does not have the checksum that it says. See whether the disk fails.");
    }

    /// <summary>For each ordinal of the image its file, or null where the table does not have it any more.</summary>
    private static LiveFile?[] KnownFiles(JsonElement described, LiveFiles files)
    {
        var now = files.All.ToDictionary(f => f.File!.Path, StringComparer.Ordinal);
        var pairs = described.EnumerateArray().Select(f => (Ordinal: f[0].GetInt32(), File: now.GetValueOrDefault(f[1].GetString()!))).ToList();
        var known = new LiveFile?[pairs.Count == 0 ? 0 : pairs.Max(p => p.Ordinal) + 1];
        pairs.ForEach(p => known[p.Ordinal] = p.File);
        return known;
    }
}
