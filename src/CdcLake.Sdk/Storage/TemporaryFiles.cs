using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace CdcLake.Storage;

/// <summary>
/// Hidden files under which objects are written: <c>.NAME.HEX.part</c>. A process that dies leaves its own behind; the next one that writes to
/// the folder removes those that nobody holds open and that are older than <see cref="LeftOverAge"/>. Thread-safe.
/// </summary>
internal sealed class TemporaryFiles
{
    private const string Suffix = ".part";
    private const int MaxNameLength = 200;
    private readonly TimeProvider _clock;
    private readonly ConcurrentDictionary<string, bool> _cleaned = new();

    public TemporaryFiles(TimeProvider clock) => _clock = clock;

    /// <summary>Younger files may belong to a writer that is between two steps.</summary>
    public static TimeSpan LeftOverAge { get; } = TimeSpan.FromMinutes(1);

    public static bool IsTemporary(ReadOnlySpan<char> fileName) => fileName.StartsWith('.') && fileName.EndsWith(Suffix, StringComparison.Ordinal);

    /// <summary>Creates the temporary file for <paramref name="path"/>, in the same folder, which exists.</summary>
    public FileStream Create(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        if (_cleaned.TryAdd(folder, true))
        {
            Clean(folder);
        }

        var name = Path.GetFileName(path);
        var shortened = name.Length > MaxNameLength ? name[..MaxNameLength] : name;
        var temporary = Path.Combine(folder, $".{shortened}.{RandomNumberGenerator.GetHexString(16, lowercase: true)}{Suffix}");
        return new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
    }

    /// <summary>Removes a file that only its writer knew. One that cannot be removed is harmless: no reader looks at it.</summary>
    public static bool TryDelete(string path)
    {
        try
        {
            File.Delete(path);
            return true;
        }
        catch (Exception e) when (LocalErrors.IsExpected(e))
        {
            return false;
        }
    }

    private void Clean(string folder)
    {
        var limit = _clock.GetUtcNow() - LeftOverAge;
        foreach (var file in Directory.EnumerateFiles(folder, ".*" + Suffix))
        {
            if (IsTemporary(Path.GetFileName(file)) && File.GetLastWriteTimeUtc(file) < limit.UtcDateTime && !IsHeldOpen(file))
            {
                TryDelete(file);
            }
        }
    }

    private static bool IsHeldOpen(string file)
    {
        try
        {
            using var exclusive = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            return false;
        }
        catch (Exception e) when (LocalErrors.IsExpected(e))
        {
            return true;
        }
    }
}
